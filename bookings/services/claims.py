"""How a claim is locked, read, timed and refused; shared by the services, used by nobody else."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, connection
from django.db.models import Q

from bookings.errors import Refused
from bookings.facts import Known, facts_for, know
from bookings.models import Booking
from bookings.rules.facts import Facts, Slot
from bookings.rules.gaps import REACH
from bookings.rules.slot import taken_reason
from bookings.services.expiry import lapse_stale
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member

NO_OVERLAP = "bookings_booking_no_overlap"

Changing = Booking | Collection[Booking] | None

# How a claim is told that nobody answered for or came to in time.
LAPSED = {
    Booking.State.OFFERED: "offer-lapsed",
    Booking.State.REQUESTED: "request-lapsed",
    Booking.State.CONFIRMED: "booking-missed",
}


def lock(member_id: int, *machine_ids: int) -> None:
    """Lock the member, then the machines by id: in this order everywhere, so nobody deadlocks."""
    lock_all([member_id], machine_ids)


def lock_all(member_ids: Collection[int], machine_ids: Collection[int]) -> None:
    """Lock the members by id, then the machines by id, with those that share something with them.

    Rows that only point at them are still written meanwhile. SQLite's IMMEDIATE transaction is
    one lock for all, and was taken when it began.
    """
    if not connection.features.has_select_for_update:
        return
    members = Member.objects.select_for_update(no_key=True).filter(pk__in=member_ids)
    list(members.order_by("pk").values_list("pk"))
    sharing = Machine.shares.through.objects
    shared = sharing.filter(machine__in=machine_ids).values("shared")
    among = Q(pk__in=machine_ids) | Q(pk__in=sharing.filter(shared__in=shared).values("machine"))
    machines = Machine.objects.select_for_update(no_key=True).filter(among)
    list(machines.order_by("pk").values_list("pk"))


def locked(booking: Booking, *more_machines: Machine) -> Booking:
    """The booking as it is now, with its member and all machines concerned locked."""
    lock(booking.member_id, booking.machine_id, *(machine.pk for machine in more_machines))
    fresh = row_locked(booking)
    if fresh.machine_id != booking.machine_id:  # moved to a machine that is not locked
        raise Refused(Reason("changed-meanwhile"))
    return fresh


def both_locked(first: Booking, second: Booking) -> tuple[Booking, Booking]:
    """Two bookings as they are now, with their members and machines locked."""
    both = (first, second)
    lock_all({row.member_id for row in both}, {row.machine_id for row in both})
    fresh = {row.pk: row_locked(row) for row in sorted(both, key=lambda row: row.pk)}
    if any(fresh[row.pk].machine_id != row.machine_id for row in both):
        raise Refused(Reason("changed-meanwhile"))
    return fresh[first.pk], fresh[second.pk]


def facts_under_lock(
    member_id: int, machine: Machine, slot: Slot, now: datetime, changing: Changing = None
) -> Facts:
    """The facts, after what has lapsed on the machine was cleared out of the way."""
    known = _known(member_id, machine, slot, now, changing)
    if known.stale:
        lapse_stale(now=now, machine_ids=known.stale)
    return known.facts(machine)


def facts_around(
    member_id: int, machine: Machine, slot: Slot, now: datetime, changing: Changing = None
) -> Facts:
    """The same facts for a page, which writes nothing."""
    return _known(member_id, machine, slot, now, changing).facts(machine)


def _known(
    member_id: int, machine: Machine, slot: Slot, now: datetime, changing: Changing
) -> Known:
    return know(
        member_id=member_id,
        machines=[machine],
        starts=slot.starts,
        ends=slot.ends + REACH,
        now=now,
        changing=changing,
    )


def row_locked(booking: Booking) -> Booking:
    """The booking as it is now, and nothing but its row locked: for what claims no time."""
    rows = Booking.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("member", "machine__tool_class", "machine__space").get(pk=booking.pk)


def still_open(booking: Booking, now: datetime) -> None:
    """Raise Refused for a booking that is over, cancelled, missed or lapsed."""
    machine = {"machine": booking.machine.name, "machine_slug": booking.machine.slug}
    if booking.has_lapsed(now):
        code = LAPSED[Booking.State(booking.state)]
        raise Refused(Reason(code, machine | {"lapsed": booking.lapses_at}))
    if booking.is_over(now):
        raise Refused(Reason("booking-over", machine))


def taken_up(booking: Booking) -> None:
    """Raise Refused for an offer: it is answered on its page before anything else is done."""
    if booking.state == Booking.State.OFFERED:
        told = {"booking": str(booking.public_id), "until": booking.lapses_at}
        raise Refused(Reason("offer-open", told))


def its_own(booking: Booking) -> None:
    """Raise Refused for what an induction holds: it comes, moves and goes with the induction."""
    if is_held_for_induction(booking):
        raise Refused(Reason("induction-holds-it", {"group": str(booking.group)}))


def is_held_for_induction(booking: Booking) -> bool:
    return booking.purpose == Booking.Purpose.INDUCTION and booking.group is not None


def unchanged(booking: Booking, sequence: int | None) -> None:
    """Raise Refused unless it is the version somebody saw; None: they do not say which."""
    if sequence is not None and sequence != booking.sequence:
        raise Refused(Reason("changed-meanwhile"))


def settled(booking: Booking) -> None:
    """Raise Refused for what is offered or asked for, and so is not the member's yet."""
    taken_up(booking)
    if booking.state == Booking.State.REQUESTED:
        raise Refused(Reason("awaits-approval", {"machine": booking.machine.name}))


def may_change_hands(booking: Booking, now: datetime) -> None:
    """Raise Refused for all but a booking that is the member's and has not begun."""
    its_own(booking)
    still_open(booking, now)
    settled(booking)
    if booking.state == Booking.State.RUNNING or booking.starts <= now:
        raise Refused(Reason("begun-already", {"starts": booking.starts}))


def set_times(booking: Booking, machine: Machine, starts: datetime, ends: datetime) -> None:
    """Place the claim: with the buffer and the time limit that hold on the day it is saved."""
    booking.machine, booking.starts, booking.ends = machine, starts, ends
    booking.blocked_until = ends + timedelta(minutes=machine.tool_class.buffer_minutes)
    booking.lapses_at = lapse_of(booking)


def lapse_of(booking: Booking) -> datetime | None:
    """When it goes back by itself: a request at its start, a booking when nobody came by then.

    Without an interlock nobody can know who came, unless the space asks for check-in by page.
    An induction or a repair may go on for hours before the machine itself is needed.
    """
    machine = booking.machine
    if booking.purpose != Booking.Purpose.USE:
        return None
    if booking.state == Booking.State.REQUESTED:
        return booking.starts
    is_watched = machine.has_interlock or machine.releases_no_shows
    minutes = machine.tool_class.no_show_minutes
    if minutes is None or not is_watched or booking.checked_in_at is not None:
        return None
    return booking.starts + timedelta(minutes=minutes)


def overlap_refusal(
    error: IntegrityError, *, member: Member, machine: Machine, slot: Slot, now: datetime
) -> Refused:
    """NoOverlap's answer in words, with the next gap. Any other broken constraint is raised on."""
    if NO_OVERLAP not in str(error):
        raise error
    return Refused(
        taken_reason(facts_for(member_id=member.pk, machine=machine, slot=slot, now=now), slot)
    )
