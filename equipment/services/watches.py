"""Telling those who asked that a machine is back in service, or free before its time."""

from datetime import datetime
from typing import Any

from django.db import transaction

from equipment.models import Lockout, Machine, Watch
from members.models import Member
from notices.services import post


def watch(*, machine: Machine, member: Member, now: datetime) -> None:
    """Tell this member once, when the machine is fixed or free. Asking twice is once."""
    Watch.objects.get_or_create(machine=machine, member=member, defaults={"since": now})


def unwatch(*, machine: Machine, member: Member) -> None:
    Watch.objects.filter(machine=machine, member=member).delete()


@transaction.atomic
def tell_fixed(*, machine: Machine, now: datetime) -> None:
    """Where no other lockout stands."""
    if not Lockout.objects.filter(machine=machine, cleared_at=None).exists():
        _tell(machine, "machine-fixed", now, {})


@transaction.atomic
def tell_free(*, machine: Machine, at: datetime, until: datetime | None) -> None:
    """It is free from `at` to `until`, where None has no end; not while a lockout stands."""
    if Lockout.objects.filter(machine=machine, cleared_at=None).exists():
        return
    facts = {"until": until.isoformat() if until else None, "zone": machine.space.zone}
    _tell(machine, "machine-free", at, facts)


def _tell(machine: Machine, kind: str, at: datetime, more: dict[str, Any]) -> None:
    watches = Watch.objects.filter(machine=machine).select_related("member")
    for each in watches:
        post(
            to=each.member,
            kind=kind,
            key=f"{kind}-{machine.pk}-{each.pk}",
            context={"machine": machine.name, "machine_slug": machine.slug, **more},
            at=at,
        )
    watches.delete()
