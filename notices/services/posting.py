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
) -> None:
    """Write one message in the caller's transaction, to be told at `at` or soon after.

    `kind` is one of notices.kinds; ValueError when `context` lacks a fact of it. `key` (at most 120
    characters) names what is told: posting it again does nothing, and leaves the transaction whole.
    `context` is JSON: times as isoformat, people and machines by name, `zone` (an IANA name) when
    the times are to be read in another zone than that of the recipient's own space. `bundle` (at
    most 80) names what several messages belong to, such as a series: they leave as one mail.
    """
    if missing := lacking(kind, context):
        raise ValueError(f"{kind} also needs {', '.join(sorted(missing))}")
    message = Outbox(
        to_id=to.pk, kind=kind, key=key, context=context, at=at, shown_at=at, bundle=bundle
    )
    Outbox.objects.bulk_create([message], ignore_conflicts=True)
