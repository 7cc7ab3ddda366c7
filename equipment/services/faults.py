"""Answering what members reported, so that it waits for nobody any more."""

from datetime import datetime

from django.db import transaction

from equipment.models import FaultReport
from members.models import Member
from members.services import record


@transaction.atomic
def answer_fault(*, report: FaultReport, by: Member, now: datetime) -> FaultReport:
    """Somebody has looked, and mended it or found nothing. Twice is once. Clears no lockout."""
    report = FaultReport.objects.select_for_update().get(pk=report.pk)
    if report.answered_at is None:
        report.answered_at = now
        report.save(update_fields=["answered_at"])
        record(actor=by, verb="answer_fault", subject=report, at=now)
    return report
