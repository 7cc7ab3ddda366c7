"""Who gets a seat that is left: the next in line who may still come. The caller holds the lock."""

from datetime import datetime

from bookings.services.participants import set_participants
from members.models import Member
from training import rules
from training.facts import facts_for
from training.models import Attendee, Induction
from training.services import history


def left(induction: Induction) -> int:
    return max(induction.capacity - induction.attendees.seated().count(), 0)


def fill(induction: Induction, now: datetime) -> list[Attendee]:
    """Give free seats to those who wait, first come first served, and tell them.

    Whoever may not come as things stand keeps their place in line.
    """
    if induction.starts <= now or induction.state != Induction.State.PLANNED:
        return []
    seated: list[Attendee] = []
    free = left(induction)
    for attendee in induction.attendees.waiting().select_related("member"):
        if len(seated) == free:
            break
        if not rules.kept_out(facts_for(induction=induction, member=attendee.member, now=now)):
            seated.append(_seat(attendee, induction, now))
    return seated


def admit(induction: Induction, now: datetime) -> None:
    """Whoever has a seat may be at its machines, once the certifier has begun there."""
    seated = Member.objects.filter(inductions__in=induction.attendees.seated())
    set_participants(group=induction.group, members=seated, now=now)


def _seat(attendee: Attendee, induction: Induction, now: datetime) -> Attendee:
    attendee.induction = induction
    attendee.state = Attendee.State.SIGNED_UP
    attendee.save(update_fields=["state"])
    history.log_of(attendee, "seat", by=None, now=now)
    history.tell(attendee, "induction-seat", now)
    return attendee
