"""Plans: what one may sign up to. One that is retired stays for those who are on it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.models import Member, Plan
from members.services.changes import record
from members.services.memberships import MembershipError

COLUMNS = (
    "name",
    "description",
    "kind",
    "months",
    "joining",
    "overdue_days",
    "renews_itself",
    "pause_days",
    "guests_a_month",
)


@transaction.atomic
def make_plan(*, told: dict[str, Any], by: Member, now: datetime) -> Plan:
    """A new plan; `told` has a value for each of COLUMNS."""
    plan = Plan(**{column: told[column] for column in COLUMNS}, slug=_free_slug(told["name"]))
    plan.save(force_insert=True)
    record(actor=by, verb="make_plan", subject=plan, at=now, after=_plain(plan))
    return plan


def _free_slug(name: str) -> str:
    stem = slugify(name)[:36] or "plan"
    taken = set(Plan.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    tries = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 2))]
    return next(slug for slug in tries if slug not in taken)


@transaction.atomic
def set_plan(*, plan: Plan, told: dict[str, Any], by: Member, now: datetime) -> Plan:
    """Take over what differs. Terms that run keep the ends they have; the next follow the plan.

    Raises MembershipError where people are on it and it would become another kind.
    """
    row = Plan.objects.select_for_update().get(pk=plan.pk)
    before = _plain(row)
    if told["kind"] != row.kind and row.memberships.exists():
        raise MembershipError(_("People are on it. Make a new plan of that kind instead."), "kind")
    for column in COLUMNS:
        setattr(row, column, told[column])
    after = _plain(row)
    changed = [column for column in COLUMNS if before[column] != after[column]]
    if changed:
        row.save(update_fields=changed)
        record(
            actor=by,
            verb="set_plan",
            subject=row,
            at=now,
            before={column: before[column] for column in changed},
            after={"plan": row.name} | {column: after[column] for column in changed},
        )
    return row


@transaction.atomic
def retire_plan(*, plan: Plan, by: Member, now: datetime) -> None:
    """Nobody is signed up to it any more; who is on it renews on. Twice is once."""
    if Plan.objects.filter(pk=plan.pk, retired_at=None).update(retired_at=now):
        record(actor=by, verb="retire_plan", subject=plan, at=now, after={"plan": plan.name})


@transaction.atomic
def bring_back_plan(*, plan: Plan, by: Member, now: datetime) -> None:
    """One may sign up to it again. Twice is once."""
    if Plan.objects.filter(pk=plan.pk).exclude(retired_at=None).update(retired_at=None):
        record(actor=by, verb="bring_back_plan", subject=plan, at=now, after={"plan": plan.name})


def _plain(plan: Plan) -> dict[str, Any]:
    return {column: getattr(plan, column) for column in COLUMNS}
