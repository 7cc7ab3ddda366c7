"""The account of somebody who stands at the desk. Gives no password: they set one by mail."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member, Space
from members.services.changes import record
from members.services.documents import ask_again, ask_newcomer
from members.services.errors import MemberError


class PersonError(MemberError):
    """An account, or who signs for its owner, cannot be so."""


@transaction.atomic
def make_member(
    *,
    name: str,
    email: str,
    guardian_email: str,
    language: str,
    space: Space | None,
    by: Member,
    now: datetime,
    adult_from: date | None = None,
) -> Member:
    """A new person; `email` "" for one without, `guardian_email` "" for a grown-up.

    `adult_from`: of a minor, the day they come of age, where it is known.
    """
    if email and Member.objects.filter(email__iexact=email).exists():
        raise PersonError(_("Somebody has this address. Look them up under People."), "email")
    _lies_ahead(adult_from, now)
    member = Member.objects.create_user(
        email or None,
        name=name,
        language=language,
        space=space,
        guardian=_guardian(guardian_email, now),
        adult_from=adult_from,
    )
    record(actor=by, verb="make_member", subject=member, at=now, on_behalf_of=member)
    ask_newcomer(member=member, now=now)
    return member


@transaction.atomic
def set_guardian(
    *, member: Member, email: str, by: Member, now: datetime, adult_from: date | None = None
) -> Member:
    """Who signs for `member`, and until they come of age; without either they sign themselves.

    What a minor signed alone counts no more: the guardian is asked for it, and until then no
    machine unlocks. What a guardian signed stays. Raises PersonError.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    guardian, before = _guardian(email, now), _told(member)
    was = member.guardian, member.adult_from
    _may_have(member, guardian, adult_from)
    _lies_ahead(adult_from, now)
    member.guardian, member.adult_from = guardian, adult_from
    if was == (guardian, adult_from):
        return member
    member.save(update_fields=["guardian", "adult_from"])
    record(
        actor=by,
        verb="set_guardian",
        subject=member,
        at=now,
        before=before,
        after=_told(member),
        on_behalf_of=member,
    )
    ask_again(member=member, by=by, now=now)
    return member


def _told(member: Member) -> dict[str, object]:
    """Whether there is a day is told, and not which one: it is nearly a day of birth."""
    return {"guardian": member.guardian_id, "minor": member.adult_from is not None}


def _lies_ahead(adult_from: date | None, now: datetime) -> None:
    if adult_from is not None and adult_from <= now.date():
        raise PersonError(_("That day has come. Leave it empty for a grown-up."), "adult_from")


def _may_have(member: Member, guardian: Member | None, adult_from: date | None) -> None:
    if guardian is None and not member.email:
        raise PersonError(_("Write an address of theirs, or of a guardian."), "guardian")
    if guardian == member:
        raise PersonError(_("Nobody is their own guardian."), "guardian")
    is_minor = guardian is not None or adult_from is not None
    if is_minor and member.wards.filter(anonymised_at=None).exists():
        words = _("They are a guardian themselves. Give their child another one first.")
        raise PersonError(words, "guardian")


def _guardian(email: str, now: datetime) -> Member | None:
    if not email:
        return None
    people = Member.objects.filter(email__iexact=email, guardian=None, is_active=True)
    found = people.exclude(adult_from__gt=now.date()).first()
    if found is None:
        words = _("Nobody grown up has this address. Make the guardian's account first.")
        raise PersonError(words, "guardian")
    return found
