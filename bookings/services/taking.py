"""May a member have the machine and time of a booking that stands? Asked when one changes hands."""

from collections.abc import Callable, Collection
from datetime import datetime

from bookings.models import Booking
from bookings.rules import Facts, Slot, needs_approval, refusals
from bookings.services import claims
from equipment.reason import Reason
from members.models import Member

Read = Callable[..., Facts]


def refused_to(
    member: Member,
    place: Booking,
    *,
    by: Member,
    now: datetime,
    changing: Collection[Booking],
    read: Read = claims.facts_under_lock,
) -> tuple[Reason, ...]:
    """Everything against `member` in the place of `place`, in the words that `by` may hear.

    No question is asked again: what was answered goes with the booking.
    `changing` are all the bookings that change hands; none of them is in the way.
    """
    slot = Slot(place.starts, place.ends)
    facts = read(member.pk, place.machine, slot, now, changing=changing)
    reasons = _against(facts, slot)
    parties = {member, *(booking.member for booking in changing)}
    if reasons and by != member and by in parties:
        named = {"name": member.name, "machine": place.machine.name}
        return (Reason("other-may-not", named),)
    return reasons


def _against(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Nobody hands on what staff would have to be asked about."""
    reasons = refusals(facts, slot)
    named = {"machine": facts.machine, "machine_slug": facts.machine_slug}
    if not reasons and needs_approval(facts, slot):
        return (Reason("takes-consent", named),)
    return reasons
