"""How a claim is locked, read, timed and refused; shared by the services, used by nobody else."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection

from bookings.errors import Refused
from bookings.facts import facts_for, know
from bookings.models import Booking
from bookings.rules.facts import Facts, Slot
from bookings.rules.gaps import REACH
from bookings.rules.slot import taken_reason
from bookings.services.expiry import lapse_stale
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member

NO_OVERLAP = "bookings_booking_no_overlap"


def lock(member_id: int, *machine_ids: int) -> None:
    """Lock the member, then the machines by id: in this order everywhere, so nobody deadlocks.

    Rows that only point at them are still written meanwhile. SQLite's IMMEDIATE transaction is
    one lock for all, and was taken when it began.
    """
    if not connection.features.has_select_for_update:
        return
    Member.objects.select_for_update(no_key=True).only("pk").get(pk=member_id)
    machines = Machine.objects.select_for_update(no_key=True).filter(pk__in=machine_ids)
    list(machines.order_by("pk").values_list("pk"))


def locked(booking: Booking, *more_machines: Machine) -> Booking:
    """The booking as it is now, with its member and all machines concerned locked."""
    lock(booking.member_id, booking.machine_id, *(machine.pk for machine in more_machines))
    fresh = row_locked(booking)
    if fresh.machine_id != booking.machine_id:  # moved to a machine that is not locked
        raise Refused(Reason("changed-meanwhile"))
    return fresh


def facts_under_lock(
    member_id: int, machine: Machine, slot: Slot, now: datetime, changing: Booking | None = None
) -> Facts:
    """The facts, after what has lapsed on the machine was cleared out of the way."""
    known = know(
        member_id=member_id,
        machines=[machine],
        starts=slot.starts,
        ends=slot.ends + REACH,
        now=now,
        changing=changing,
    )
    if known.stale:
        lapse_stale(now=now, machine_ids=known.stale)
    return known.facts(machine)


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


def overlap_refusal(
    error: IntegrityError, *, member: Member, machine: Machine, slot: Slot, now: datetime
) -> Refused:
    """NoOverlap's answer in words, with the next gap. Any other broken constraint is raised on."""
    if NO_OVERLAP not in str(error):
        raise error
    return Refused(
        taken_reason(facts_for(member_id=member.pk, machine=machine, slot=slot, now=now), slot)
    )
