"""The account of somebody who stands at the desk. Gives no password: they set one by mail."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member, Space
from members.services.changes import record
from members.services.documents import ask_newcomer
from members.services.guardians import PersonError, grown_up, lies_ahead


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
    lies_ahead(adult_from, now)
    member = Member.objects.create_user(
        email or None,
        name=name,
        language=language,
        space=space,
        guardian=grown_up(guardian_email, now),
        adult_from=adult_from,
    )
    record(actor=by, verb="make_member", subject=member, at=now, on_behalf_of=member)
    ask_newcomer(member=member, now=now)
    return member
