"""Reminding people of a booking, a day and an hour before; and at the machine, those who asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bookings.models import Booking
from bookings.services import history
from notices.leads import lead
from notices.services import wanting

KINDS = ("booking-reminder", "booking-starting", "booking-ending")
LEADS = (timedelta(hours=24), timedelta(hours=1))
QUARTER = timedelta(minutes=15)


def remind_of_bookings(now: datetime) -> None:
    """Post one reminder per lead and start. Whoever booked or moved it within the lead knows it."""
    soon = Booking.objects.standing(now).filter(
        state=Booking.State.CONFIRMED, starts__gt=now, starts__lte=now + max(LEADS)
    )
    for booking in soon.select_related("machine__space", "member"):
        each = lead(booking.starts - now, LEADS)
        if each and booking.updated_at <= booking.starts - each:
            _remind(booking, each, now)


def remind_at_the_machine(now: datetime) -> None:
    """Post that a booking begins, or a running one ends, within a quarter of an hour."""
    standing = Booking.objects.standing(now).select_related("machine__space", "member")
    until = now + QUARTER
    begins = standing.filter(state=Booking.State.CONFIRMED, starts__gt=now, starts__lte=until)
    ends = standing.filter(state=Booking.State.RUNNING, ends__gt=now, ends__lte=until)
    _tell_who_asked("booking-starting", list(begins), now)
    _tell_who_asked("booking-ending", list(ends), now)


def _tell_who_asked(kind: str, bookings: list[Booking], now: datetime) -> None:
    asked = wanting(kind, {booking.member_id for booking in bookings}) if bookings else set()
    for booking in bookings:
        if booking.member_id in asked:
            when = booking.starts if kind == "booking-starting" else booking.ends
            key = f"{kind}:{booking.public_id}:{when:%Y%m%dT%H%M}"
            history.tell(booking, kind, now, key=key)


def _remind(booking: Booking, each: timedelta, now: datetime) -> None:
    hours = each // timedelta(hours=1)
    key = f"booking-reminder:{booking.public_id}:{booking.starts:%Y%m%dT%H%M}:{hours}h"
    history.tell(booking, "booking-reminder", now, key=key)


def is_overtaken(told: Mapping[str, Any]) -> bool:
    """Whether the booking was moved or given back while its reminder waited for the morning."""
    rows = Booking.objects.filter(public_id=told["booking"]).select_related("machine")
    booking = rows.first()
    if booking is None:
        return False
    place = told["machine_slug"], datetime.fromisoformat(told["starts"])
    return not booking.is_open or place != (booking.machine.slug, booking.starts)
