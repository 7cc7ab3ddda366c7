"""Telling members in time that a term ends, that it is over, and that nothing unlocks any more."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from members.models import Membership, Plan
from notices.leads import lead, reminder_key
from notices.services import post

LEADS = (timedelta(days=14), timedelta(days=1))
LAST_CALL = timedelta(days=3)  # before what is tolerated ends, where it is tolerated for longer
LATE = timedelta(days=7)  # a worker that slept for longer tells nobody of what is long over


def remind_of_memberships(now: datetime) -> None:
    """Post what is new since the last time; told once, however often this runs."""
    for row in _last().filter(_ending(now)):
        _remind_of_the_end(row, now)
    for row in _last().filter(due__lte=now, until__gt=now):
        _call(row, now)
    for row in _lapsed(now):
        _tell(row, "lapsed", row.until, timedelta(0), now)


def _remind_of_the_end(row: Membership, now: datetime) -> None:
    ends = row.due or row.until
    if ends is not None and (each := lead(ends - now, LEADS)):
        _tell(row, "expiring", ends, each, now)


def _call(row: Membership, now: datetime) -> None:
    """At once, and once more before the end where that is some days off from the first."""
    if row.due is None or row.until is None:
        return
    is_last = row.until - now <= LAST_CALL < row.until - row.due
    each = LAST_CALL if is_last else row.until - row.due
    _tell(row, "overdue", row.until, each, now, due=row.due.isoformat())


def _tell(
    row: Membership, what: str, until: datetime | None, each: timedelta, now: datetime, **more: str
) -> None:
    if until is None:
        return
    context = {"plan": row.plan.name, "until": until.isoformat()}
    post(
        to=row.member,
        kind=f"membership-{what}",
        key=reminder_key("membership" if what == "expiring" else what, row.pk, until, each),
        context=context | {"renews_itself": row.plan.renews_itself} | more,
        at=now,
    )


def _ending(now: datetime) -> Q:
    """What was paid for ends soon: at `due`, or where there is none at `until`."""
    soon = now + max(LEADS)
    at_until = Q(due=None, until__gt=now, until__lte=soon)
    return Q(due__gt=now, due__lte=soon) | at_until


def _last() -> QuerySet[Membership]:
    """What no other membership of the same member outlasts; single days are no matter."""
    longer = Membership.objects.filter(
        Q(until=None) | Q(until__gt=OuterRef("until")), member=OuterRef("member")
    )
    rows = Membership.objects.filter(~Exists(longer), until__isnull=False, member__is_active=True)
    return rows.exclude(plan__kind=Plan.Kind.DAY).select_related("member", "plan")


def _lapsed(now: datetime) -> QuerySet[Membership]:
    """What ran out lately; what somebody ended was told then."""
    return _last().filter(until__lte=now, until__gt=now - LATE, ended_at=None)
