"""Signing what everybody signs: by the member, by the guardian of a minor, or on paper.

A signature lifts the hold that asks for it (documents.py), and is never deleted: one that counts no
more is set aside.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from members.models import AccessEpoch, Document, DocumentVersion, Hold, Member, Signature
from members.services.changes import record
from members.services.closures import BATCH
from members.services.errors import NotDone


class SigningError(NotDone):
    """Nothing was signed or published."""


def unsigned(member: Member) -> list[DocumentVersion]:
    """What the member has yet to sign, by document."""
    signed = Signature.objects.counting().filter(member=member, version=OuterRef("pk"))
    return list(DocumentVersion.objects.newest().filter(~Exists(signed)))


@transaction.atomic
def sign(
    *, member: Member, version: DocumentVersion, name: str, by: Member, now: datetime
) -> Signature:
    """Typed on a page, by the member or, for a minor, by the guardian. Twice is once."""
    member = Member.objects.select_for_update().get(pk=member.pk)
    if not may_sign(by, member, version.document, now):
        if by.pk == member.pk and member.guardian_id is None:
            raise SigningError(_("A guardian signs this for you. Name them on your page."))
        raise SigningError(_("Only the member signs this, or the guardian of a minor."))
    return _sign(member, version, now, by=by, name=name)


def needs_guardian(member: Member, document: Document, now: datetime) -> bool:
    """Whether what `member` signs alone counts for nothing."""
    return document.guardian_signs and member.is_minor(now)


def may_sign(by: Member, member: Member, document: Document, now: datetime) -> bool:
    """A guardian may sign what a ward could sign alone, too: not every ward has an account."""
    if by.pk == member.pk:
        return not needs_guardian(member, document, now)
    return member.is_minor(now) and by.pk == member.guardian_id


@transaction.atomic
def sign_on_paper(
    *, member: Member, version: DocumentVersion, name: str, note: str, by: Member, now: datetime
) -> Signature:
    """Staff have the paper; `name` stands under it, `note` says where it is kept.

    A guardian needs no account for it.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    is_alone = name.strip().casefold() == member.name.casefold()
    if is_alone and needs_guardian(member, version.document, now):
        raise SigningError(_("A guardian signs for a minor. Write the name of the guardian."))
    return _sign(member, version, now, by=by, name=name, note=note, on_paper=True)


def _sign(
    member: Member, version: DocumentVersion, now: datetime, *, by: Member, **how: str | bool
) -> Signature:
    """The member is locked."""
    if not DocumentVersion.objects.newest().filter(pk=version.pk).exists():
        raise SigningError(_("There is a newer version by now. Read that one, and sign it."))
    signature, is_new = Signature.objects.get_or_create(
        member=member,
        version=version,
        set_aside_at=None,
        defaults={"by": by, "signed_at": now, **how},
    )
    if is_new:
        after = {"document": version.document.name, "number": version.number}
        record(actor=by, verb="sign", subject=signature, at=now, after=after, on_behalf_of=member)
    _lift(member, version, now)
    return signature


def _lift(member: Member, version: DocumentVersion, now: datetime) -> None:
    """Only the hold of this document: the reason is gone, and the signature is its record."""
    held = Hold.objects.filter(member=member, document=version.document_id, lifted_at=None)
    if held.update(lifted_at=now):
        AccessEpoch.bump()


@transaction.atomic
def set_aside_of_minors(*, now: datetime) -> int:
    """What an import made a guardian's to sign; whoever asks for signatures asks again after it."""
    return set_aside(Signature.objects.by_minors_alone(now), None, now)


def set_aside(rows: "QuerySet[Signature]", by: Member | None, now: datetime) -> int:
    """One batch of what counts no more; kept, and told in the history. How many."""
    signatures = list(rows.select_related("version__document", "member")[:BATCH])
    for row in signatures:
        record(
            actor=by,
            verb="set_aside_signature",
            subject=row,
            at=now,
            after={"document": row.version.document.name, "number": row.version.number},
            on_behalf_of=row.member,
        )
    return Signature.objects.filter(pk__in=[row.pk for row in signatures]).update(set_aside_at=now)
