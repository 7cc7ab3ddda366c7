"""A world for each test of the booking room."""

import pytest

from tests.people import World, a_world


@pytest.fixture
def world(db: None) -> World:
    return a_world()
