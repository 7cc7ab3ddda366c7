"""Who signs for a minor: noted by staff, or confirmed by the guardian whom the minor has named."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import GuardianRequest, Member
from members.models.guardian import mark_of
from members.services.changes import record
from members.services.closures import BATCH
from members.services.documents import ask_again
from members.services.errors import NotDone
from members.services.guardian_requests import (
    GuardianError,
    close,
    open_request,
    tell_ward,
    withdraw_requests,
)


class PersonError(NotDone):
    """An account, or who signs for its owner, cannot be so."""


@transaction.atomic
def set_guardian(
    *, member: Member, email: str, by: Member, now: datetime, adult_from: date | None = None
) -> Member:
    """Who signs for `member`, and until they come of age; without either they sign themselves.

    What a minor signed alone counts no more: the guardian is asked for it, and until then no
    machine unlocks. What a guardian signed stays. Raises PersonError.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    guardian = grown_up(email, now)
    may_have(member, guardian, adult_from)
    lies_ahead(adult_from, now)
    return _note(member, guardian, adult_from, by, now)


@transaction.atomic
def confirm_guardianship(*, asked: GuardianRequest, by: Member, now: datetime) -> Member:
    """`by`, who reads mail at the address that was named, signs from here on; the ward is told.

    Raises GuardianError, or PersonError where they cannot be one.
    """
    asked = open_request(asked, now)
    if not is_asked(asked, by):
        raise GuardianError(_("Somebody else was asked. Sign in with the address in the mail."))
    if by.is_minor(now) or by.guardian_id is not None:
        raise GuardianError(_("You are not of age yourself, and so sign for nobody."))
    may_have(asked.ward, by, asked.ward.adult_from)
    asked.guardian = by
    close(asked, GuardianRequest.State.CONFIRMED, now)
    tell_ward(asked, by.name, accepted=True, now=now)
    return _note(asked.ward, by, asked.ward.adult_from, by, now)


def is_asked(asked: GuardianRequest, reader: Member) -> bool:
    """Whether it was this person's own address that was named."""
    return bool(reader.email) and mark_of(reader.email or "") == asked.mark


def requests_to(reader: Member, now: datetime) -> "QuerySet[GuardianRequest]":
    """Who waits for this person's answer, whether or not they have read the mail."""
    mine = GuardianRequest.objects.open(now).filter(mark=mark_of(reader.email or ""))
    return mine.exclude(told_at=None).select_related("ward")


def _note(
    member: Member, guardian: Member | None, adult_from: date | None, by: Member, now: datetime
) -> Member:
    """The member is locked."""
    was, before = (member.guardian, member.adult_from), _told(member)
    if was == (guardian, adult_from):
        return member
    member.guardian, member.adult_from = guardian, adult_from
    member.save(update_fields=["guardian", "adult_from"])
    after = _told(member)
    record(
        actor=by,
        verb="set_guardian",
        subject=member,
        at=now,
        before=before,
        after=after,
        on_behalf_of=member,
    )
    if guardian is not None or adult_from is None:
        withdraw_requests(ward=member, now=now)
    ask_again(member=member, by=by, now=now)
    return member


def _told(member: Member) -> dict[str, object]:
    """Whether there is a day is told, and not which one: it is nearly a day of birth."""
    return {"guardian": member.guardian_id, "minor": member.adult_from is not None}


def lies_ahead(adult_from: date | None, now: datetime) -> None:
    if adult_from is not None and adult_from <= now.date():
        raise PersonError(_("That day has come. Leave it empty for a grown-up."), "adult_from")


def may_have(member: Member, guardian: Member | None, adult_from: date | None) -> None:
    if guardian is None and not member.email:
        raise PersonError(_("Write an address of theirs, or of a guardian."), "guardian")
    if guardian == member:
        raise PersonError(_("Nobody is their own guardian."), "guardian")
    is_minor = guardian is not None or adult_from is not None
    if is_minor and member.wards.filter(anonymised_at=None).exists():
        words = _("They are a guardian themselves. Give their child another one first.")
        raise PersonError(words, "guardian")


def grown_up(email: str, now: datetime) -> Member | None:
    if not email:
        return None
    people = Member.objects.filter(email__iexact=email, guardian=None, is_active=True)
    found = people.exclude(adult_from__gt=now.date()).first()
    if found is None:
        words = _("Nobody grown up has this address. Make the guardian's account first.")
        raise PersonError(words, "guardian")
    return found


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
