"""Reads what the booking rules may know, in a fixed number of queries; decides nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from bookings.models import Booking
from bookings.rules.chain import chain_end
from bookings.rules.facts import Facts, Own, Policy, Slot, Taken
from bookings.rules.gaps import REACH
from bookings.rules.hours import Hours, Opening, Shut
from bookings.rules.slot import LOOK_AHEAD
from equipment import facts as equipment_facts
from equipment.models import Machine, ToolClass
from members.models import Closure, OpeningHours


def facts_for(
    *,
    member_id: int,
    machine: Machine,
    slot: Slot,
    now: datetime,
    changing: Booking | None = None,
) -> Facts:
    """Everything about one member asking for one machine, in nine queries.

    `changing` is the booking that would make room for the new one; it counts nowhere.
    """
    judge = equipment_facts.facts_for(member_id=member_id, machines=[machine], now=now)
    until = slot.ends + REACH
    return Facts(
        now=now,
        machine=machine.name,
        machine_slug=machine.slug,
        policy=policy_of(machine.tool_class),
        judge=judge[machine.pk],
        zone=machine.space.tz,
        hours=hours_of([machine.space_id], slot.starts, until + LOOK_AHEAD)[machine.space_id],
        own=own_bookings(member_id, now, changing),
        taken=taken_on(machine, slot.starts, until, now, changing),
    )


def policy_of(tool_class: ToolClass) -> Policy:
    return Policy(
        tool_class=tool_class.name,
        tool_class_id=tool_class.pk,
        step=timedelta(minutes=tool_class.step_minutes),
        shortest=timedelta(minutes=tool_class.shortest_minutes),
        longest=timedelta(minutes=tool_class.longest_minutes),
        horizon=timedelta(days=tool_class.horizon_days),
        notice=timedelta(minutes=tool_class.notice_minutes),
        buffer=timedelta(minutes=tool_class.buffer_minutes),
        most_future=tool_class.most_future,
    )


def own_bookings(member_id: int, now: datetime, changing: Booking | None) -> tuple[Own, ...]:
    """The member's bookings that are not over, in any space."""
    rows = Booking.objects.coming(now).filter(member=member_id)
    if changing is not None:
        rows = rows.exclude(pk=changing.pk)
    columns = rows.order_by("starts").values_list("machine__tool_class_id", "starts", "ends")
    return tuple(Own(*row) for row in columns)


def taken_on(
    machine: Machine, starts: datetime, ends: datetime, now: datetime, changing: Booking | None
) -> tuple[Taken, ...]:
    """The claims on the machine that touch [starts, ends) and have not lapsed by now."""
    # A buffer after the slot's end may reach a claim that starts later; REACH covers it.
    rows = Booking.objects.standing(now).touching(starts, ends).filter(machine=machine)
    if changing is not None:
        rows = rows.exclude(pk=changing.pk)
    columns = rows.order_by("starts").values_list("starts", "blocked_until")
    return tuple(Taken(*row) for row in columns)


def hours_of(space_ids: Iterable[int], starts: datetime, ends: datetime) -> dict[int, Hours]:
    """Weekly hours and the closures that touch [starts, ends), per space, in two queries."""
    ids = set(space_ids)
    weekly: dict[int, list[Opening]] = {space_id: [] for space_id in ids}
    rows = OpeningHours.objects.filter(space__in=ids)
    for space_id, weekday, opens, closes in rows.values_list(
        "space_id", "weekday", "opens", "closes"
    ):
        weekly[space_id].append(Opening(weekday, opens, closes))
    shut: dict[int, list[Shut]] = {space_id: [] for space_id in ids}
    closures = Closure.objects.touching(starts, ends).filter(space__in=ids)
    for space_id, begins, reopens, why in closures.values_list(
        "space_id", "starts", "ends", "reason"
    ):
        shut[space_id].append(Shut(begins, reopens, why))
    return {space_id: Hours(tuple(weekly[space_id]), tuple(shut[space_id])) for space_id in ids}


def contiguous_until(*, member_id: int, machine_id: int, at: datetime) -> datetime | None:
    """Until when the member's back-to-back bookings of the machine reach from `at`; None: no one.

    One query; own back-to-back bookings are one grant.
    """
    rows = Booking.objects.filter(
        Q(state=Booking.State.CONFIRMED) | Q(state=Booking.State.RUNNING),
        machine=machine_id,
        member=member_id,
        ends__gt=at,
    ).standing(at)
    return chain_end(rows.values_list("starts", "ends"), at)
