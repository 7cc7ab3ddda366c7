"""Which bookings a change of somebody's standing would cost them; to be shown before it is made.

Asks the judge of facts as they would be. Writes nothing, and knows neither pages nor words.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from bookings.models import Booking
from bookings.rules import Slot
from bookings.rules.eligible import own_refusals
from equipment import eligibility
from equipment.facts import facts_for
from members.models import Member

State = Booking.State
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
    machines = {booking.machine_id: booking.machine for booking in bookings}
    known = facts_for(member_id=member.pk, machines=machines.values(), now=now)
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
