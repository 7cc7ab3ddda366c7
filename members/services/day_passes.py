"""Day passes: given in numbers, each used for one day of the member's home space."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import AccessEpoch, DayPass, Member, Membership, Plan
from members.permissions import is_for_oneself
from members.services.changes import record, record_all
from members.services.memberships import MembershipError, lock_member, overlapping
from members.standing import home_zone
from members.terms import day_begins
from notices.services import post

MOST = 50  # at once: a slip of the finger gives no thousand
AHEAD = timedelta(days=366)


@transaction.atomic
def give_day_passes(
    *,
    member: Member,
    plan: Plan,
    count: int,
    expires: datetime | None,
    by: Member,
    now: datetime,
    seen: int | None = None,
) -> list[DayPass]:
    """So many days of the plan, to be used by `expires`; staff give them to others.

    `seen` is how many they had, used or not, when somebody looked: pressed twice is given once.
    Raises MembershipError.
    """
    if is_for_oneself(by, member):
        raise MembershipError(_("Nobody gives themselves day passes. Ask others of the staff."))
    lock_member(member)
    if seen is not None and seen != passes_of(member):
        raise MembershipError(_("Their passes changed in the meantime. Look how many they have."))
    _may_be_given(plan, count, expires, now)
    passes = DayPass.objects.bulk_create(
        DayPass(member=member, plan=plan, given_by=by, given_at=now, expires=expires)
        for _number in range(count)
    )
    record(
        actor=by,
        verb="give_day_passes",
        subject=passes[0],
        at=now,
        after={"plan": plan.name, "count": count},
        on_behalf_of=member,
    )
    post(
        to=member,
        kind="day-passes-given",
        key=f"day-passes-given:{passes[0].pk}",
        context={
            "plan": plan.name,
            "count": count,
            "until": expires.isoformat() if expires else None,
        },
        at=now,
    )
    return passes


def passes_of(member: Member) -> int:
    """How many they were given, used or not, less those that were taken back."""
    return DayPass.objects.filter(member=member).count()


def _may_be_given(plan: Plan, count: int, expires: datetime | None, now: datetime) -> None:
    if plan.kind != Plan.Kind.DAY or plan.retired_at is not None:
        raise MembershipError(_("This is no plan of single days. Choose another."), "plan")
    if not 1 <= count <= MOST:
        raise MembershipError(_("Give between 1 and %s at once.") % MOST, "count")
    if expires is not None and expires <= now:
        raise MembershipError(_("They would be over already. Choose a later day."), "last_day")


@transaction.atomic
def use_day_pass(*, day_pass: DayPass, day: date, by: Member, now: datetime) -> Membership:
    """A membership of its plan from midnight to midnight, once. Raises MembershipError."""
    lock_member(day_pass.member)
    row = DayPass.objects.select_related("plan", "member__space").get(pk=day_pass.pk)
    zone = home_zone(row.member)
    starts, until = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
    _may_use(row, starts, until, now)
    membership = Membership.objects.create(
        member=row.member, plan=row.plan, starts=starts, until=until
    )
    row.used_at, row.membership = now, membership
    row.save(update_fields=["used_at", "membership"])
    _log("use_day_pass", row, day, by, now)
    return membership


def _may_use(row: DayPass, starts: datetime, until: datetime, now: datetime) -> None:
    if row.used_at is not None:
        raise MembershipError(_("This pass is used already. Take another one."))
    if until <= now:
        raise MembershipError(_("That day is over. Choose today or later."), "day")
    if row.expires is not None and starts >= row.expires:
        raise MembershipError(_("The pass is over by then. Choose an earlier day."), "day")
    if starts > now + AHEAD:
        raise MembershipError(_("That is too far ahead. Choose a day within a year."), "day")
    if _on_a_pass(row.member, starts, until) or overlapping(row.member, starts, until):
        raise MembershipError(_("No pass is needed then: a membership covers that day."), "day")


def _on_a_pass(member: Member, starts: datetime, until: datetime) -> bool:
    days = member.memberships.filter(plan__kind=Plan.Kind.DAY)
    return days.filter(starts__lt=until, until__gt=starts).exists()


@transaction.atomic
def take_back_day(*, day_pass: DayPass, by: Member, now: datetime) -> DayPass:
    """Not that day after all: before it begins the pass is unused again."""
    lock_member(day_pass.member)
    row = DayPass.objects.select_related("membership", "member__space").get(pk=day_pass.pk)
    membership = row.membership
    if membership is None or membership.starts <= now:
        raise MembershipError(_("Its day has begun, or it is unused."))
    day = membership.starts.astimezone(home_zone(row.member)).date()
    row.used_at, row.membership = None, None
    row.save(update_fields=["used_at", "membership"])
    membership.delete()  # a day that never was; the record keeps it
    _log("take_back_day", row, day, by, now)
    AccessEpoch.bump()
    return row


@transaction.atomic
def take_back_passes(*, member: Member, by: Member, now: datetime) -> int:
    """What was given by mistake and not used; how many."""
    lock_member(member)
    unused = list(DayPass.objects.filter(member=member, used_at=None).select_related("plan"))
    told: list[tuple[DayPass, dict[str, str], dict[str, str]]] = [
        (row, {}, {"plan": row.plan.name}) for row in unused
    ]
    record_all(actor=by, verb="take_back_pass", told=told, at=now, on_behalf_of=member)
    DayPass.objects.filter(pk__in=[row.pk for row in unused]).delete()
    return len(unused)


def _log(verb: str, row: DayPass, day: date, by: Member, now: datetime) -> None:
    after = {"day": day.isoformat()}
    record(actor=by, verb=verb, subject=row, at=now, after=after, on_behalf_of=row.member)
