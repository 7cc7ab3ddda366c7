"""Keeping certifications awake: whoever uses a machine does not lose what it asks for by disuse."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When

from equipment.models import Certification, Machine

EVERY = timedelta(days=1)  # what was written less than this ago is not written again


def record_use(*, member_id: int, machine_id: int, now: datetime) -> None:
    """The member began to work at the machine: what its tool class requires is in use again.

    Of that type alone, at whatever level: the laser keeps nobody in practice with what came
    before it. At most one write a day; never backwards, though the clock be set back.
    """
    kind = (
        Machine.objects.filter(pk=machine_id)
        .values_list("tool_class__requires", "tool_class__requires__disuse_days")
        .first()
    )
    if kind is None or kind[0] is None:
        return
    type_id, days = kind
    awake = Certification.objects.valid(now).filter(member=member_id, type=type_id)
    due = awake.filter(Q(used_at=None) | Q(used_at__lte=now - EVERY))
    if days is None:
        due.update(used_at=now)
    else:
        due.update(used_at=now, idle_until=_later(now + timedelta(days=days)))


def _later(until: datetime) -> Case:
    """The later of the two: whoever was given longer keeps it."""
    return Case(When(idle_until__gt=until, then=F("idle_until")), default=Value(until))
