"""Real processes want the last seat, or leave theirs, at the same moment."""

from functools import partial

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races


@pytest.fixture
def scene(play: Play) -> Play:
    return partial(play, module="tests.races.inductions")


def test_eight_want_the_last_seat_and_seven_wait(scene: Play) -> None:
    assert scene("last_seat") == {"signed-up": 1, "waiting": 7, "seated": 1}


def test_four_leave_at_once_and_the_four_who_wait_are_seated(scene: Play) -> None:
    assert scene("as_many_leave_as_wait") == {"cancelled": 4, "seated": 4}


def test_a_test_that_is_begun_in_six_tabs_is_begun_once(scene: Play) -> None:
    assert scene("begin_twice") == {"different": 1, "sittings": 1}


def test_a_test_that_is_finished_in_six_tabs_is_passed_once(scene: Play) -> None:
    assert scene("finish_twice") == {"1 right": 6, "passes": 1}
