"""Setting a tool class's policy: its columns, limits, hours and questions, in one piece."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from bookings.errors import Refused
from bookings.models import PlanLimit, PolicyWindow, Question
from bookings.policy import Whole, whole
from equipment.fields import write_times
from equipment.models import ToolClass
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from members.services import record

# The columns of a tool class that are its policy, by what they are about.
GROUPS: dict[str, tuple[str, ...]] = {
    "when": (
        "step_minutes",
        "start_times",
        "shortest_minutes",
        "longest_minutes",
        "horizon_days",
        "notice_minutes",
        "move_notice_minutes",
        "cancel_notice_minutes",
        "buffer_minutes",
        "gap_minutes",
        "staffed_only",
        "overnight",
        "unattended",
        "waitlist_only",
    ),
    "how much": ("most_future", "most_per_day", "last_minute_minutes"),
    "consent": ("approval_above_minutes", "approval_first"),
    "freed time": ("offer_minutes", "fair_share"),
    "at the machine": (
        "walk_up",
        "walk_up_minutes",
        "early_start_minutes",
        "overrun_minutes",
        "no_show_minutes",
        "finish_seconds",
        "idle_end_minutes",
        "keep_minutes",
        "take_over_minutes",
        "extend_by_tap_minutes",
        "least_credential",
        "two_person",
        "supervised",
        "maintenance_minutes",
    ),
}
COLUMNS = tuple(name for names in GROUPS.values() for name in names)
LIMIT = ("plan_id", "machine_id", "measure", "period", "amount", "opens", "closes", "counts_past")
WINDOW = ("kind", "weekday", "opens", "closes", "percent", "plan_id")
QUESTION = ("text", "required", "order")


@transaction.atomic
def set_policy(*, policy: Whole, seen: str, by: Member, now: datetime) -> ToolClass:
    """Make `policy` that of its tool class. Its rows are as typed and unsaved.

    `seen` is the fingerprint of what the editor had before them: raises Refused where somebody
    changed it since. The same policy again writes nothing.
    """
    kind = ToolClass.objects.select_for_update(no_key=True).get(pk=policy.kind.pk)
    today = whole(kind)
    if fingerprint(today) != seen:
        raise Refused(Reason("policy-changed"))
    before, after = snapshot(today), snapshot(policy)
    if before == after:
        return kind
    policy.kind.save(update_fields=COLUMNS)
    _replace(PlanLimit, LIMIT, kind, _of_kind(policy))
    _replace(PolicyWindow, WINDOW, kind, list(policy.windows))
    _set_questions(kind, policy, now)
    changed = [name for name in after if before[name] != after[name]]
    record(
        actor=by,
        verb="set_policy",
        subject=kind,
        at=now,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    AccessEpoch.bump()  # a shorter overrun ends a grant
    return kind


def fingerprint(policy: Whole) -> str:
    """The same for the same policy, and different for any other."""
    written = json.dumps(snapshot(policy), sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def snapshot(policy: Whole) -> dict[str, Any]:
    """The policy as its history tells it."""
    columns = {name: getattr(policy.kind, name) for name in COLUMNS}
    columns["start_times"] = write_times(policy.kind.start_times)
    return columns | {
        "limits": _told(LIMIT, _of_kind(policy)),
        "windows": _told(WINDOW, list(policy.windows)),
        "questions": _told(QUESTION, list(policy.questions)),
    }


def _of_kind(policy: Whole) -> list[PlanLimit]:
    """Without those over all kinds together, which are nobody's here to change."""
    return [limit for limit in policy.limits if limit.tool_class_id is not None]


def _told(names: tuple[str, ...], rows: list[Any]) -> list[list[Any]]:
    return sorted((told_row(names, row) for row in rows), key=str)


def told_row(names: tuple[str, ...], row: Any) -> list[Any]:
    return [_plain(getattr(row, name)) for name in names]


def _plain(value: Any) -> Any:
    return f"{value:%H:%M}" if hasattr(value, "hour") else value


def _replace(
    model: type[PlanLimit] | type[PolicyWindow],
    names: tuple[str, ...],
    kind: ToolClass,
    rows: list[Any],
) -> None:
    """Nothing points at these rows."""
    model._default_manager.filter(tool_class=kind).delete()
    fresh: list[Model] = [
        model(tool_class=kind, **{name: getattr(row, name) for name in names}) for row in rows
    ]
    model._default_manager.bulk_create(fresh)  # type: ignore[arg-type]


def _set_questions(kind: ToolClass, policy: Whole, now: datetime) -> None:
    """Answers keep their question: one that is changed or removed is retired, not rewritten."""
    standing = {row.pk: row for row in Question.objects.filter(tool_class=kind, retired_at=None)}
    kept = set()
    for row in policy.questions:
        old = standing.get(row.pk)
        if old is not None and old.text == row.text:
            kept.add(row.pk)
            Question.objects.filter(pk=row.pk).update(required=row.required, order=row.order)
        else:
            Question.objects.create(
                tool_class=kind, text=row.text, required=row.required, order=row.order
            )
    Question.objects.filter(pk__in=standing.keys() - kept).update(retired_at=now)
