"""Claims for inductions and other work that is no use: asked of overlap alone, never of policy.

Whoever calls has asked who may, and holds no lock yet that is taken after a member's.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Facts, Slot, ask
from bookings.rules.slot import ends_after_start, not_past, share_free, untaken
from bookings.services import booking as one
from bookings.services import claims, several
from bookings.services.attendance import finish
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member

FIRM = (ends_after_start, not_past, untaken, share_free)  # impossible times, and others' claims


def claim(
    *,
    member: Member,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    purpose: str,
    group: uuid.UUID,
    by: Member,
    now: datetime,
    note: str = "",
) -> list[Booking]:
    """Claim [starts, ends) on every machine, all or nothing, in the name of `member`.

    Raises Refused with each reason and its `on_machine`. Nobody is told: the caller knows why.
    """
    slot, wanted = Slot(starts, ends), sorted(set(machines), key=lambda machine: machine.pk)
    try:
        with transaction.atomic():
            _judge(member, wanted, slot, now)
            return [
                one.create(
                    member,
                    machine,
                    slot,
                    by=by,
                    now=now,
                    origin=Booking.Origin.STAFF,
                    note=note,
                    purpose=purpose,
                    group=group,
                )
                for machine in wanted
            ]
    except IntegrityError as error:
        reasons = _refusals(member, wanted, slot, now)
        if claims.NO_OVERLAP not in str(error) or not reasons:
            raise
        raise Refused(*reasons) from error


@transaction.atomic
def release(
    *, member: Member, group: uuid.UUID, by: Member | None, now: datetime, why: str = ""
) -> None:
    """Give back what `claim` took; what somebody began early ends. Twice is once."""
    open_states = (Booking.State.CONFIRMED, Booking.State.RUNNING)
    held = Booking.objects.filter(group=group, holds=True, state__in=open_states, ends__gt=now)
    claims.lock(member.pk, *held.values_list("machine_id", flat=True))
    several.lock_rows(held)
    rows = list(held.select_related("member", "machine__tool_class", "machine__space"))
    running = [row for row in rows if row.state == Booking.State.RUNNING]
    for row in running:
        finish(booking=row, by=by, now=now)
    if waiting := [row for row in rows if row not in running]:
        said = {"why": why} if why else {}
        several.cancel(waiting, by=by, now=now, group=str(group), **said)
        AccessEpoch.bump()


def _judge(member: Member, machines: list[Machine], slot: Slot, now: datetime) -> None:
    claims.lock(member.pk, *(machine.pk for machine in machines))
    known = several.known_under_lock(member.pk, machines, [slot], now)
    if reasons := _against([known.facts(machine) for machine in machines], slot):
        raise Refused(*reasons)


def _refusals(member: Member, machines: list[Machine], slot: Slot, now: datetime) -> list[Reason]:
    """After the database said no: the same in words."""
    known = several.known_of(member.pk, machines, [slot], now)
    return _against([known.facts(machine) for machine in machines], slot)


def _against(facts: list[Facts], slot: Slot) -> list[Reason]:
    return [
        reason
        for of_it in facts
        for reason in several.noted(ask(FIRM, of_it, slot), on_machine=of_it.machine)
    ]
