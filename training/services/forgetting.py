"""What this room forgets of a person: notes about them. Presence, outcomes and marks stay."""

from datetime import datetime

from members.models import Member
from training.models import Attendee
from training.services.signing_up import withdraw


def forget(*, member: Member, by: Member, now: datetime) -> None:
    """Free their seats, and drop what was noted about them. Raises Refused."""
    open_states = (Attendee.State.SIGNED_UP, Attendee.State.WAITING)
    coming = Attendee.objects.filter(member=member, state__in=open_states)
    for attendee in coming.filter(induction__starts__gt=now).select_related("induction", "member"):
        withdraw(attendee=attendee, by=by, now=now, leaves_for_good=True)
    Attendee.objects.filter(member=member).update(note="")
