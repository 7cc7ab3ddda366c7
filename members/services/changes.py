"""The one way a Change is written, or many of them at once."""

from collections.abc import Iterable
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
    change = _change(actor, verb, subject, at, before, after, on_behalf_of)
    change.save(force_insert=True)
    return change


def record_all(
    *,
    actor: Member | None,
    verb: str,
    told: Iterable[tuple[Model, dict[str, Any], dict[str, Any]]],
    at: datetime,
    on_behalf_of: Member | None = None,
    is_for_each: bool = False,
) -> None:
    """The same `verb` of many: each subject with its before and after, in one statement.

    `is_for_each`: on behalf of the `member` of each subject, in place of one for all.
    """
    Change.objects.bulk_create(
        _change(
            actor,
            verb,
            subject,
            at,
            before,
            after,
            getattr(subject, "member") if is_for_each else on_behalf_of,  # noqa: B009
        )
        for subject, before, after in told
    )


def _change(
    actor: Member | None,
    verb: str,
    subject: Model,
    at: datetime,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    on_behalf_of: Member | None,
) -> Change:
    return Change(
        actor=actor,
        on_behalf_of=None if on_behalf_of == actor else on_behalf_of,
        verb=verb,
        subject_kind=subject._meta.label,
        subject_id=subject.pk,
        before=before or {},
        after=after or {},
        at=at,
    )
