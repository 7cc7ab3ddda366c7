"""The time and the short cuts of the booking tests; the people are those of tests/people.py."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings import services
from bookings.errors import Refused
from bookings.models import Booking
from members.models import Change
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


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    """Of every reason that a refusal gives, in order."""
    return [reason.code for reason in error.value.reasons]


def told_of(booking: Booking) -> list[str]:
    """What the history says was done to it, oldest first."""
    rows = Change.objects.filter(subject_kind="bookings.Booking", subject_id=booking.pk)
    return list(rows.order_by("pk").values_list("verb", flat=True))
