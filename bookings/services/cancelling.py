"""Giving a booking back before it runs."""

from datetime import datetime

from django.db import transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import claims, history
from bookings.services.waitlist import decline, time_freed
from equipment.reason import Reason
from members.models import AccessEpoch, Member


@transaction.atomic
def cancel(*, booking: Booking, by: Member, now: datetime, why: str = "") -> Booking:
    """Free its time for others. A running one is finished instead; twice is once."""
    booking = claims.locked(booking)
    if booking.state == Booking.State.CANCELLED:
        return booking
    if booking.state == Booking.State.OFFERED:
        return decline(offer=booking, by=by, now=now)
    claims.still_open(booking, now)
    if booking.state == Booking.State.RUNNING:
        raise Refused(Reason("booking-running"))
    before = history.snapshot(booking)
    booking.state, booking.holds, booking.ended_at = Booking.State.CANCELLED, False, now
    history.touch(booking, now)
    booking.save(update_fields=["state", "holds", "ended_at", "sequence", "updated_at"])
    history.log(booking, "cancel", by=by, now=now, before=before, **({"why": why} if why else {}))
    by_other = {} if by == booking.member else {"by": by.name, "why": why}
    history.tell(booking, "booking-cancelled", now, **by_other)
    time_freed(booking.machine_id, now)
    AccessEpoch.bump()
    return booking
