"""Changing a booking's time or machine, before it begins or while it runs."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Facts, Slot, extend_refusals, move_refusals, needs_approval
from bookings.rules.displaced import displaced_refusals
from bookings.services import claims, history, overriding
from bookings.services.offering import time_freed
from bookings.services.overriding import Override
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from members.permissions import is_staff

State = Booking.State


def move(
    *,
    booking: Booking,
    starts: datetime,
    ends: datetime,
    by: Member,
    now: datetime,
    machine: Machine | None = None,
    displaced: bool = False,
    sequence: int | None = None,
    overrides: Collection[str] = (),
    why: str = "",
) -> Booking:
    """Move to another time, or to another machine of the same kind. Returns it as it is now.

    `displaced`: a closure or lockout is in its way, so no notice is asked for. `sequence` is the
    version that the asker saw. Twice is once.
    """
    machine, slot = machine or booking.machine, Slot(starts, ends)
    override = Override(overrides, why)
    try:
        return _move(booking, machine, slot, displaced, sequence, override, by=by, now=now)
    except IntegrityError as error:
        raise claims.overlap_refusal(
            error, member=booking.member, machine=machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _move(
    booking: Booking,
    machine: Machine,
    slot: Slot,
    displaced: bool,
    sequence: int | None,
    override: Override,
    *,
    by: Member,
    now: datetime,
) -> Booking:
    booking = claims.locked(booking, machine)
    claims.still_open(booking, now)
    _movable(booking, machine, now)
    old = Slot(booking.starts, booking.ends)
    if (booking.machine_id, old) == (machine.pk, slot):
        return booking
    claims.unchanged(booking, sequence)
    time_freed(booking.machine_id, now)
    facts = claims.facts_under_lock(booking.member_id, machine, slot, now, changing=booking)
    against = displaced_refusals(facts, slot) if displaced else move_refusals(facts, old, slot)
    aside = overriding.set_aside(against, override, by=by, space=machine.space)
    settle(booking, facts, slot, by)
    return _place(booking, machine, slot, aside, override.why, verb="move", by=by, now=now)


def settle(booking: Booking, facts: Facts, slot: Slot, by: Member) -> None:
    """Let it be a request or a booking, as the policy asks of its new place."""
    if _waits(booking, facts, slot, by):
        booking.state = State.REQUESTED
    elif booking.state == State.REQUESTED:
        booking.state = State.CONFIRMED


def _waits(booking: Booking, facts: Facts, slot: Slot, by: Member) -> bool:
    """Whether it takes the consent of staff anew: consent holds for what is not longer."""
    old = Slot(booking.starts, booking.ends)
    if not needs_approval(facts, slot) or is_staff(by, booking.machine.space):
        return False
    if booking.state == State.REQUESTED:
        return True
    return slot.length > old.length or not needs_approval(facts, old)


def _movable(booking: Booking, machine: Machine, now: datetime) -> None:
    """What has begun was perhaps used: moved away it would count in no quota."""
    claims.its_own(booking)
    claims.taken_up(booking)
    if booking.state == State.RUNNING:
        raise Refused(Reason("booking-running"))
    if booking.starts <= now:
        raise Refused(Reason("begun-already", {"starts": booking.starts}))
    if machine.tool_class_id != booking.machine.tool_class_id:
        raise Refused(Reason("other-kind", {"machine": machine.name, "machine_slug": machine.slug}))


def extend(
    *,
    booking: Booking,
    ends: datetime,
    by: Member,
    now: datetime,
    sequence: int | None = None,
    overrides: Collection[str] = (),
    why: str = "",
) -> Booking:
    """Let it go on until `ends`, where the next claim, the hours and the policy allow it.

    `sequence` is the version that the asker saw. Twice is once.
    """
    slot, override = Slot(booking.starts, ends), Override(overrides, why)
    try:
        return _extend(booking, ends, sequence, override, by=by, now=now)
    except IntegrityError as error:
        raise claims.overlap_refusal(
            error, member=booking.member, machine=booking.machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _extend(
    booking: Booking,
    ends: datetime,
    sequence: int | None,
    override: Override,
    *,
    by: Member,
    now: datetime,
) -> Booking:
    booking = claims.locked(booking)
    claims.its_own(booking)
    if ends == booking.ends and sequence is not None and sequence < booking.sequence:
        return booking
    claims.unchanged(booking, sequence)
    claims.still_open(booking, now)
    claims.taken_up(booking)
    if ends <= booking.ends:
        raise Refused(Reason("not-longer", {"ends": booking.ends}))
    slot = Slot(booking.starts, ends)
    facts = claims.facts_under_lock(booking.member_id, booking.machine, slot, now, changing=booking)
    against = extend_refusals(facts, Slot(booking.starts, booking.ends), slot)
    if _waits(booking, facts, slot, by):
        against = (*against, Reason("extension-needs-consent"))
    aside = overriding.set_aside(against, override, by=by, space=booking.machine.space)
    machine = booking.machine
    return _place(booking, machine, slot, aside, override.why, verb="extend", by=by, now=now)


def _place(
    booking: Booking,
    machine: Machine,
    slot: Slot,
    aside: Collection[Reason],
    why: str,
    *,
    verb: str,
    by: Member,
    now: datetime,
) -> Booking:
    before = history.snapshot(booking)
    claims.set_times(booking, machine, slot.starts, slot.ends)
    overriding.note(booking, aside, why)
    history.touch(booking, now)
    booking.save()
    history.log(booking, verb, by=by, now=now, before=before, **overriding.told(aside, why))
    kind = "booking-requested" if booking.state == State.REQUESTED else "booking-changed"
    history.tell(booking, kind, now, **history.by_other(booking, by, why))
    AccessEpoch.bump()
    return booking
