"""Keeping certifications awake: whoever uses a machine does not lose what it asks for by disuse."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from equipment.models import Certification, Machine

EVERY = timedelta(days=1)  # what was written less than this ago is not written again


def record_use(*, member_id: int, machine_id: int, now: datetime) -> None:
    """The member began to work at the machine: what its tool class requires is in use again.

    Of that type alone, at whatever level: the laser keeps nobody in practice with what came
    before it. At most one write a day; never backwards, though the clock be set back.
    """
    due = Q(used_at=None) | Q(used_at__lte=now - EVERY)
    awake = Certification.objects.valid(now).filter(
        due, member=member_id, type__in=_required(machine_id)
    )
    for pk, days in awake.values_list("pk", "type__disuse_days"):  # mostly none, and no write
        changes: dict[str, Any] = {"used_at": now}
        if days is not None:
            changes["idle_until"] = _later(now + timedelta(days=days))
        Certification.objects.filter(due, pk=pk).update(**changes)


def _required(machine_id: int) -> QuerySet[Machine, Any]:
    machines = Machine.objects.filter(pk=machine_id, tool_class__requires__isnull=False)
    return machines.values("tool_class__requires")


def _later(until: datetime) -> Case:
    """The later of the two: whoever was given longer keeps it."""
    return Case(When(idle_until__gt=until, then=F("idle_until")), default=Value(until))
