"""How a claim is locked, timed, read back and told; shared by the services and by nobody else."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from bookings.errors import Refused
from bookings.facts import facts_for
from bookings.models import Booking
from bookings.rules.facts import Slot
from bookings.rules.slot import taken_reason
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member
from notices.services import post

NO_OVERLAP = "bookings_booking_no_overlap"


def lock(member_id: int, machine_ids: Iterable[int]) -> dict[int, Machine]:
    """Lock the member, then the machines by id: in this order everywhere, so nobody deadlocks.

    On PostgreSQL rows that point at them may still be written meanwhile; SQLite's IMMEDIATE
    transaction is one lock for all.
    """
    Member.objects.select_for_update(no_key=True).only("pk").get(pk=member_id)
    machines = (
        Machine.objects.select_for_update(of=("self",), no_key=True)
        .select_related("tool_class__requires", "space")
        .filter(pk__in=set(machine_ids))
        .order_by("pk")
    )
    return {machine.pk: machine for machine in machines}


def locked(booking: Booking, *more_machines: Machine) -> tuple[Booking, dict[int, Machine]]:
    """The booking as it is now, with its member and all machines concerned locked."""
    ids = [booking.machine_id, *(machine.pk for machine in more_machines)]
    machines = lock(booking.member_id, ids)
    fresh = row_locked(booking)
    if fresh.machine_id not in machines:  # moved to another machine a moment ago
        raise Refused(Reason("changed-meanwhile"))
    fresh.machine = machines[fresh.machine_id]
    return fresh, machines


def row_locked(booking: Booking) -> Booking:
    """The booking as it is now, and nothing but its row locked: for what claims no time."""
    rows = Booking.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("member", "machine__tool_class", "machine__space").get(pk=booking.pk)


def still_open(booking: Booking, now: datetime) -> None:
    """Raise Refused for a booking that is over, cancelled, missed or lapsed."""
    machine = {"machine": booking.machine.name, "machine_slug": booking.machine.slug}
    if booking.has_lapsed(now):
        raise Refused(Reason("booking-missed", machine | {"lapsed": booking.lapses_at}))
    if booking.is_over(now):
        raise Refused(Reason("booking-over", machine))


def set_times(booking: Booking, machine: Machine, starts: datetime, ends: datetime) -> None:
    """Place the claim: with the buffer and the no-show limit that hold on the day it is saved.

    Without an interlock nobody can know that a member did not come, so nothing lapses.
    """
    policy = machine.tool_class
    booking.machine, booking.starts, booking.ends = machine, starts, ends
    booking.blocked_until = ends + timedelta(minutes=policy.buffer_minutes)
    minutes = policy.no_show_minutes if machine.has_interlock else None
    is_awaited = minutes is not None and booking.checked_in_at is None
    booking.lapses_at = starts + timedelta(minutes=minutes or 0) if is_awaited else None


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


def tell(booking: Booking, kind: str, now: datetime, **more: Any) -> None:
    """Post a notice about the booking to its member; once for each version of it."""
    context = {
        "machine": booking.machine.name,
        "machine_slug": booking.machine.slug,
        "booking": str(booking.public_id),
        "starts": booking.starts.isoformat(),
        "ends": booking.ends.isoformat(),
        "zone": booking.machine.space.zone,
    }
    key = f"{kind}:{booking.public_id}:{booking.sequence}"
    post(to=booking.member, kind=kind, key=key, context=context | more, at=now)


def overlap_refusal(
    error: IntegrityError, *, member: Member, machine: Machine, slot: Slot, now: datetime
) -> Refused:
    """NoOverlap's answer in words, with the next gap. Any other broken constraint is raised on."""
    if NO_OVERLAP not in str(error):
        raise error
    return Refused(
        taken_reason(facts_for(member_id=member.pk, machine=machine, slot=slot, now=now), slot)
    )
