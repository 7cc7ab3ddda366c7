"""Every reason has words and a remedy, in both languages, and never breaks on its own params."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from equipment.reason import Reason
from equipment.words import REGISTRY, display, length, tell, when

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_every_code_has_a_text_and_says_what_to_do_next(code):
    words = REGISTRY[code]
    assert str(words.text) and str(words.remedy)


def test_times_are_told_in_the_zone_of_the_space():
    reason = Reason("membership-ended", {"ended": datetime(2026, 11, 12, 23, 30, tzinfo=UTC)})
    told = tell(reason, BERLIN)
    assert told.text == "Your membership ended on Friday 13 November, 00:30."
    assert told.remedy == "Renew it with staff at the desk."


def test_what_a_person_typed_is_inserted_and_never_read_as_a_template():
    reason = Reason("on-hold", {"reason": "{remedy} {0} %s", "remedy": "Sign the waiver."})
    assert tell(reason, BERLIN).text == "{remedy} {0} %s"


def test_a_display_gets_at_most_eighty_characters():
    reason = Reason("locked-out", {"machine": "Laser", "why": "x" * 300})
    assert len(display(reason, BERLIN)) == 80


def test_a_reason_speaks_the_language_that_is_active():
    with translation.override("de"):
        assert when(datetime(2026, 3, 1, 9, tzinfo=UTC), BERLIN) == "Sonntag, 1. März, 10:00"


@pytest.mark.parametrize(("minutes", "words"), [(45, "45 min"), (120, "2 h"), (90, "1 h 30")])
def test_lengths_read_as_people_say_them(minutes, words):
    assert length(minutes) == words
