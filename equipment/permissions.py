"""The doors of this room: each getter hands over what the asker may act on, and else 404."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from equipment.models import (
    Certification,
    CertificationType,
    FaultReport,
    Level,
    Lockout,
    Machine,
)
from equipment.services.certifications import may_certify
from members.models import Member
from members.permissions import is_caretaker, is_staff


def certifiable_types(by: Member, now: datetime) -> QuerySet[CertificationType]:
    """What `by` may give others: everything at the desk, else what they hold at that level."""
    given = CertificationType.objects.filter(retired_at=None)
    if is_staff(by):
        return given
    held = Certification.objects.certifying(now).filter(member=by)
    return given.filter(pk__in=held.values("type"))


def levels_to_give(by: Member) -> list[Level]:
    """Only the desk makes people certifiers."""
    return [level for level in Level if level < Level.MAY_CERTIFY or is_staff(by)]


def certification_to_revoke(by: Member, pk: int, now: datetime) -> Certification:
    """A standing certification of a type that `by` may give."""
    standing = Certification.objects.filter(revoked_at=None).select_related("member", "type")
    certification = get_object_or_404(standing, pk=pk)
    if not may_certify(by, certification.type, now):
        raise Http404
    return certification


def machine_in_use(slug: str) -> Machine:
    """A machine that is not retired: any member may report its faults."""
    machines = Machine.objects.filter(retired_at=None).select_related("space", "tool_class")
    return get_object_or_404(machines, slug=slug)


def machine_to_lock_out(by: Member, slug: str) -> Machine:
    machine = machine_in_use(slug)
    if not is_caretaker(by, machine.space):
        raise Http404
    return machine


def lockout_to_clear(by: Member, pk: int) -> Lockout:
    """A standing lockout of a machine that `by` takes care of."""
    standing = Lockout.objects.filter(cleared_at=None).select_related("machine__space", "placed_by")
    lockout = get_object_or_404(standing, pk=pk)
    if not is_caretaker(by, lockout.machine.space):
        raise Http404
    return lockout


def fault_to_answer(by: Member, pk: int) -> FaultReport:
    """An open report about a machine that `by` takes care of."""
    waiting = FaultReport.objects.filter(answered_at=None)
    report = get_object_or_404(waiting.select_related("machine__space", "reported_by"), pk=pk)
    if not is_caretaker(by, report.machine.space):
        raise Http404
    return report
