"""Booking: the one way a claim on machine time comes into being."""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Slot, refusals
from bookings.services import claims, history
from equipment.models import Machine
from members.models import AccessEpoch, Member


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
) -> Booking:
    """Book [starts, ends) for `member`. Raises Refused with every reason against it.

    The same `key` sent again returns the booking it made, whatever became of it.
    """
    slot = Slot(starts, ends)
    try:
        return _book(member, machine, slot, by=by, now=now, note=note, origin=origin, key=key)
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
    member: Member,
    machine: Machine,
    slot: Slot,
    *,
    by: Member,
    now: datetime,
    note: str,
    origin: str,
    key: uuid.UUID | None,
) -> Booking:
    claims.lock(member.pk, machine.pk)
    facts = claims.facts_under_lock(member.pk, machine, slot, now)
    if reasons := refusals(facts, slot):
        raise Refused(*reasons)
    booking = create(member, machine, slot, by=by, now=now, note=note, origin=origin, key=key)
    history.tell(booking, "booking-confirmed", now)
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
    **fields: Any,
) -> Booking:
    """Write a claim that the rules allow; the caller holds the locks.

    `fields` are the columns its story adds: a series and its day, a group, the wish it answers.
    """
    booking = Booking(
        member=member, origin=origin, note=note, key=key, created_at=now, updated_at=now, **fields
    )
    claims.set_times(booking, machine, slot.starts, slot.ends)
    booking.save(force_insert=True)
    history.log(booking, "book", by=by, now=now)
    return booking
