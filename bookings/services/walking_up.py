"""Starting at a free machine without having booked: the booking is made on the spot."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Slot, walk_up_refusals
from bookings.rules.gaps import walk_up_slot
from bookings.services import claims
from bookings.services.attendance import start
from bookings.services.booking import create
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member


def walk_up(
    *, member: Member, machine: Machine, by: Member | None, now: datetime, tap: bool = False
) -> Booking:
    """A running booking from now to the next claim, to closing, or for the tool class's minutes.

    Raises Refused with every reason, also where the machine is not free or not for walk-up.
    """
    slot = Slot(now, now + timedelta(minutes=machine.tool_class.walk_up_minutes))
    try:
        return _walk_up(member, machine, slot, by=by, now=now, tap=tap)
    except IntegrityError as error:
        raise claims.overlap_refusal(
            error, member=member, machine=machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _walk_up(
    member: Member, machine: Machine, longest: Slot, *, by: Member | None, now: datetime, tap: bool
) -> Booking:
    _for_walk_up(machine, tap)
    claims.lock(member.pk, machine.pk)
    facts = claims.facts_under_lock(member.pk, machine, longest, now)
    slot = walk_up_slot(facts, longest)
    if reasons := walk_up_refusals(facts, slot):
        raise Refused(*reasons)
    booking = create(member, machine, slot, by=by, now=now, origin=Booking.Origin.WALK_UP)
    return start(booking, by=by, now=now, tap=tap)


def _for_walk_up(machine: Machine, tap: bool) -> None:
    named = {"machine": machine.name, "machine_slug": machine.slug}
    if not machine.tool_class.walk_up:
        raise Refused(Reason("no-walk-up", named))
    if machine.has_interlock and not tap:
        raise Refused(Reason("tap-instead", named))
