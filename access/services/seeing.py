"""Staff say that they have seen what only happened: it stands no longer."""

from datetime import datetime

from django.db import transaction

from access.models import Alarm
from access.troubles import OwnCode, only_happened
from members.models import Member
from members.services import record

JUMP: OwnCode = "clock-jump"


def may_be_seen(alarm: Alarm) -> bool:
    """Whether that ends it: what lasts is over when its cause is."""
    return alarm.code == JUMP if alarm.device_id is None else only_happened(alarm.code)


@transaction.atomic
def see_alarm(*, alarm: Alarm, by: Member, now: datetime) -> None:
    """Twice is once; who was first stays on record."""
    standing = Alarm.objects.filter(pk=alarm.pk, cleared_at=None)
    if not standing.update(cleared_at=now, cleared_by=by):
        return
    told = {"code": alarm.code, "device": alarm.device_id, "sid": alarm.sid}
    record(actor=by, verb="see_alarm", subject=alarm, at=now, before=told)
