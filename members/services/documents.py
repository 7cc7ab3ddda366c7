"""Waivers and house rules: published by version, asked for by a hold, signed. Knows no machines.

The judge knows holds and no documents: whoever has not signed is on hold from the moment the
version counts, and signing lifts that hold.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, Model, OuterRef, QuerySet
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.models import AccessEpoch, Document, DocumentVersion, Hold, Member, Signature
from members.services.changes import record, record_all
from members.services.closures import BATCH
from members.services.errors import NotDone
from members.services.guardian_requests import withdraw_requests
from notices.services import post

Told = tuple[Model, dict[str, Any], dict[str, Any]]


class SigningError(NotDone):
    """Nothing was signed or published."""


@transaction.atomic
def publish_version(
    *, document: Document, text: str, required_from: datetime, by: Member, now: datetime
) -> DocumentVersion:
    """The next version of a document, or the first of a new one; the worker asks everybody."""
    if document.pk is None:
        _save_new(document)
    else:
        Document.objects.select_for_update().get(pk=document.pk)
    newest = document.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = DocumentVersion.objects.create(
        document=document,
        number=newest + 1,
        text=text,
        published_at=now,
        published_by=by,
        required_from=max(required_from, now),
    )
    after = {"document": document.name, "number": version.number}
    record(actor=by, verb="publish_version", subject=version, at=now, after=after)
    return version


def _save_new(document: Document) -> None:
    if Document.objects.filter(name__iexact=document.name).exists():
        words = _("There is one of this name. Publish a new version of it instead.")
        raise SigningError(words, "name")
    stem = slugify(document.name)[:34] or "document"
    taken = Document.objects.filter(slug__startswith=stem).count()
    document.slug = f"{stem}-{taken + 1}" if taken else stem
    document.save(force_insert=True)


def people_to_sign() -> QuerySet[Member]:
    """Everybody a new version asks."""
    return Member.objects.filter(is_active=True, anonymised_at=None)


def unsigned(member: Member) -> list[DocumentVersion]:
    """What the member has yet to sign, by document."""
    signed = Signature.objects.counting().filter(member=member, version=OuterRef("pk"))
    return list(DocumentVersion.objects.newest().filter(~Exists(signed)))


def ask_everybody(*, now: datetime) -> int:
    """Set aside what minors signed alone, and place the holds of all who have not signed, in
    batches; how many. Twice is once.
    """
    while set_aside_of_minors(now=now):
        pass
    asked = 0
    for version in DocumentVersion.objects.newest().select_related("published_by"):
        while batch := _ask(_not_asked(version), version, now):
            asked += batch
    return asked


def ask_newcomer(*, member: Member, now: datetime) -> None:
    """Nothing unlocks for somebody new before they have signed what everybody signs."""
    for version in DocumentVersion.objects.newest().select_related("published_by"):
        _ask(_not_asked(version).filter(pk=member.pk), version, now)


def _not_asked(version: DocumentVersion) -> QuerySet[Member]:
    signed = Signature.objects.counting().filter(member=OuterRef("pk"), version=version)
    standing = Hold.objects.filter(
        member=OuterRef("pk"), document=version.document_id, lifted_at=None
    )
    return people_to_sign().filter(~Exists(signed), ~Exists(standing))


@transaction.atomic
def _ask(people: QuerySet[Member], version: DocumentVersion, now: datetime) -> int:
    """One batch, in one short transaction, so that taps never wait for it.

    Asked again once they are locked: whoever signed while this waited is left in peace.
    """
    rows = people.select_for_update(of=("self",)).order_by("pk")
    locked = [member.pk for member in rows[:BATCH]]
    chosen = list(_not_asked(version).filter(pk__in=locked))
    holds = Hold.objects.bulk_create(_hold(member, version, now) for member in chosen)
    told: list[Told] = [(hold, {}, {"reason": hold.reason}) for hold in holds]
    record_all(actor=version.published_by, verb="ask_to_sign", told=told, at=now, is_for_each=True)
    _tell(chosen, version, now)
    if holds:
        AccessEpoch.bump()
    return len(holds)


def _hold(member: Member, version: DocumentVersion, now: datetime) -> Hold:
    with translation.override(member.language):
        return Hold(
            member=member,
            document=version.document,
            reason=_("“%s” is not signed.") % version.document.name,
            remedy=_remedy(member, version.document, now),
            placed_by=version.published_by,
            since=max(version.required_from, now),
        )


def _remedy(member: Member, document: Document, now: datetime) -> str:
    if not needs_guardian(member, document, now):
        return _("Read and sign it on your page, or on paper at the desk.")
    if member.guardian_id is None:
        return _("A guardian signs it. Name them on your page, or at the desk.")
    return _("Your guardian signs it, on their page or on paper at the desk.")


def _tell(people: Iterable[Member], version: DocumentVersion, now: datetime) -> None:
    """Who joined later finds it among the steps of joining, as does whoever confirms later."""
    context = {
        "document": version.document.name,
        "required_from": version.required_from.isoformat(),
    }
    for member in people:
        if member.joined_at < version.published_at and member.unconfirmed_since is None:
            key = f"document:{version.pk}:{member.pk}"
            post(to=member, kind="document-new", key=key, context=context, at=now)


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


# --- minors ---------------------------------------------------------------------------------------


@transaction.atomic
def ask_again(*, member: Member, by: Member | None, now: datetime) -> None:
    """Whether somebody else signs for `member` has changed: what counts, and what is asked for.

    The caller holds the lock. What a guardian signed goes on counting when the ward is grown up.
    """
    _set_aside(Signature.objects.filter(member=member).by_minors_alone(now), by, now)
    held = Hold.objects.filter(member=member, lifted_at=None).exclude(document=None)
    for hold in held.select_related("document"):
        _tell_anew(hold, member, now)
    ask_newcomer(member=member, now=now)


def _tell_anew(hold: Hold, member: Member, now: datetime) -> None:
    """What lifts the hold, now that somebody else may sign."""
    if hold.document is not None:
        with translation.override(member.language):
            hold.remedy = _remedy(member, hold.document, now)
        hold.save(update_fields=["remedy"])


@transaction.atomic
def say_who_signs(*, document: Document, guardian_signs: bool, by: Member, now: datetime) -> None:
    """Whether a guardian must sign this for minors. What minors signed alone is set aside where
    they must, by the worker; what is set aside stays so where they need not.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.guardian_signs == guardian_signs:
        return
    document.guardian_signs = guardian_signs
    document.save(update_fields=["guardian_signs"])
    held = Hold.objects.filter(
        document=document, lifted_at=None, member__in=Member.objects.minors(now)
    )
    for hold in held.select_related("member", "document"):
        _tell_anew(hold, hold.member, now)
    told = {"document": document.name, "guardian_signs": guardian_signs}
    record(actor=by, verb="say_who_signs", subject=document, at=now, after=told)


@transaction.atomic
def set_aside_of_minors(*, now: datetime) -> int:
    """What an import made a guardian's to sign; whoever asks for signatures asks again after it."""
    return _set_aside(Signature.objects.by_minors_alone(now), None, now)


def _set_aside(rows: "QuerySet[Signature]", by: Member | None, now: datetime) -> int:
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


@transaction.atomic
def come_of_age(*, now: datetime) -> int:
    """Who has grown up signs alone from here on, and the day and the guardian are kept no longer.

    One without an address of their own keeps the guardian, who reads their messages.
    """
    rows = Member.objects.select_for_update().filter(adult_from__lte=now.date())
    grown_up = list(rows.exclude(email=None).order_by("pk")[:BATCH])
    for member in grown_up:
        member.adult_from = member.guardian = None
        member.save(update_fields=["adult_from", "guardian"])
        withdraw_requests(ward=member, now=now)
        record(actor=None, verb="come_of_age", subject=member, at=now, on_behalf_of=member)
        ask_again(member=member, by=None, now=now)
    return len(grown_up)
