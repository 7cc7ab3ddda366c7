"""Waivers and house rules: published by version, and asked for by a hold. Knows no machines.

The judge knows holds and no documents: whoever has not signed is on hold from the moment the
version counts. How one signs, which lifts that hold, is in signing.py.
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
from members.services.signing import (
    SigningError,
    needs_guardian,
    set_aside,
    set_aside_of_minors,
)
from notices.services import post

Told = tuple[Model, dict[str, Any], dict[str, Any]]


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
def ask_again(*, member: Member, by: Member | None, now: datetime) -> None:
    """Whether somebody else signs for `member` has changed: what counts, and what is asked for.

    The caller holds the lock. What a guardian signed goes on counting when the ward is grown up.
    """
    set_aside(Signature.objects.filter(member=member).by_minors_alone(now), by, now)
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
