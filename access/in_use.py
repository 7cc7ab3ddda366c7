"""Whether somebody is at a machine, as its sessions know it: told to rooms below that ask."""

from datetime import datetime

from django.db.models import Q

from access.models import Session
from members.models import Member


def unlocked_beyond(member: Member, beyond: datetime, now: datetime) -> str:
    """The machine that is unlocked for them until after `beyond`; "" where there is none.

    As much for who stands beside: it stops when they may not.
    """
    theirs = Q(member=member) | Q(companion=member)
    rows = Session.objects.filter(theirs, until__gt=max(beyond, now))
    rows = rows.exclude(state=Session.State.ENDED)
    name: str | None = rows.values_list("machine__name", flat=True).first()
    return name or ""
