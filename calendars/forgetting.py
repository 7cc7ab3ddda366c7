"""What this room forgets of a person: the addresses by which calendars read of them."""

from datetime import datetime

from calendars.models import Feed, Invitee
from members.models import Member


def forget(*, member: Member, by: Member, now: datetime) -> None:
    Feed.objects.filter(member=member).delete()
    Invitee.objects.filter(member=member).delete()
