"""What this room forgets of a person: what they wrote. That the machine was theirs then stays."""

from datetime import datetime

from bookings.models import Answer, Booking, Wait
from bookings.services.cancelling import cancel
from bookings.services.waitlist import withdraw
from members.models import Member


def forget(*, member: Member, by: Member, now: datetime) -> None:
    """Give back what is booked and waited for, and drop notes and answers. Raises Refused."""
    for wish in Wait.objects.filter(member=member, state=Wait.State.WAITING):
        withdraw(wish=wish, by=by, now=now)
    coming = Booking.objects.filter(member=member).coming(now)
    for booking in coming.select_related("machine__tool_class", "machine__space", "member"):
        cancel(booking=booking, by=by, now=now)
    Answer.objects.filter(booking__member=member).delete()
    Booking.objects.filter(member=member).update(note="", override_why="")
