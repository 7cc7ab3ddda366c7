"""Changing a booking's time or machine, before it begins or while it runs."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Facts, Slot, extend_refusals, refusals
from bookings.rules.displaced import displaced_refusals
from bookings.services import claims, history
from bookings.services.offering import time_freed
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member


def move(
    *,
    booking: Booking,
    starts: datetime,
    ends: datetime,
    by: Member,
    now: datetime,
    machine: Machine | None = None,
    displaced: bool = False,
) -> Booking:
    """Move to another time, or to another machine of the same kind. Returns it as it is now.

    `displaced`: a closure or lockout is in its way, so no notice is asked for.
    """
    machine, slot = machine or booking.machine, Slot(starts, ends)
    asked = displaced_refusals if displaced else refusals
    try:
        return _move(booking, machine, slot, asked=asked, by=by, now=now)
    except IntegrityError as error:
        raise claims.overlap_refusal(
            error, member=booking.member, machine=machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _move(
    booking: Booking,
    machine: Machine,
    slot: Slot,
    *,
    asked: Callable[[Facts, Slot], tuple[Reason, ...]],
    by: Member,
    now: datetime,
) -> Booking:
    booking = claims.locked(booking, machine)
    claims.still_open(booking, now)
    _movable(booking, machine)
    time_freed(booking.machine_id, now)
    facts = claims.facts_under_lock(booking.member_id, machine, slot, now, changing=booking)
    if reasons := asked(facts, slot):
        raise Refused(*reasons)
    return _place(booking, machine, slot, verb="move", by=by, now=now)


def _movable(booking: Booking, machine: Machine) -> None:
    claims.taken_up(booking)
    if booking.state == Booking.State.RUNNING:
        raise Refused(Reason("booking-running"))
    if machine.tool_class_id != booking.machine.tool_class_id:
        raise Refused(Reason("other-kind", {"machine": machine.name, "machine_slug": machine.slug}))


def extend(*, booking: Booking, ends: datetime, by: Member, now: datetime) -> Booking:
    """Let it go on until `ends`, where the next claim, the hours and the policy allow it."""
    slot = Slot(booking.starts, ends)
    try:
        return _extend(booking, ends, by=by, now=now)
    except IntegrityError as error:
        raise claims.overlap_refusal(
            error, member=booking.member, machine=booking.machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _extend(booking: Booking, ends: datetime, *, by: Member, now: datetime) -> Booking:
    booking = claims.locked(booking)
    claims.still_open(booking, now)
    claims.taken_up(booking)
    if ends <= booking.ends:
        raise Refused(Reason("not-longer", {"ends": booking.ends}))
    slot = Slot(booking.starts, ends)
    facts = claims.facts_under_lock(booking.member_id, booking.machine, slot, now, changing=booking)
    if reasons := extend_refusals(facts, slot):
        raise Refused(*reasons)
    return _place(booking, booking.machine, slot, verb="extend", by=by, now=now)


def _place(
    booking: Booking, machine: Machine, slot: Slot, *, verb: str, by: Member, now: datetime
) -> Booking:
    before = history.snapshot(booking)
    claims.set_times(booking, machine, slot.starts, slot.ends)
    history.touch(booking, now)
    booking.save()
    history.log(booking, verb, by=by, now=now, before=before)
    history.tell(booking, "booking-changed", now)
    AccessEpoch.bump()
    return booking
