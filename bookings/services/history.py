"""What is left of every change to a booking: its version, its history, and the notice of it."""

from datetime import datetime
from typing import Any

from bookings.models import Booking
from equipment.reason import Reason
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


def by_other(booking: Booking, by: Member, why: str = "") -> dict[str, str]:
    """What a notice adds where somebody else did it."""
    return {} if by == booking.member else {"by": by.name, "why": why}


def told(reason: Reason) -> dict[str, Any]:
    """A reason as JSON, so that its words are found when the history is read; undone by `read`."""
    return {"code": reason.code, "params": {k: _plain(v) for k, v in reason.params.items()}}


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return value if isinstance(value, str | int | None) else str(value)


def read(row: dict[str, Any]) -> Reason:
    """The reason that `told` wrote down."""
    params = {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
        for name, value in row["params"].items()
    }
    return Reason(row["code"], params)


def tell(booking: Booking, kind: str, now: datetime, key: str = "", **more: Any) -> None:
    """Post a notice about the booking to its member; once for each version of it, or each `key`."""
    key = key or f"{kind}:{booking.public_id}:{booking.sequence}"
    post(
        to=booking.member,
        kind=kind,
        key=key,
        context=facts_of(booking) | more,
        at=now,
        bundle=bundle_of(booking),
    )


def bundle_of(booking: Booking) -> str:
    """What a booking belongs to, so that news of all its parts is one mail."""
    if booking.series_id:
        return f"series-{booking.series_id}"
    return f"group-{booking.group}" if booking.group else ""


def facts_of(booking: Booking) -> dict[str, Any]:
    """What a message about a booking tells."""
    return {
        "machine": booking.machine.name,
        "machine_slug": booking.machine.slug,
        "booking": str(booking.public_id),
        "starts": booking.starts.isoformat(),
        "ends": booking.ends.isoformat(),
        "zone": booking.machine.space.zone,
    }
