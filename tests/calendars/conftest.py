"""A world at NOW for each test of feeds, and nothing remembered from the test before."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from calendars.claims import kept
from tests.people import NOW, World, a_world


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()
    kept.clear()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield a_world()
