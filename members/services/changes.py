"""The one way a Change is written."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from members.models import Change, Member


def record(
    *,
    actor: Member | None,
    verb: str,
    subject: Model,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    on_behalf_of: Member | None = None,
) -> Change:
    """Write who did `verb` to `subject`. Values must be JSON: times as isoformat, rows as ids."""
    return Change.objects.create(
        actor=actor,
        on_behalf_of=None if on_behalf_of == actor else on_behalf_of,
        verb=verb,
        subject_kind=subject._meta.label,
        subject_id=subject.pk,
        before=before or {},
        after=after or {},
        at=at,
    )
