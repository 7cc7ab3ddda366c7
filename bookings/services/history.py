"""What is left of every change to a booking: its version, its history, and the notice of it."""

from datetime import datetime
from typing import Any

from bookings.models import Booking
from members.models import Member
from members.services import record
from notices.services import post


def touch(booking: Booking, now: datetime) -> None:
    """Calendars see a new version (RFC 5545 section 3.8.7.4)."""
    booking.sequence += 1
    booking.updated_at = now


def snapshot(booking: Booking) -> dict[str, Any]:
    """What its history tells of a booking."""
    return {
        "machine": booking.machine.name,
        "starts": booking.starts.isoformat(),
        "ends": booking.ends.isoformat(),
        "state": str(booking.state),
    }


def log(
    booking: Booking,
    verb: str,
    *,
    by: Member | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    **more: Any,
) -> None:
    """Write the one Change: `by` None is Benchkey itself, `more` is told beside the new state."""
    after = snapshot(booking) | more
    member = booking.member
    record(
        actor=by,
        verb=verb,
        subject=booking,
        at=now,
        before=before,
        after=after,
        on_behalf_of=member,
    )


def tell(booking: Booking, kind: str, now: datetime, key: str = "", **more: Any) -> None:
    """Post a notice about the booking to its member; once for each version of it, or each `key`."""
    context = {
        "machine": booking.machine.name,
        "machine_slug": booking.machine.slug,
        "booking": str(booking.public_id),
        "starts": booking.starts.isoformat(),
        "ends": booking.ends.isoformat(),
        "zone": booking.machine.space.zone,
    }
    key = key or f"{kind}:{booking.public_id}:{booking.sequence}"
    post(to=booking.member, kind=kind, key=key, context=context | more, at=now)
