"""A form of a booking sent again: the same is once, and another wish is another booking."""

import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.models import Booking, Series, Wait
from members.models import Member
from tests.people import NOW, World

ONE = "/machines/cnc-router/book/"
REPEAT, SEVERAL = "/machines/cnc-router/repeat/", "/machines/cnc-router/book-several/"
ANY = "/tool-classes/cnc-machines/book/"
KEY = str(uuid.UUID(int=7))


@pytest.fixture(autouse=True)
def _tuesday(world: World) -> Any:
    world.tool_class.most_future = None
    world.tool_class.save()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.alice)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def form(**fields: Any) -> dict[str, Any]:
    """At 18:00 for an hour."""
    return {"starts": "2026-11-24T18:00", "minutes": "60", "key": KEY, **fields}


SERIES = {"rhythm": "daily", "every": "1", "ends_by": "count", "count": "2", "book": ""}


def test_the_same_form_sent_twice_books_once(client: Client, world: World) -> None:
    first, second = client.post(ONE, form()), client.post(ONE, form())
    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_gone_back_to_and_sent_with_another_time_it_books_that_time_too(
    client: Client, world: World
) -> None:
    client.post(ONE, form())
    client.post(ONE, form(starts="2026-11-25T18:00"))
    assert Booking.objects.count() == 2


def test_gone_back_to_and_turned_into_several_machines_it_books_them(
    client: Client, world: World
) -> None:
    client.post(ONE, form(starts="2026-11-25T18:00"))
    machines = ["cnc-router", "cnc-mill"]
    sent = client.post(SEVERAL, form(machines=machines, several=""))
    assert sent.status_code == 302
    assert Booking.objects.exclude(group=None).count() == 2


def test_gone_back_to_and_turned_into_a_series_it_books_every_day(
    client: Client, world: World
) -> None:
    client.post(REPEAT, form(**SERIES))
    client.post(REPEAT, form(**SERIES, starts="2026-11-28T18:00"))
    assert Series.objects.count() == 2


def test_any_machine_at_another_time_is_another_booking(client: Client, world: World) -> None:
    client.post(ANY, form(space=world.space.slug))
    client.post(ANY, form(space=world.space.slug, starts="2026-11-26T18:00"))
    assert Booking.objects.count() == 2


def test_another_wish_is_another_place_on_the_waitlist(client: Client, world: World) -> None:
    wish = {"what": "cnc-router", "minutes": "60", "key": KEY}
    for day in ("2026-11-25", "2026-11-26", "2026-11-26"):
        window = {"starts": f"{day}T10:00", "ends": f"{day}T12:00"}
        assert client.post("/waitlist/new/", {**wish, **window}).status_code == 302
    assert Wait.objects.count() == 2
