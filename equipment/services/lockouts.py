"""Taking a machine out of service, putting it back, and hearing that something is wrong."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from equipment.models import FaultReport, Lockout, Machine, Mode
from equipment.services.watches import tell_fixed
from members.models import AccessEpoch, Member, Role, Space
from members.services import record
from notices.services import post


@transaction.atomic
def lock_out(
    *,
    machine: Machine,
    why: str,
    by: Member | None,
    now: datetime,
    mode: str = Mode.STOP,
    do_not_energise: bool = False,
    expected_until: datetime | None = None,
) -> Lockout:
    """Nobody uses the machine until this is cleared; a running session ends by `mode`."""
    lockout = Lockout.objects.create(
        machine=machine,
        why=why,
        mode=mode,
        do_not_energise=do_not_energise,
        placed_by=by,
        since=now,
        expected_until=expected_until,
    )
    after = {"machine": machine.pk, "why": why, "mode": str(mode)}
    record(actor=by, verb="lock_out", subject=lockout, at=now, after=after)
    _tell_staff(machine, "machine-locked-out", f"lockout-{lockout.pk}", why, by, now)
    AccessEpoch.bump()
    return lockout


@transaction.atomic
def clear_lockout(*, lockout: Lockout, by: Member | None, now: datetime) -> Lockout:
    """Back in service, unless another lockout stands. Twice is once."""
    lockout = Lockout.objects.select_for_update().get(pk=lockout.pk)
    if lockout.cleared_at is None:
        lockout.cleared_at = now
        lockout.cleared_by = by
        lockout.save(update_fields=["cleared_at", "cleared_by"])
        record(actor=by, verb="clear_lockout", subject=lockout, at=now)
        tell_fixed(machine=lockout.machine, now=now)
        AccessEpoch.bump()
    return lockout


@transaction.atomic
def report_fault(
    *, machine: Machine, words: str, by: Member, now: datetime, unsafe: bool = False
) -> FaultReport:
    """Tell staff what is wrong; where it is `unsafe`, the machine is locked out at once."""
    lockout = lock_out(machine=machine, why=words[:200], by=by, now=now) if unsafe else None
    report = FaultReport.objects.create(
        machine=machine, reported_by=by, words=words, at=now, lockout=lockout
    )
    record(actor=by, verb="report_fault", subject=report, at=now, after={"unsafe": unsafe})
    _tell_staff(machine, "fault-reported", f"fault-{report.pk}", words, by, now)
    return report


def staff_of(space: Space) -> list[Member]:
    """Whom to tell about what happens in a space."""
    roles = Role.objects.filter(Q(space=None) | Q(space=space)).select_related("member")
    return list({role.member_id: role.member for role in roles if role.member.is_active}.values())


def _tell_staff(
    machine: Machine, kind: str, key: str, words: str, by: Member | None, now: datetime
) -> None:
    context = {
        "machine": machine.name,
        "machine_slug": machine.slug,
        "words": words,
        "by": by.name if by else "Benchkey",
    }
    for person in staff_of(machine.space):
        post(
            to=person,
            kind=kind,
            key=f"{key}-{person.pk}",
            context=context,
            at=now,
            bundle=f"machine-{machine.pk}",  # an unsafe fault locks it out, too: one mail
        )
