"""The doors of this room: each getter hands over what the asker may act on, and else 404."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from equipment.models import (
    Attachment,
    Certification,
    CertificationType,
    FaultReport,
    Level,
    Lockout,
    Machine,
    Suspension,
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


def certification_to_see(by: Member, pk: int, now: datetime) -> Certification:
    """One's own, or one of a type that `by` may give."""
    rows = Certification.objects.select_related("member", "type", "given_by", "revoked_by")
    certification = get_object_or_404(rows, pk=pk)
    if certification.member_id != by.pk and not may_certify(by, certification.type, now):
        raise Http404
    return certification


def certification_to_judge(by: Member, pk: int, now: datetime) -> Certification:
    """One that nobody took back, of a type that `by` may give."""
    certification = certification_to_see(by, pk, now)
    if certification.revoked_at is not None or not may_certify(by, certification.type, now):
        raise Http404
    return certification


def suspension_to_lift(by: Member, pk: int, now: datetime) -> Suspension:
    standing = Suspension.objects.standing(now).select_related("member", "type")
    suspension = get_object_or_404(standing, pk=pk)
    if not may_certify(by, suspension.type, now):
        raise Http404
    return suspension


def attachment_to_see(by: Member, public_id: UUID, now: datetime) -> Attachment:
    """A file that was not removed, of a certification that `by` may see."""
    kept = Attachment.objects.filter(removed_at=None)
    attachment = get_object_or_404(kept, public_id=public_id)
    attachment.certification = certification_to_see(by, attachment.certification_id, now)
    return attachment


def attachment_to_judge(by: Member, public_id: UUID, now: datetime) -> Attachment:
    attachment = attachment_to_see(by, public_id, now)
    if not may_certify(by, attachment.certification.type, now):
        raise Http404
    return attachment


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
