"""Several machines at once: booked, moved and cancelled together, all or nothing."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Facts, Slot
from bookings.rules.in_turn import Wish, in_turn
from bookings.services import claims, history, several
from bookings.services.several import Move
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from notices.services import post

State = Booking.State
MOST = 20  # machines in one group: more is a closure


def book_group(
    *,
    member: Member,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    by: Member,
    now: datetime,
    note: str = "",
    key: uuid.UUID | None = None,
    answers: Mapping[int, str] | None = None,
) -> list[Booking]:
    """Book [starts, ends) on every machine. Raises Refused with each reason and its `on_machine`.

    The same `key` sent again returns the bookings it made.
    """
    slot, wanted = Slot(starts, ends), sorted(set(machines), key=lambda machine: machine.pk)
    try:
        return _book(member, wanted, slot, answers or {}, by=by, now=now, note=note, key=key)
    except (Refused, IntegrityError) as error:
        sent = Booking.objects.filter(member=member, key=key).exclude(group=None).first()
        if key and sent:
            return list(Booking.objects.filter(group=sent.group).order_by("machine_id"))
        if isinstance(error, Refused):
            raise
        known = several.known_of(member.pk, wanted, [slot], now)
        facts = [known.facts(machine) for machine in wanted]
        raise _overlap_refusal(error, _judge(wanted, facts, slot)) from error


@transaction.atomic
def _book(
    member: Member,
    machines: Sequence[Machine],
    slot: Slot,
    answers: Mapping[int, str],
    *,
    by: Member,
    now: datetime,
    note: str,
    key: uuid.UUID | None,
) -> list[Booking]:
    if not 2 <= len(machines) <= MOST:
        raise Refused(Reason("group-size", {"most": MOST}))
    claims.lock(member.pk, *(machine.pk for machine in machines))
    known = several.known_under_lock(member.pk, machines, [slot], now)
    facts = [replace(known.facts(machine), answers=answers) for machine in machines]
    if reasons := _judge(machines, facts, slot):
        raise Refused(*reasons)
    group = uuid.uuid4()
    made = [
        several.claim(member, machine, slot, of_it, by=by, note=note, group=group)
        for machine, of_it in zip(machines, facts, strict=True)
    ]
    made[0].booking.key = key  # of all of them; a key is one row's
    bookings = several.write(made, by=by, now=now, group=str(group))
    _tell("group-booked", bookings, now)
    AccessEpoch.bump()
    return bookings


def move_group(
    *,
    booking: Booking,
    starts: datetime,
    ends: datetime,
    by: Member,
    now: datetime,
    sequence: int | None = None,
) -> list[Booking]:
    """Move all that have not begun to another time, each on its machine; all or nothing.

    `sequence` is the version of `booking` that somebody saw. Twice is once.
    """
    slot = Slot(starts, ends)
    try:
        return _move(booking, slot, sequence, by=by, now=now)
    except IntegrityError as error:
        rows = _ahead(booking, now)
        machines = [row.machine for row in rows]
        known = several.known_of(booking.member_id, machines, [slot], now, rows)
        facts = [known.facts(machine) for machine in machines]
        raise _overlap_refusal(error, _judge(machines, facts, slot, rows)) from error


@transaction.atomic
def _move(
    booking: Booking, slot: Slot, sequence: int | None, *, by: Member, now: datetime
) -> list[Booking]:
    claims.its_own(booking)
    rows = _locked(booking, now)
    if not rows:
        claims.still_open(booking, now)
        raise Refused(Reason("booking-running"))
    if all(Slot(row.starts, row.ends) == slot for row in rows):
        return rows
    several.unchanged(rows, booking, sequence)
    machines = [row.machine for row in rows]
    known = several.known_under_lock(booking.member_id, machines, [slot], now, rows)
    facts = [replace(known.facts(row.machine), booked_at=row.created_at) for row in rows]
    if reasons := _judge(machines, facts, slot, rows):
        raise Refused(*reasons)
    moves = [Move(row, row.machine, slot, of_it) for row, of_it in zip(rows, facts, strict=True)]
    several.place(moves, by=by, now=now, group=str(booking.group))
    _tell("group-changed", rows, now)
    AccessEpoch.bump()
    return rows


@transaction.atomic
def cancel_group(
    *, booking: Booking, by: Member, now: datetime, why: str = "", sequence: int | None = None
) -> list[Booking]:
    """Give back all that have not begun. Twice is once.

    `sequence` is the version of `booking` that somebody saw.
    """
    claims.its_own(booking)
    rows = _locked(booking, now)
    if not rows:
        return rows
    several.unchanged(rows, booking, sequence)
    said = {"why": why} if why else {}
    several.cancel(rows, by=by, now=now, group=str(booking.group), **said)
    _tell("group-cancelled", rows, now, **history.by_other(booking, by, why))
    AccessEpoch.bump()
    return rows


def _judge(
    machines: Sequence[Machine],
    facts: Sequence[Facts],
    slot: Slot,
    rows: Sequence[Booking] = (),
) -> list[Reason]:
    """Every reason, each with its `on_machine`; the earlier machines count in quotas.

    `rows` are the bookings that move, one of each machine.
    """
    places: list[Slot | None] = [Slot(row.starts, row.ends) for row in rows]
    places = places or [None] * len(machines)
    wishes = [Wish(of_it, slot, old=old) for of_it, old in zip(facts, places, strict=True)]
    return [
        reason
        for machine, reasons in zip(machines, in_turn(wishes), strict=True)
        for reason in several.noted(reasons, on_machine=machine.name)
    ]


def _overlap_refusal(error: IntegrityError, reasons: Sequence[Reason]) -> Refused:
    """NoOverlap's answer in the words of the rules. Any other broken constraint is raised on."""
    if claims.NO_OVERLAP not in str(error) or not reasons:
        raise error
    return Refused(*reasons)


def _ahead(booking: Booking, now: datetime) -> list[Booking]:
    """Those of the member's group that have not begun, by machine."""
    rows = Booking.objects.standing(now).filter(
        group=booking.group, member=booking.member_id, starts__gt=now
    )
    rows = rows.exclude(state__in=(State.RUNNING, State.DONE))
    rows = rows.select_related("member", "machine__tool_class__requires", "machine__space")
    return list(rows.order_by("machine_id"))


def _locked(booking: Booking, now: datetime) -> list[Booking]:
    """Them, with the member, the machines and the rows themselves locked."""
    machines = {row.machine_id for row in _ahead(booking, now)}
    claims.lock(booking.member_id, *machines)
    several.lock_rows(Booking.objects.filter(group=booking.group))
    rows = _ahead(booking, now)
    if not {row.machine_id for row in rows} <= machines:
        raise Refused(Reason("changed-meanwhile"))
    return rows


def _tell(kind: str, bookings: Sequence[Booking], now: datetime, **more: Any) -> None:
    """One notice for all of them."""
    first = bookings[0]
    context: dict[str, Any] = {
        "machines": ", ".join(booking.machine.name for booking in bookings),
        "booking": str(first.public_id),
        "starts": first.starts.isoformat(),
        "ends": first.ends.isoformat(),
        "zone": first.machine.space.zone,
    }
    key = f"{kind}:{first.public_id}:{first.sequence}"
    context |= several.waiting(bookings) | more
    bundle = history.bundle_of(first)
    post(to=first.member, kind=kind, key=key, context=context, at=now, bundle=bundle)
