"""The time and the short cuts of the booking tests; the people are those of tests/people.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bookings import services
from bookings.models import Booking
from tests.people import NOW, World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
AT_14 = datetime(2026, 11, 24, 13, tzinfo=UTC)  # 14:00 in Berlin, half an hour after NOW


def a_booking(world: World, *, hours: float = 1, now: datetime = NOW, **given: Any) -> Booking:
    """Alice's booking of the router at 14:00, for an hour; whatever `given` says otherwise."""
    starts = given.pop("starts", AT_14)
    asked = {
        "member": world.alice,
        "machine": world.router,
        "starts": starts,
        "ends": given.pop("ends", starts + hours * HOUR),
        **given,
    }
    return services.book(by=asked.pop("by", asked["member"]), now=now, **asked)
