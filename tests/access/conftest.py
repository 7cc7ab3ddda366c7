"""What the tests of this room share."""

import pytest

from tests.access.world import Site


@pytest.fixture
def site(db):
    return Site()
