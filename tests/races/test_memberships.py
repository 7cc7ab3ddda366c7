"""Real processes press the same button of one membership at the same moment."""

from functools import partial

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races


@pytest.fixture
def scene(play: Play) -> Play:
    return partial(play, module="tests.races.memberships")


def test_eight_tabs_renew_one_term(scene: Play) -> None:
    outcome = scene("renew_twice")
    assert (outcome["done"], outcome["refused"]) == (1, 7)
    assert 28 <= outcome["days"] <= 31


def test_of_eight_pauses_that_overlap_one_is_taken(scene: Play) -> None:
    assert scene("pause_twice") == {"done": 1, "refused": 7, "pauses": 1}


def test_a_pass_is_used_for_one_day(scene: Play) -> None:
    assert scene("use_one_pass") == {"done": 1, "refused": 7, "days": 1}


def test_no_more_guests_come_than_the_plan_brings(scene: Play) -> None:
    assert scene("bring_too_many") == {"done": 3, "refused": 5, "guests": 3}
