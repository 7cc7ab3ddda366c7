"""One booking as a calendar entry, telling no more than its reader may know; reads no database.

The language is the one that is active.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bookings.models import Booking
from calendars.ics import Entry
from calendars.models import Feed
from equipment.models import Machine

State, Purpose, Privacy = Booking.State, Booking.Purpose, Feed.Privacy
OVER = {State.CANCELLED, State.NO_SHOW, State.LAPSED}
OPEN = {State.OFFERED, State.REQUESTED}
PLAIN = {State.CONFIRMED, State.RUNNING, State.DONE}


@dataclass(frozen=True, slots=True)
class Style:
    """All that decides how a booking reads, but the booking itself."""

    language: str
    privacy: int  # of Feed.Privacy
    is_own: bool  # told to whose booking it is
    alarm_minutes: int | None = None
    base_url: str = ""

    @property
    def has_names(self) -> bool:
        return not self.is_own and self.privacy >= Privacy.INITIALS


def entry(booking: Booking, style: Style, now: datetime) -> Entry:
    """`booking` comes with its member, machine, space and series."""
    state, sequence, updated_at = _now_is(booking, now)
    words = _own(booking, style, state) if style.is_own else _others(booking, style, state)
    return Entry(
        uid=str(booking.public_id),
        sequence=sequence,
        starts=booking.starts,
        ends=booking.ends,
        updated_at=updated_at,
        status=_status(state),
        **words,
    )


def place(machine: Machine) -> str:
    parts = (machine.place, machine.space.name, machine.space.address)
    return ", ".join(part for part in parts if part)


def _own(booking: Booking, style: Style, state: Booking.State) -> dict[str, Any]:
    """To its member, or to whom the member gives the address: at the lowest level, that it is."""
    if style.privacy == Privacy.BUSY:
        return {"summary": _("Cancelled") if state in OVER else _("Busy")}
    sentences = _sentences(booking, state) if style.privacy == Privacy.FULL else ()
    return {
        "summary": _by_state(_what(booking), state),
        "location": place(booking.machine),
        "description": " ".join(sentences),
        "url": style.base_url + _page(booking),
        "created_at": booking.created_at,
        "related": _related(booking),
    }


def _others(booking: Booking, style: Style, state: Booking.State) -> dict[str, Any]:
    """To anybody else. Who gave a booking back, or missed it, is for staff alone."""
    is_full = style.privacy == Privacy.FULL
    if not is_full and state in OVER:
        state = State.CANCELLED
    who = "" if state in OVER and not is_full else _who(booking, style)
    what = f"{_what(booking)}: {who}" if who else _what(booking)
    machine = reverse("desk:machine", args=[booking.machine.slug])
    return {
        "summary": _by_state(what, state),
        "location": place(booking.machine),
        "description": f"{booking.note}." if is_full and booking.note else "",
        "url": style.base_url + (_page(booking) if is_full else machine),
        "created_at": booking.created_at if is_full else None,
        "related": _related(booking) if is_full else (),
        "is_busy": False,  # it takes up the machine's time, not the reader's
    }


def _now_is(booking: Booking, now: datetime) -> tuple[Booking.State, int, datetime]:
    """State, version and its time: the row of one that lapsed is only put right some time later,
    and then has the version that is told here already.
    """
    state = State(booking.state)
    if not booking.has_lapsed(now) or booking.lapses_at is None:
        return state, booking.sequence, booking.updated_at
    lapsed = State.LAPSED if state in OPEN else State.NO_SHOW
    return lapsed, booking.sequence + 1, max(booking.lapses_at, booking.updated_at)


def _status(state: Booking.State) -> str:
    if state in OVER:
        return "CANCELLED"
    return "TENTATIVE" if state in OPEN else "CONFIRMED"


def _what(booking: Booking) -> str:
    machine = booking.machine.name
    if booking.purpose == Purpose.USE:
        return machine
    return f"{capfirst(booking.get_purpose_display())}: {machine}"


def _who(booking: Booking, style: Style) -> str:
    """The name as far as it may be known; none where the work says enough."""
    if style.privacy == Privacy.FULL:
        return booking.member.name
    if booking.purpose == Purpose.MAINTENANCE:
        return ""
    if style.privacy == Privacy.INITIALS:
        return booking.member.initials
    return _("booked") if booking.purpose == Purpose.USE else ""


def _by_state(what: str, state: Booking.State) -> str:
    """The state leads where it matters: many apps show an event without its STATUS."""
    return what if state in PLAIN else f"{capfirst(state.label)}: {what}"


def _sentences(booking: Booking, state: Booking.State) -> Iterator[str]:
    if booking.note:
        yield f"{booking.note}."
    if state in PLAIN and booking.machine.has_interlock:
        yield _("Hold your badge to the reader at the machine. It unlocks for you.")
    elif state in PLAIN:
        yield _("Check in on the page of the booking when you start.")


def _related(booking: Booking) -> tuple[str, ...]:
    """What it was booked with: its series, and the other machines of its group."""
    series = booking.series.public_id if booking.series else None
    return tuple(str(uid) for uid in (series, booking.group) if uid)


def _page(booking: Booking) -> str:
    return reverse("bookings:booking_detail", args=[booking.public_id])
