"""Posting and sending: a message is a row first and a mail later. Knows users, and nobody else.

Nothing else in Benchkey sends mail, except allauth for its own account mails (codes, resets),
which a person waits for at the screen.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.db.models import F

from notices import mail
from notices.kinds import lacking
from notices.models import Outbox

logger = logging.getLogger(__name__)

# How long to wait after each failed try; the one after the last wait is final.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))


def post(
    *, to: AbstractBaseUser, kind: str, key: str, context: dict[str, Any], at: datetime
) -> None:
    """Write one message in the caller's transaction, to be sent at `at` or soon after.

    `kind` is one of notices.kinds; ValueError when `context` lacks a fact of it. `key` (at most 120
    characters) names what is told: posting it again does nothing, and leaves the transaction whole.
    `context` is JSON: times as isoformat, people and machines by name, `zone` (an IANA name) when
    the times are to be read in another zone than that of the recipient's own space.
    """
    if missing := lacking(kind, context):
        raise ValueError(f"{kind} also needs {', '.join(sorted(missing))}")
    message = Outbox(to_id=to.pk, kind=kind, key=key, context=context, at=at)
    Outbox.objects.bulk_create([message], ignore_conflicts=True)


def send_due(now: datetime, limit: int = 100) -> int:
    """Send what is due, oldest first; how many left the house. One bad row stops no other."""
    due = Outbox.objects.filter(sent_at=None, dropped_at=None, at__lte=now)
    return sum(_send(message, now) for message in due.select_related("to").order_by("at")[:limit])


def _send(message: Outbox, now: datetime) -> bool:
    if not _claim(message, now):
        return False
    row = Outbox.objects.filter(pk=message.pk)
    try:
        _deliver(message)
    except mail.NoAddress:
        row.update(dropped_at=now, last_error="no address")
        return False
    except Exception as error:  # whatever it is, the row behind this one must still go out
        logger.exception("message %s (%s) failed", message.pk, message.kind)
        given_up = message.attempts >= len(BACK_OFF)
        row.update(dropped_at=now if given_up else None, last_error=str(error)[:200])
        return False
    row.update(sent_at=now, last_error="")
    return True


def _claim(message: Outbox, now: datetime) -> bool:
    """Count the try and push the row forward before trying: a second worker, or a crash in the
    middle, finds it later and not at once.
    """
    back_off = BACK_OFF[min(message.attempts, len(BACK_OFF) - 1)]
    unclaimed = Outbox.objects.filter(
        pk=message.pk, attempts=message.attempts, sent_at=None, dropped_at=None
    )
    return bool(unclaimed.update(attempts=F("attempts") + 1, at=now + back_off))


def _deliver(message: Outbox) -> None:
    letter = mail.render(message.kind, message.context, message.to)
    outgoing = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    outgoing.attach_alternative(letter.html, "text/html")
    outgoing.send()
