"""What holds across kinds: limits over all machines together, and what machines share."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.models import PlanLimit
from bookings.services.policy import LIMIT, told_row
from equipment.models import Machine, Shared
from members.models import Member
from members.services import record


@transaction.atomic
def set_limit(*, limit: PlanLimit, by: Member, now: datetime) -> PlanLimit:
    """Save a limit over all kinds, new or changed; one that is the same writes nothing."""
    old = PlanLimit.objects.select_for_update().filter(pk=limit.pk).first()
    before, after = _limit(old) if old else {}, _limit(limit)
    if before != after:
        limit.tool_class = None
        limit.save()
        record(actor=by, verb="set_limit", subject=limit, at=now, before=before, after=after)
    return limit


@transaction.atomic
def remove_limit(*, limit: PlanLimit, by: Member, now: datetime) -> None:
    record(actor=by, verb="remove_limit", subject=limit, at=now, before=_limit(limit))
    limit.delete()


@transaction.atomic
def set_shared(
    *, shared: Shared, machines: Collection[Machine], by: Member, now: datetime
) -> Shared:
    """Save what these machines share. Bookings that stand are left as they are."""
    old = Shared.objects.select_for_update().filter(pk=shared.pk).first()
    before = _shared(old, old.machines.all()) if old else {}
    after = _shared(shared, machines)
    if before != after:
        shared.save()
        shared.machines.set(machines)
        record(actor=by, verb="set_shared", subject=shared, at=now, before=before, after=after)
    return shared


@transaction.atomic
def remove_shared(*, shared: Shared, by: Member, now: datetime) -> None:
    before = _shared(shared, shared.machines.all())
    record(actor=by, verb="remove_shared", subject=shared, at=now, before=before)
    shared.delete()


def _limit(limit: PlanLimit) -> dict[str, Any]:
    return dict(zip(LIMIT, told_row(LIMIT, limit), strict=True))


def _shared(shared: Shared, machines: Collection[Machine]) -> dict[str, Any]:
    ids = sorted(machine.pk for machine in machines)
    return {"name": shared.name, "capacity": shared.capacity, "machines": ids}
