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


def _guardian(email: str) -> Member | None:
    if not email:
        return None
    found = Member.objects.filter(email__iexact=email, guardian=None, is_active=True).first()
    if found is None:
        raise PersonError(
            "guardian", _("Nobody grown up has this address. Make the guardian's account first.")
        )
    return found
