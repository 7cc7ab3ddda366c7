"""Real processes add one name, make one credential, and set one broker right at once."""

from functools import partial

import pytest

from tests.races.conftest import Play

pytestmark = pytest.mark.races


@pytest.fixture
def scene(play: Play) -> Play:
    return partial(play, module="tests.races.devices")


def test_six_add_one_name_and_there_is_one_device(scene: Play) -> None:
    assert scene("one_name") == {"added": 1, "refused": 5, "rows": 1}


def test_six_make_a_credential_and_one_is_shown_that_counts(scene: Play) -> None:
    assert scene("one_credential") == {"made": 1, "made already": 5}


def test_a_device_revoked_amid_rounds_is_out_after_the_next(scene: Play) -> None:
    assert scene("rounds_and_a_revocation") == {"done": 3, "revoked": 1, "right": 1, "behind": 0}
