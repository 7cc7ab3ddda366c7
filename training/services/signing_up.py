"""Signing up for an induction and withdrawing; where no seat is left, one waits in line."""

from datetime import datetime

from django.db import transaction

from bookings.errors import Refused
from equipment.reason import Reason
from members.models import Member
from training import rules
from training.facts import facts_for
from training.models import Attendee, Induction
from training.services import history, seats

State = Attendee.State


@transaction.atomic
def sign_up(*, induction: Induction, member: Member, by: Member, now: datetime) -> Attendee:
    """Take a seat, or a place in line where none is left. Twice is once.

    `by` another than the member: whoever runs it, until it is over. Raises Refused with every
    reason against it.
    """
    induction = history.locked(induction)
    if standing := induction.attendees.open().filter(member=member).first():
        return standing
    facts = facts_for(induction=induction, member=member, now=now, at_desk=by != member)
    if reasons := rules.refusals(facts):
        raise Refused(*reasons)
    if seats.fill(induction, now):  # whoever waits comes first, be it that they may come only now
        seats.admit(induction, now)
    state = _place(induction, now)
    attendee = Attendee.objects.create(
        induction=induction, member=member, state=state, asked_at=now
    )
    history.log_of(attendee, "sign_up", by=by, now=now)
    if state == State.SIGNED_UP:
        seats.admit(induction, now)
        history.tell(attendee, "induction-signed-up", now)
    return attendee


def _place(induction: Induction, now: datetime) -> State:
    """A seat, or before it begins a place in line."""
    if seats.left(induction):
        return State.SIGNED_UP
    if induction.starts <= now:
        raise Refused(Reason("no-seat-left"))
    return State.WAITING


@transaction.atomic
def withdraw(
    *, attendee: Attendee, by: Member, now: datetime, leaves_for_good: bool = False
) -> Attendee:
    """Give the seat to the next in line, or leave the line. Twice is once.

    Too late to cancel, only others may do it: whoever gives it, or staff; unless the member is to
    be forgotten. A place in line may be left at any time.
    """
    induction = history.locked(attendee.induction)
    attendee = induction.attendees.select_related("member").get(pk=attendee.pk)
    if attendee.state == State.CANCELLED:
        return attendee
    if attendee.state not in (State.SIGNED_UP, State.WAITING) or induction.starts <= now:
        raise Refused(Reason("induction-begun"))
    is_seated = attendee.state == State.SIGNED_UP
    is_too_late = by == attendee.member and now >= induction.cancel_until
    if is_seated and is_too_late and not leaves_for_good:
        raise Refused(Reason("withdrawal-closed", {"closed": induction.cancel_until}))
    attendee.induction, attendee.state, attendee.withdrawn_at = induction, State.CANCELLED, now
    attendee.save(update_fields=["state", "withdrawn_at"])
    history.log_of(attendee, "withdraw", by=by, now=now)
    if is_seated:
        seats.fill(induction, now)
        seats.admit(induction, now)
    return attendee
