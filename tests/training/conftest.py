"""A world with a certifier for each test of the training room."""

import pytest

from members.models import Member
from tests.people import World, a_world
from tests.training.people import marta


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def certifier(world: World) -> Member:
    return marta(world)
