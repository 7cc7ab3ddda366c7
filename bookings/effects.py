"""Which bookings a change of somebody's standing would cost them; to be shown before it is made.

Asks the judge of facts as they would be. Writes nothing, and knows neither pages nor words.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from bookings.models import Booking
from bookings.rules import Slot
from bookings.rules.eligible import own_refusals
from equipment import eligibility
from equipment.facts import facts_for
from members.models import Member

State = Booking.State
Result = TypeVar("Result")
Change = Callable[
    [eligibility.Facts], eligibility.Facts
]  # the facts of one machine, as they become

KEPT = (State.REQUESTED, State.CONFIRMED, State.RUNNING)  # an offer is nobody's yet


def bookings_lost(*, member: Member, after: Change, now: datetime) -> list[Booking]:
    """Bookings of `member` that are not over, and that the judge allows now and not `after`.

    What is refused already is not lost by it. The soonest first; eight queries however many, one
    where nothing is booked. Each comes with its machine, tool class and space.
    """
    bookings = list(_coming(member, now))
    if not bookings:
        return []
    known = _facts(member, bookings, now)
    return [
        booking
        for booking in bookings
        if _is_lost(booking, known[booking.machine_id], after(known[booking.machine_id]), now)
    ]


def _coming(member: Member, now: datetime) -> "QuerySet[Booking]":
    rows = Booking.objects.coming(now).filter(member=member, state__in=KEPT)
    rows = rows.filter(purpose=Booking.Purpose.USE).order_by("starts", "pk")
    return rows.select_related("machine__tool_class__requires", "machine__space")


def _is_lost(
    booking: Booking, before: eligibility.Facts, after: eligibility.Facts, now: datetime
) -> bool:
    """Of one that runs, what is left of it counts."""
    slot = Slot(max(booking.starts, now), booking.ends)
    return not own_refusals(before, slot, now) and bool(own_refusals(after, slot, now))


def rehearse(
    *, member: Member, act: Callable[[], Result], now: datetime
) -> tuple[Result, list[Booking]]:
    """Carry `act` out, see what it returns and which bookings of `member` it costs, and undo it.

    Whatever it raises is raised. Nothing is written, nobody is told, and what waits for the commit
    never comes. So a page shows what the button would do, and not what somebody thinks it does.
    """
    bookings = list(_coming(member, now))
    before = _facts(member, bookings, now)
    with transaction.atomic():
        result = act()
        after = _facts(member, bookings, now)
        transaction.set_rollback(True)
    hit = [one for one in bookings if _is_lost(one, *_both(one, before, after), now)]
    return result, hit


def _facts(member: Member, bookings: list[Booking], now: datetime) -> dict[int, eligibility.Facts]:
    machines = {booking.machine_id: booking.machine for booking in bookings}
    if not machines:
        return {}
    return facts_for(member_id=member.pk, machines=machines.values(), now=now)


def _both(
    booking: Booking, before: dict[int, eligibility.Facts], after: dict[int, eligibility.Facts]
) -> tuple[eligibility.Facts, eligibility.Facts]:
    return before[booking.machine_id], after[booking.machine_id]
