"""The world of the pages: one instant, four people, and a client for each."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from bookings.models import Booking
from equipment.models import Machine
from members.models import Member
from tests.people import NOW, World, a_world

HOUR = timedelta(hours=1)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Tuesday 24 November, 13:30 in Berlin; no clock ticks while a page is made."""
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def as_member() -> Callable[[Member], Client]:
    def sign_in(member: Member) -> Client:
        client = Client()
        client.force_login(member, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return sign_in


def a_booking(
    machine: Machine,
    member: Member,
    starts: datetime = NOW + HOUR,
    hours: float = 1.5,
    **fields: object,
) -> Booking:
    """A row as the services would leave it; no rule is asked."""
    ends = starts + timedelta(hours=hours)
    values = {"state": Booking.State.CONFIRMED, "blocked_until": ends, **fields}
    return Booking.objects.create(
        machine=machine,
        member=member,
        starts=starts,
        ends=ends,
        created_at=NOW - HOUR,
        updated_at=NOW - HOUR,
        **values,
    )
