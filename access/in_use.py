"""Whether somebody is at a machine, as its sessions know it: told to rooms below that ask."""

from datetime import datetime

from access.models import Session
from members.models import Member


def unlocked_beyond(member: Member, beyond: datetime, now: datetime) -> str:
    """The machine that is unlocked for them until after `beyond`; "" where there is none."""
    rows = Session.objects.filter(member=member, until__gt=max(beyond, now))
    rows = rows.exclude(state=Session.State.ENDED)
    name: str | None = rows.values_list("machine__name", flat=True).first()
    return name or ""
