"""Reminding people of a booking, a day and an hour before."""

from datetime import datetime, timedelta

from bookings.models import Booking
from bookings.services import history
from notices.leads import lead

LEADS = (timedelta(hours=24), timedelta(hours=1))


def remind_of_bookings(now: datetime) -> None:
    """Post one reminder per lead and start. Whoever booked or moved it within the lead knows it."""
    soon = Booking.objects.standing(now).filter(
        state=Booking.State.CONFIRMED, starts__gt=now, starts__lte=now + max(LEADS)
    )
    for booking in soon.select_related("machine__space", "member"):
        each = lead(booking.starts - now, LEADS)
        if each and booking.updated_at <= booking.starts - each:
            _remind(booking, each, now)


def _remind(booking: Booking, each: timedelta, now: datetime) -> None:
    hours = each // timedelta(hours=1)
    key = f"booking-reminder:{booking.public_id}:{booking.starts:%Y%m%dT%H%M}:{hours}h"
    history.tell(booking, "booking-reminder", now, key=key)
