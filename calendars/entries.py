"""A member's bookings as calendar entries, in that member's language; writes nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bookings.models import Booking
from calendars.ics import Entry
from members.models import Member

BACK = timedelta(weeks=4)
AHEAD = timedelta(weeks=26)

State = Booking.State
OVER = {State.CANCELLED, State.NO_SHOW, State.LAPSED}
OPEN = {State.OFFERED, State.REQUESTED}


def entries(member: Member, now: datetime) -> list[Entry]:
    """What a feed shows: four weeks back, half a year ahead, in one query."""
    bookings = Booking.objects.filter(
        member=member, ends__gt=now - BACK, starts__lt=now + AHEAD
    ).select_related("machine__space")
    with translation.override(member.language):
        return [_entry(booking, now) for booking in bookings.order_by("starts", "pk")]


def _entry(booking: Booking, now: datetime) -> Entry:
    machine, state = booking.machine, _state(booking, now)
    place = (machine.place, machine.space.name, machine.space.address)
    return Entry(
        uid=str(booking.public_id),  # RFC 7986 section 5.3: a UUID, without a host that may change
        sequence=booking.sequence,
        starts=booking.starts,
        ends=booking.ends,
        created_at=booking.created_at,
        updated_at=booking.updated_at,
        status=_status(state),
        summary=_summary(machine.name, state),
        location=", ".join(part for part in place if part),
        description=" ".join(_sentences(booking, state)),
        url=settings.BASE_URL + reverse("bookings:booking_detail", args=[booking.public_id]),
    )


def _state(booking: Booking, now: datetime) -> Booking.State:
    """What a booking is by now: the row of one that lapsed is only put right some time later."""
    state = State(booking.state)
    if not booking.has_lapsed(now):
        return state
    return State.LAPSED if state in OPEN else State.NO_SHOW


def _status(state: Booking.State) -> str:
    if state in OVER:
        return "CANCELLED"
    return "TENTATIVE" if state in OPEN else "CONFIRMED"


def _summary(machine: str, state: Booking.State) -> str:
    """The state leads where it matters: many apps show an event without its STATUS."""
    return f"{capfirst(state.label)}: {machine}" if state in OVER | OPEN else machine


def _sentences(booking: Booking, state: Booking.State) -> Iterator[str]:
    if booking.note:
        yield f"{booking.note}."
    if state == State.CONFIRMED and booking.machine.has_interlock:
        yield _("Hold your badge to the reader at the machine. It unlocks for you.")
    elif state == State.CONFIRMED:
        yield _("Check in on the page of the booking when you start.")
