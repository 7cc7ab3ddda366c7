"""Stories are told in a browser, in a believable makerspace."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from demo.data import fill
from demo.data.place import ZONE
from members.models import Member
from tests.browser import screen
from tests.people import World, a_certification, a_world

__all__ = ["screen"]


@pytest.fixture
def makerspace(transactional_db: None) -> Callable[[str], Member]:
    """Fifteen machines, eighty people, four weeks of bookings; gives people by first name."""
    fill(timezone.now())

    def person(first: str) -> Member:
        return Member.objects.get(email=f"{first}@example.org")

    return person


@pytest.fixture
def workshop(transactional_db: None) -> World:
    """Two machines and four people, for stories that need nobody else; all but Bob may use them."""
    now = timezone.now()
    world = a_world(now, cancel_notice_minutes=60, most_future=2)
    for member in (world.charlie, world.dana):
        a_certification(member, world.certification, now=now)
    return world


@pytest.fixture
def tomorrow() -> str:
    """A day that is wholly ahead, whatever the hour: stories must not depend on when they run."""
    there = timezone.now().astimezone(ZoneInfo(ZONE))
    return (there.date() + timedelta(days=1)).isoformat()
