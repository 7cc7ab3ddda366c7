"""Booking: the one way a claim on machine time comes into being."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Slot, needs_approval, refusals
from bookings.services import answering, claims, history, overriding
from bookings.services.overriding import Override
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from members.permissions import is_staff

# How the history calls what came into being; else it is booked.
VERBS = {Booking.State.REQUESTED: "request", Booking.State.OFFERED: "offer"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for beside the time."""

    note: str = ""
    origin: str = Booking.Origin.PAGE
    key: uuid.UUID | None = None
    answers: answering.Answers = field(default_factory=dict)
    override: Override = overriding.NONE


def book(
    *,
    member: Member,
    machine: Machine,
    starts: datetime,
    ends: datetime,
    by: Member,
    now: datetime,
    note: str = "",
    origin: str = Booking.Origin.PAGE,
    key: uuid.UUID | None = None,
    answers: answering.Answers | None = None,
    overrides: Collection[str] = (),
    override_why: str = "",
) -> Booking:
    """Book [starts, ends) for `member`. Raises Refused with every reason against it.

    Where the policy asks for the consent of staff it is a request, unless staff book. Staff may set
    the rules named by `overrides` aside and say why. The same `key` sent again returns the booking
    it made, whatever became of it.
    """
    slot = Slot(starts, ends)
    asked = Asked(note, origin, key, answers or {}, Override(overrides, override_why))
    try:
        return _book(member, machine, slot, asked, by=by, now=now)
    except (Refused, IntegrityError) as error:
        # Looked for only now, so that the usual way costs no query.
        if key and (sent := Booking.objects.filter(member=member, key=key).first()):
            return sent
        if isinstance(error, Refused):
            raise
        raise claims.overlap_refusal(
            error, member=member, machine=machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _book(
    member: Member, machine: Machine, slot: Slot, asked: Asked, *, by: Member, now: datetime
) -> Booking:
    claims.lock(member.pk, machine.pk)
    facts = claims.facts_under_lock(member.pk, machine, slot, now)
    facts = replace(facts, answers=asked.answers)
    aside = overriding.set_aside(refusals(facts, slot), asked.override, by=by, space=machine.space)
    waits = needs_approval(facts, slot) and not is_staff(by, machine.space)
    booking = create(
        member,
        machine,
        slot,
        by=by,
        now=now,
        origin=asked.origin,
        note=asked.note,
        key=asked.key,
        state=Booking.State.REQUESTED if waits else Booking.State.CONFIRMED,
        aside=aside,
        override_why=asked.override.why if aside else "",
    )
    answering.keep(booking, facts.questions, asked.answers)
    kind = "booking-requested" if waits else "booking-confirmed"
    history.tell(booking, kind, now)
    AccessEpoch.bump()  # it may cut short what somebody has beyond the end of their own
    return booking


def create(
    member: Member,
    machine: Machine,
    slot: Slot,
    *,
    by: Member | None,
    now: datetime,
    origin: str,
    note: str = "",
    key: uuid.UUID | None = None,
    aside: Sequence[Reason] = (),
    told: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Booking:
    """Write a claim that the rules allow; the caller holds the locks.

    `aside` are the reasons that staff set aside, `told` what its history says beside. `fields` are
    the columns its story adds: a series and its day, a group, the wish it answers.
    """
    booking = Booking(
        member=member, origin=origin, note=note, key=key, created_at=now, updated_at=now, **fields
    )
    booking.overrides = overriding.codes_of(aside)
    claims.set_times(booking, machine, slot.starts, slot.ends)
    booking.save(force_insert=True)
    verb = VERBS.get(Booking.State(booking.state), "book")
    more = overriding.told(aside, booking.override_why) | dict(told or {})
    history.log(booking, verb, by=by, now=now, **more)
    return booking
