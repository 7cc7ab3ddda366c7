"""The account of somebody who stands at the desk. Gives no password: they set one by mail."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member, Space
from members.services.changes import record
from members.services.documents import ask_newcomer


class PersonError(Exception):
    """Nothing was written; `field` is what to mend, and the text says how."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


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
) -> Member:
    """A new person; `email` "" for one without, `guardian_email` "" for a grown-up."""
    if email and Member.objects.filter(email__iexact=email).exists():
        raise PersonError("email", _("Somebody has this address. Look them up under People."))
    member = Member.objects.create_user(
        email or None,
        name=name,
        language=language,
        space=space,
        guardian=_guardian(guardian_email),
    )
    record(actor=by, verb="make_member", subject=member, at=now, on_behalf_of=member)
    ask_newcomer(member=member, now=now)
    return member


@transaction.atomic
def set_guardian(*, member: Member, email: str, by: Member, now: datetime) -> Member:
    """Who signs for `member` from now on; `email` "" for one who signs for themselves.

    What was signed until now stays. Raises PersonError.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    guardian, before = _guardian(email), member.guardian_id
    _may_have(member, guardian)
    if guardian == member.guardian:
        return member
    member.guardian = guardian
    member.save(update_fields=["guardian"])
    told = [{"guardian": pk} for pk in (before, member.guardian_id)]
    record(
        actor=by,
        verb="set_guardian",
        subject=member,
        at=now,
        before=told[0],
        after=told[1],
        on_behalf_of=member,
    )
    return member


def _may_have(member: Member, guardian: Member | None) -> None:
    if guardian is None and not member.email:
        raise PersonError("guardian", _("Write an address of theirs, or of a guardian."))
    if guardian == member:
        raise PersonError("guardian", _("Nobody is their own guardian."))
    if guardian is not None and member.wards.filter(anonymised_at=None).exists():
        words = _("They are a guardian themselves. Give their child another one first.")
        raise PersonError("guardian", words)


def _guardian(email: str) -> Member | None:
    if not email:
        return None
    found = Member.objects.filter(email__iexact=email, guardian=None, is_active=True).first()
    if found is None:
        raise PersonError(
            "guardian", _("Nobody grown up has this address. Make the guardian's account first.")
        )
    return found
