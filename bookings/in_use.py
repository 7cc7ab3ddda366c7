"""Whether somebody is at a machine, as bookings know it: told to rooms below that ask."""

from datetime import datetime

from bookings.models import Booking
from members.models import Member


def running_beyond(member: Member, beyond: datetime, now: datetime) -> str:
    """The machine of a running booking that ends after `beyond`; "" where there is none."""
    rows = Booking.objects.filter(
        member=member, state=Booking.State.RUNNING, ends__gt=max(beyond, now)
    )
    name: str | None = rows.values_list("machine__name", flat=True).first()
    return name or ""
