"""Giving a booking back before it runs."""

from datetime import datetime

from django.db import transaction

from bookings.errors import Refused
from bookings.facts import policy_of
from bookings.models import Booking
from bookings.rules import is_late
from bookings.services import claims, history
from bookings.services.waitlist import decline, time_freed
from equipment.reason import Reason
from members.models import AccessEpoch, Member


@transaction.atomic
def cancel(
    *,
    booking: Booking,
    by: Member,
    now: datetime,
    why: str = "",
    sequence: int | None = None,
    displaced: bool = False,
) -> Booking:
    """Free its time for others. A running one is finished instead; twice is once.

    Later than the notice that the policy asks for, its member's own cancelling is marked as late,
    unless a closure or lockout was in its way: `displaced`. What an induction holds goes with it.
    """
    booking = claims.locked(booking)
    if booking.state == Booking.State.CANCELLED:
        return booking
    if booking.state == Booking.State.OFFERED:
        return decline(offer=booking, by=by, now=now)
    if not displaced:
        claims.its_own(booking)
    claims.unchanged(booking, sequence)
    claims.still_open(booking, now)
    if booking.state == Booking.State.RUNNING:
        raise Refused(Reason("booking-running"))
    late = not displaced and would_be_late(booking, by, now)
    _write(booking, late, by=by, now=now, why=why)
    history.tell(booking, "booking-cancelled", now, **history.by_other(booking, by, why))
    time_freed(booking.machine_id, now)
    AccessEpoch.bump()
    return booking


def would_be_late(booking: Booking, by: Member | None, now: datetime) -> bool:
    """Whether cancelling now counts as late: only what was the member's, and by the member."""
    if booking.state != Booking.State.CONFIRMED or by != booking.member:
        return False
    if booking.purpose != Booking.Purpose.USE:
        return False
    return is_late(policy_of(booking.machine.tool_class), booking.starts, now)


def _write(booking: Booking, late: bool, *, by: Member, now: datetime, why: str) -> None:
    before = history.snapshot(booking)
    give_back(booking, now)
    booking.late = late
    booking.save(update_fields=["state", "holds", "ended_at", "late", "sequence", "updated_at"])
    more = ({"why": why} if why else {}) | ({"late": True} if late else {})
    history.log(booking, "cancel", by=by, now=now, before=before, **more)


def give_back(booking: Booking, now: datetime) -> None:
    """It holds no time any more; not saved yet."""
    booking.state, booking.holds, booking.ended_at = Booking.State.CANCELLED, False, now
    history.touch(booking, now)
