"""That somebody knows the theory of a certification, and whether a certification asks for it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from equipment.models import CertificationType, TheoryPass
from equipment.services.certifications import Uncertifiable, may_certify
from members.models import Member
from members.services import record


@transaction.atomic
def record_theory(
    *,
    member: Member,
    type: CertificationType,
    by: Member | None,
    now: datetime,
    until: datetime | None = None,
) -> TheoryPass:
    """Write down that `member` passed; `by` None is the test itself, else whoever saw it on paper.

    Raises Uncertifiable for oneself, for one who may not certify, and for an end in the past.
    """
    if by == member:
        raise Uncertifiable(_("Nobody passes their own theory test. Ask another certifier."))
    if by is not None and not may_certify(by, type, now):
        raise Uncertifiable(_("You may not certify “%s”. Ask staff.") % type)
    if until is not None and until <= now:
        raise Uncertifiable(_("The end lies in the past. Choose a later day."))
    passed = TheoryPass.objects.create(
        member=member, type=type, passed_at=now, until=until, given_by=by
    )
    after = {"type": type.slug, "until": until.isoformat() if until else None}
    record(actor=by, verb="pass_theory", subject=passed, at=now, after=after, on_behalf_of=member)
    return passed


@transaction.atomic
def ask_for_theory(
    *, type: CertificationType, asked: bool, by: Member, now: datetime
) -> CertificationType:
    """From now on `type` is given only after a passed test, or without one. Twice is once."""
    type = CertificationType.objects.select_for_update().get(pk=type.pk)
    if type.needs_theory == asked:
        return type
    type.needs_theory = asked
    type.save(update_fields=["needs_theory"])
    record(
        actor=by,
        verb="ask_for_theory",
        subject=type,
        at=now,
        before={"needs_theory": not asked},
        after={"needs_theory": asked},
    )
    return type
