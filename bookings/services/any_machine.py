"""Any machine of a kind: the first in a stated order that the rules allow.

The order: those with every feature asked for, the least used in the last 30 days first, then by id.
All of them are locked at once, after the member and by id, so that the order in which they are
tried is nobody's deadlock.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.finding import use_of_machines
from bookings.models import Booking
from bookings.rules import Facts, Slot, refusals
from bookings.rules.slot import taken_reason
from bookings.services import claims, history, several
from equipment.models import Feature, Machine, ToolClass
from equipment.reason import Reason
from members.models import AccessEpoch, Member, Space

MACHINE = ("machine", "machine_slug")  # what a reason says of the machine itself


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, whichever machine it will be."""

    member: Member
    slot: Slot
    by: Member
    now: datetime
    note: str
    key: uuid.UUID | None
    answers: Mapping[int, str]


def book_any(
    *,
    member: Member,
    tool_class: ToolClass,
    space: Space,
    starts: datetime,
    ends: datetime,
    by: Member,
    now: datetime,
    features: Collection[Feature] = (),
    note: str = "",
    key: uuid.UUID | None = None,
    answers: Mapping[int, str] | None = None,
) -> Booking:
    """Book [starts, ends) on one of the kind's machines in `space`.

    Raises Refused with why each of them was out: reasons with `on_machine`, those of several
    machines told once. The same `key` sent again returns the booking it made.
    """
    asked = Asked(member, Slot(starts, ends), by, now, note, key, answers or {})
    try:
        return _book_any(asked, tool_class, space, features)
    except (Refused, IntegrityError):
        if key and (sent := Booking.objects.filter(member=member, key=key).first()):
            return sent
        raise


@transaction.atomic
def _book_any(
    asked: Asked, tool_class: ToolClass, space: Space, features: Collection[Feature]
) -> Booking:
    machines = candidates(tool_class, space, features)
    if not machines:
        raise Refused(Reason("no-such-machine", {"tool_class": tool_class.name}))
    claims.lock(asked.member.pk, *(machine.pk for machine in machines))
    known = several.known_under_lock(asked.member.pk, machines, [asked.slot], asked.now)
    against: list[tuple[Machine, tuple[Reason, ...]]] = []
    for machine in in_order(machines, asked.now):
        facts = replace(known.facts(machine), answers=asked.answers)
        reasons = refusals(facts, asked.slot)
        if not reasons and (booking := _try(asked, machine, facts)):
            return booking
        against.append((machine, reasons or (taken_reason(facts, asked.slot),)))
    raise Refused(*grouped(against))


def _try(asked: Asked, machine: Machine, facts: Facts) -> Booking | None:
    """The booking, or None where NoOverlap knows of a claim that the facts did not."""
    by, kind = asked.by, machine.tool_class.name
    made = several.claim(
        asked.member, machine, asked.slot, facts, by=by, note=asked.note, key=asked.key
    )
    try:
        with transaction.atomic():
            (booking,) = several.write([made], by=by, now=asked.now, any_of=kind)
    except IntegrityError as error:
        if claims.NO_OVERLAP not in str(error):
            raise
        return None
    waits = booking.state == Booking.State.REQUESTED
    history.tell(booking, "booking-requested" if waits else "booking-confirmed", asked.now)
    AccessEpoch.bump()
    return booking


def candidates(tool_class: ToolClass, space: Space, features: Collection[Feature]) -> list[Machine]:
    """The kind's machines of the space that have every feature asked for."""
    rows = Machine.objects.filter(tool_class=tool_class, space=space, retired_at=None)
    for feature in features:
        rows = rows.filter(features=feature)
    return list(rows.select_related("tool_class__requires", "space").order_by("pk"))


def in_order(machines: Sequence[Machine], now: datetime) -> list[Machine]:
    """The least used first, then by id."""
    used = use_of_machines([machine.pk for machine in machines], now)
    nothing = timedelta(0)
    return sorted(machines, key=lambda machine: (used.get(machine.pk, nothing), machine.pk))


def grouped(against: Sequence[tuple[Machine, Sequence[Reason]]]) -> list[Reason]:
    """Each reason once, with the names of all machines it is about."""
    names: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], Reason] = {}
    for machine, reasons in against:
        for reason in reasons:
            said = {name: value for name, value in reason.params.items() if name not in MACHINE}
            same = reason.code, repr(sorted(said.items()))
            names.setdefault(same, []).append(machine.name)
            first.setdefault(same, reason)
    return [
        reason
        for same, told in first.items()
        for reason in several.noted([told], on_machine=", ".join(names[same]))
    ]
