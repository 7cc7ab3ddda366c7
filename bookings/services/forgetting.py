"""What this room forgets of a person: what they wrote. That the machine was theirs then stays."""

from datetime import datetime

from django.db.models import Q

from bookings.models import Answer, Booking, HandOver, Wait
from bookings.services.cancelling import cancel
from bookings.services.waitlist import withdraw
from members.models import Change, Member

NAMED = ("to", "giver", "other")  # where the history of a booking names who else had part in it


def forget(*, member: Member, by: Member, now: datetime) -> None:
    """Give back what is booked and waited for, and drop notes and answers. Raises Refused."""
    for wish in Wait.objects.filter(member=member, state=Wait.State.WAITING):
        withdraw(wish=wish, by=by, now=now)
    coming = Booking.objects.filter(member=member).coming(now)
    for booking in coming.select_related("machine__tool_class", "machine__space", "member"):
        cancel(booking=booking, by=by, now=now)
    Answer.objects.filter(booking__member=member).delete()
    Booking.objects.filter(member=member).update(note="", override_why="")
    _forget_in_history_of_others(member)


def _forget_in_history_of_others(member: Member) -> None:
    """A booking that changed hands, or was to, names both; what is another's is theirs to keep."""
    proposals = HandOver.objects.filter(Q(to=member) | Q(booking__member=member))
    met = {pk for pair in proposals.values_list("to", "booking__member") for pk in pair}
    theirs = Booking.objects.filter(member__in=met - {member.pk})
    of_bookings = Change.objects.filter(subject_kind=Booking._meta.label)
    for change in of_bookings.filter(subject_id__in=theirs.values("pk")).iterator():
        named = [key for key in NAMED if change.after.get(key) == member.name]
        if named:
            change.after |= dict.fromkeys(named, "…")
            Change.objects.filter(pk=change.pk).update(after=change.after)
