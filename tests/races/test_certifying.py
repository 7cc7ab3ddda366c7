"""Real processes certify the same people, suspend the same member, and fill the same shelf."""

from functools import partial

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races


@pytest.fixture
def scene(play: Play) -> Play:
    return partial(play, module="tests.races.certifying")


def test_four_certify_the_same_six_and_each_is_certified_once(scene: Play) -> None:
    outcome = scene("same_people")
    assert outcome == {"gave 6": 1, "gave 0": 3, "held": 6}


def test_six_suspend_the_same_member_and_one_suspension_stands(scene: Play) -> None:
    assert scene("one_suspension") == {"suspended": 1, "suspended already": 5, "standing": 1}


def test_eight_files_at_once_and_five_are_kept_with_their_bytes(scene: Play) -> None:
    assert scene("last_file") == {"kept": 5, "one too many": 3, "rows": 5, "on disk": 5}


def test_of_two_halves_of_a_circle_one_is_saved(scene: Play) -> None:
    assert scene("two_halves_of_a_circle") == {"saved": 1, "a circle": 1, "circles": 0}
