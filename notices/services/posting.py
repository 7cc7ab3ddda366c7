"""Writing a message down, in the transaction that makes it true."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from notices.kinds import lacking
from notices.models import Outbox


def post(
    *,
    to: AbstractBaseUser,
    kind: str,
    key: str,
    context: dict[str, Any],
    at: datetime,
    bundle: str = "",
    address: str = "",
) -> None:
    """Write one message in the caller's transaction, to be told at `at` or soon after.

    `kind` is one of notices.kinds; ValueError when `context` lacks a fact of it. `key` (at most 120
    characters) names what is told: posting it again does nothing, and leaves the transaction whole.
    `context` is JSON: times as isoformat, people and machines by name, `zone` (an IANA name) when
    the times are to be read in another zone than that of the recipient's own space. `bundle` (at
    most 80) names what several messages belong to, such as a series: they leave as one mail.
    `address`: of somebody without an account, who is told instead, by mail alone; the context names
    them as `reader`.
    """
    if missing := lacking(kind, context):
        raise ValueError(f"{kind} also needs {', '.join(sorted(missing))}")
    message = Outbox(
        to_id=to.pk,
        address=address,
        kind=kind,
        key=key,
        context=context,
        at=at,
        shown_at=None if address else at,
        bundle=bundle,
    )
    Outbox.objects.bulk_create([message], ignore_conflicts=True)


def take_back(*, key: str) -> None:
    """Forget one message, with the address it went to; what was not sent yet is not sent."""
    Outbox.objects.filter(key=key).delete()
