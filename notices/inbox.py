"""What the pages of messages show."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from notices import mail
from notices.models import Outbox, QuietHours
from notices.services.choosing import wishes_of as kinds_of
from notices.words import title_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in the inbox; `path` is where it leads on this site."""

    pk: int
    subject: str
    text: str
    label: str
    path: str
    at: datetime | None
    is_new: bool


def entry(row: Outbox, to: Any) -> Entry:
    """As its mail tells it. What cannot be told is named, so that one bad row hides no other."""
    try:
        told = mail.item(row.kind, row.context, to)
    except Exception:
        logger.exception("message %s (%s) cannot be shown", row.pk, row.kind)
        told = mail.Item(title_of(row.kind), "", "", "")
    return Entry(
        pk=row.pk,
        subject=told.subject,
        text=told.text,
        label=told.label,
        path=told.url.removeprefix(settings.BASE_URL),
        at=row.shown_at,
        is_new=row.read_at is None,
    )


def wishes_of(member: Any) -> dict[str, Any]:
    """What the form of wishes begins with."""
    quiet = QuietHours.objects.filter(member=member).first()
    hours = {"quiet_from": quiet.starts, "quiet_to": quiet.ends} if quiet else {}
    return {**kinds_of(member), **hours}
