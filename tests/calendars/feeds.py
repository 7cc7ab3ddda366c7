"""Short cuts of the feed tests: an address of any kind, a booking, and what a feed says."""

from datetime import timedelta
from typing import Any

import icalendar

from bookings.models import Booking
from calendars.models import Feed
from calendars.services import make_feed, publish_feed
from tests.people import NOW, World

HOUR = timedelta(hours=1)
Kind, Privacy, State = Feed.Kind, Feed.Privacy, Booking.State


def of_what(world: World, kind: str) -> dict[str, Any]:
    """What a feed of this kind is of, in this world."""
    return {
        Kind.MACHINE: {"machine": world.router},
        Kind.TOOL_CLASS: {"tool_class": world.tool_class, "space": world.space},
        Kind.SPACE: {"space": world.space},
        Kind.MAINTENANCE: {"space": world.space},
    }.get(Kind(kind), {})


def a_feed(world: World, kind: str = Kind.MINE, member: Any = None, **given: Any) -> Feed:
    """Alice's, unless `member` says otherwise."""
    asked = {"member": member or world.alice, "now": NOW, **of_what(world, kind), **given}
    return make_feed(kind=kind, **asked)


def a_public_feed(world: World, kind: str = Kind.MACHINE) -> Feed:
    return publish_feed(kind=kind, by=world.dana, now=NOW, **of_what(world, kind))


def path(feed: Feed) -> str:
    return f"/feeds/{feed.token}.ics"


def a_booking(world: World, starts: Any = NOW + HOUR, state: str = State.CONFIRMED, **given: Any):
    """Written past all rules: Alice's, of the router, for an hour."""
    given = {"machine": world.router, "member": world.alice, "ends": starts + HOUR, **given}
    return Booking.objects.create(
        starts=starts,
        blocked_until=given["ends"],
        state=state,
        holds=state in Booking.OPEN,
        created_at=NOW,
        updated_at=NOW,
        **given,
    )


def calendar_of(response: Any) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(response.content)


def events(response: Any) -> list[Any]:
    assert response.status_code == 200, response.status_code
    return calendar_of(response).walk("VEVENT")
