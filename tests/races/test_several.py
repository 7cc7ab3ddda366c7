"""Real processes want the same days, or the same machines, at the same moment."""

from functools import partial

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races


@pytest.fixture
def scene(play: Play) -> Play:
    return partial(play, module="tests.races.several")


def test_four_want_the_same_series_and_one_gets_all_of_it(scene: Play) -> None:
    outcome = scene("one_series")
    assert outcome == {"booked": 1, "5 taken": 3, "held": 5, "overlaps": 0, "most": 5}


def test_eight_want_two_machines_in_either_order_and_one_gets_both(scene: Play) -> None:
    outcome = scene("one_group")
    assert outcome == {"booked": 1, "taken, taken": 7, "held": 2, "overlaps": 0, "most": 2}


def test_series_that_move_across_each_other_never_deadlock(scene: Play) -> None:
    outcome = scene("series_across_each_other")
    assert outcome == {"moved": 4, "held": 20, "overlaps": 0, "most": 5}
