"""Two answers to one offer, two workers for one slot: real processes, and one of them wins."""

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races
MODULE = "tests.races.waiting"


def test_workers_beside_each_other_offer_each_slot_once(play: Play) -> None:
    outcome = play("workers_beside_each_other", MODULE)
    assert outcome == {"held": 2, "overlaps": 0, "most": 1, "offers": 2, "served": 0, "stuck": 0}


def test_an_offer_taken_in_many_windows_is_taken_once(play: Play) -> None:
    """All of them are told it is theirs, and there is one booking."""
    outcome = play("one_offer_taken_by_all", MODULE)
    assert outcome["taken"] == 16
    assert (outcome["held"], outcome["served"], outcome["stuck"]) == (1, 1, 0)


def test_an_offer_is_taken_or_lapses_and_never_both(play: Play) -> None:
    outcome = play("taken_and_lapsing", MODULE)
    was_taken = outcome.get("taken", 0)
    assert outcome["served"] == outcome["held"] == was_taken
    assert outcome.get("lapsed 1", 0) == 1 - was_taken
    assert outcome["stuck"] == 0


def test_taken_left_and_withdrawn_at_once_is_one_of_them(play: Play) -> None:
    """Whoever comes first; what was left is with the next person by then."""
    outcome = play("taken_left_and_withdrawn", MODULE)
    assert (outcome["held"], outcome["overlaps"], outcome["stuck"]) == (1, 0, 0)
    assert outcome["served"] + outcome["offers"] == 1


def test_time_freed_by_all_at_once_goes_to_all_who_wait(play: Play) -> None:
    outcome = play("freed_by_all", MODULE)
    assert (outcome["freed"], outcome["offers"]) == (8, outcome["wishes"])
    assert (outcome["overlaps"], outcome["most"], outcome["stuck"]) == (0, 1, 0)
