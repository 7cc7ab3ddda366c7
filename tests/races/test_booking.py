"""Real processes want the same thing at the same moment; the database and the locks decide."""

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races


def test_sixteen_want_one_slot_and_one_gets_it(play: Play) -> None:
    assert play("one_slot") == {"booked": 1, "taken": 15, "held": 1, "overlaps": 0, "most": 1}


def test_one_member_on_sixteen_machines_gets_the_quota(play: Play) -> None:
    outcome = play("one_member")
    assert outcome == {"booked": 3, "most-future": 13, "held": 3, "overlaps": 0, "most": 3}


@pytest.mark.parametrize("play", ["postgres"], indirect=True)
@pytest.mark.postgres
def test_without_the_members_lock_the_quota_breaks(play: Play) -> None:
    """The seed of the one above: each counted before the others had written."""
    assert play("one_member_unlocked")["most"] > 3


def test_past_the_service_the_database_still_says_no(play: Play) -> None:
    """All who looked in time saw a free machine; one writes."""
    outcome = play("past_the_service")
    assert (outcome["booked"], outcome["overlaps"]) == (1, 0)
    assert outcome["refused by the database"] >= 1


def test_without_the_constraint_the_same_race_books_twice(play: Play) -> None:
    """The seed: what these tests see where NoOverlap is gone."""
    outcome = play("without_the_constraint")
    assert outcome["booked"] > 1
    assert outcome["overlaps"] > 0


def test_members_who_move_across_each_other_never_deadlock(play: Play) -> None:
    """Each move locks two machines; the order is the same for all."""
    outcome = play("across_each_other")
    assert outcome == {"moved": 8, "held": 8, "overlaps": 0, "most": 1}


def test_a_tap_and_a_cancellation_never_deadlock(play: Play) -> None:
    """Each holds what the other waits for; the gatekeeper lets go, and finds it cancelled."""
    outcome = play("tap_beside_cancellation")
    assert (outcome["cancelled"], outcome["off"]) == (1, 1)
