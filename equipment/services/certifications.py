"""Giving a certification and taking it back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from equipment.models import Certification, CertificationType, Level, Mode
from members.models import AccessEpoch, Member, Role
from members.services import record
from notices.services import post


class Uncertifiable(Exception):
    """A certification that cannot be given; its text is for the one who tried."""


def may_certify(by: Member, type: CertificationType, now: datetime) -> bool:
    """Staff may, and so may who holds this type at the level that says so."""
    if by.has_role(None, {Role.Kind.STAFF, Role.Kind.ADMIN}):
        return True
    held = Certification.objects.valid(now).filter(member=by, type=type)
    return held.filter(level__gte=Level.MAY_CERTIFY).exists()


@transaction.atomic
def certify(
    *,
    member: Member,
    type: CertificationType,
    by: Member,
    now: datetime,
    level: int = Level.FULL,
    until: datetime | None = None,
    note: str = "",
) -> Certification:
    """Give `member` a certification; without `until` it lasts as long as its type says.

    Raises Uncertifiable for oneself, for one who may not certify, and for an end in the past.
    """
    if by == member:
        raise Uncertifiable(_("Nobody certifies themselves. Ask another certifier."))
    if not may_certify(by, type, now):
        raise Uncertifiable(_("You may not certify “%s”. Ask staff.") % type)
    until = until or (now + timedelta(days=type.valid_days) if type.valid_days else None)
    if until is not None and until <= now:
        raise Uncertifiable(_("The end lies in the past. Choose a later day."))
    given = Certification.objects.create(
        member=member, type=type, level=level, given_by=by, given_at=now, until=until, note=note
    )
    after = {"type": type.slug, "level": int(level), "until": until.isoformat() if until else None}
    record(actor=by, verb="certify", subject=given, at=now, after=after, on_behalf_of=member)
    post(
        to=member,
        kind="certification-given",
        key=f"certification-given-{given.pk}",
        context={"certification": type.name, "by": by.name, "until": after["until"]},
        at=now,
    )
    return given


@transaction.atomic
def revoke_certification(
    *,
    certification: Certification,
    by: Member,
    why: str,
    now: datetime,
    mode: str = Mode.STOP,
) -> Certification:
    """Take it back; a session that stands on it ends by `mode`. Twice is once."""
    certification = Certification.objects.select_for_update().get(pk=certification.pk)
    if certification.revoked_at is not None:
        return certification
    certification.revoked_at = now
    certification.revoked_by = by
    certification.revoked_why = why
    certification.revoked_mode = mode
    certification.save(update_fields=["revoked_at", "revoked_by", "revoked_why", "revoked_mode"])
    member = certification.member
    record(
        actor=by,
        verb="revoke_certification",
        subject=certification,
        at=now,
        after={"why": why, "mode": str(mode)},
        on_behalf_of=member,
    )
    post(
        to=member,
        kind="certification-revoked",
        key=f"certification-revoked-{certification.pk}",
        context={"certification": certification.type.name, "by": by.name, "why": why},
        at=now,
    )
    AccessEpoch.bump()
    return certification
