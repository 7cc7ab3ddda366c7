"""Giving a booking back before it runs."""

from datetime import datetime

from django.db import transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import claims
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from members.services import record


@transaction.atomic
def cancel(*, booking: Booking, by: Member, now: datetime, why: str = "") -> Booking:
    """Free its time for others. A running one is finished instead; twice is once."""
    booking, _machines = claims.locked(booking)
    if booking.state == Booking.State.CANCELLED:
        return booking
    claims.still_open(booking, now)
    if booking.state == Booking.State.RUNNING:
        raise Refused(Reason("booking-running"))
    before = claims.snapshot(booking)
    booking.state, booking.holds, booking.ended_at = Booking.State.CANCELLED, False, now
    claims.touch(booking, now)
    booking.save(update_fields=["state", "holds", "ended_at", "sequence", "updated_at"])
    record(
        actor=by,
        verb="cancel",
        subject=booking,
        at=now,
        before=before,
        after=claims.snapshot(booking) | ({"why": why} if why else {}),
        on_behalf_of=booking.member,
    )
    by_other = {} if by == booking.member else {"by": by.name, "why": why}
    claims.tell(booking, "booking-cancelled", now, **by_other)
    AccessEpoch.bump()
    return booking
