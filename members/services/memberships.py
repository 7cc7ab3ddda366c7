"""Memberships: from when until when a member is on a plan. Takes no money.

All lock the member first; what ends a grant bumps the epoch last.
"""

from datetime import datetime, tzinfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members import terms
from members.models import AccessEpoch, DayPass, Member, Membership, Pause, Plan
from members.permissions import is_for_oneself
from members.services.changes import record
from members.services.errors import NotDone
from members.standing import home_zone
from notices.services import post

Kind = Plan.Kind


class MembershipError(NotDone):
    """A membership, a pass or a visit cannot be so."""


def lock_member(member: Member) -> None:
    """What one person holds is written by one transaction at a time."""
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)


def fresh(membership: Membership) -> Membership:
    """As it is now that its member is locked."""
    return Membership.objects.select_related("plan", "member__space").get(pk=membership.pk)


def ends_of(plan: Plan, due: datetime | None, zone: tzinfo) -> dict[str, datetime | None]:
    """Both ends of a term that runs out at `due`: it is served on for as long as the plan says."""
    until = terms.tolerated_until(due, plan.overdue_days, zone) if due else None
    return {"due": due, "until": until}


def told(membership: Membership) -> dict[str, str | None]:
    """What the record says of a membership."""
    return {
        "plan": membership.plan.slug,
        "starts": membership.starts.isoformat(),
        "due": membership.due.isoformat() if membership.due else None,
        "until": membership.until.isoformat() if membership.until else None,
    }


@transaction.atomic
def sign_up_to_plan(
    *,
    member: Member,
    plan: Plan,
    starts: datetime,
    until: datetime | None,
    by: Member | None,
    now: datetime,
    why: str = "",
) -> Membership:
    """On the plan from `starts`, with a term to `until`, and then as tolerated; None: open-ended.

    Staff do it for others. A start in the past needs a reason: the account may be younger than the
    membership, so how far back is theirs to say. Raises MembershipError.
    """
    if by is not None and is_for_oneself(by, member):
        words = _("Nobody signs themselves up here. Choose it at “Your way in”, or ask your staff.")
        raise MembershipError(words, "plan")
    return begin_membership(
        member=member, plan=plan, starts=starts, until=until, by=by, now=now, why=why
    )


def begin_membership(
    *,
    member: Member,
    plan: Plan,
    starts: datetime,
    until: datetime | None,
    by: Member | None,
    now: datetime,
    why: str = "",
) -> Membership:
    """The same within the caller's transaction, who has asked whether `by` may."""
    lock_member(member)
    ends = ends_of(plan, until, home_zone(member))
    may_begin(member, plan, starts, ends["until"])
    _may_look_back(starts, by, now, why)
    membership = Membership.objects.create(member=member, plan=plan, starts=starts, **ends)
    after = told(membership) | ({"why": why} if why else {})
    _log("start_membership", membership, by, now, after=after)
    return membership


def may_begin(
    member: Member,
    plan: Plan,
    starts: datetime,
    until: datetime | None,
    instead_of: Membership | None = None,
) -> None:
    """Raise MembershipError unless the member, who is locked, may be on the plan for that long."""
    if plan.retired_at is not None:
        raise MembershipError(
            _("Nobody is signed up to this plan any more. Choose another."), "plan"
        )
    if plan.kind == Kind.DAY:
        raise MembershipError(_("This is a plan of single days. Give day passes instead."), "plan")
    if plan.kind == Kind.TRIAL and member.memberships.filter(plan__kind=Kind.TRIAL).exists():
        raise MembershipError(
            _("A trial is had once, and this one is over. Choose a plan."), "plan"
        )
    if until is not None and until <= starts:
        raise MembershipError(_("It would end before it begins. Choose a later day."), "last_day")
    if other := overlapping(member, starts, until, instead_of):
        words = _("They are on %(plan)s at that time. Change that plan, or begin after it.")
        raise MembershipError(words % {"plan": other.plan}, "first_day")


def overlapping(
    member: Member,
    starts: datetime,
    until: datetime | None,
    instead_of: Membership | None = None,
) -> Membership | None:
    """What of a term shares an instant with [starts, until); single days stand in nobody's way."""
    rows = member.memberships.exclude(plan__kind=Kind.DAY).filter(
        Q(until=None) | Q(until__gt=starts)
    )
    if until is not None:
        rows = rows.filter(starts__lt=until)
    if instead_of is not None:
        rows = rows.exclude(pk=instead_of.pk)
    return rows.select_related("plan").first()


def _may_look_back(starts: datetime, by: Member | None, now: datetime, why: str) -> None:
    if starts < now and by is not None and not why.strip():
        words = _("It begins in the past: write down why, for the record.")
        raise MembershipError(words, "why")


# --- going on ------------------------------------------------------------------------------------


@transaction.atomic
def renew_membership(
    *, membership: Membership, by: Member, now: datetime, due: datetime | None = None
) -> Membership:
    """One term more: from its end, though it be overdue; of one that lapsed, from now.

    `due` is the end that somebody saw: pressed twice is renewed once. Raises MembershipError.
    """
    lock_member(membership.member)
    row = fresh(membership)
    may_renew(row, by, now)
    if due is not None and due != (row.due or row.until):
        raise MembershipError(_("It was renewed in the meantime. Look at its end first."))
    if is_lapsed(row, now):
        return _begin_again(row, by, now)
    before = told(row)
    ends = next_ends(row)
    row.due, row.until = ends["due"], ends["until"]
    row.save(update_fields=["due", "until"])
    _log("renew_membership", row, by, now, before=before, after=told(row))
    _tell_renewed(row, now)
    return row


def may_renew(row: Membership, by: Member, now: datetime) -> None:
    """Raise MembershipError, in words for `by`, unless it may go on for another term.

    A plan that was retired goes on for those who are on it, until staff move them to another.
    """
    is_own = is_for_oneself(by, row.member)
    if row.plan.kind != Kind.REGULAR or row.until is None:
        raise MembershipError(_("There is no term to renew. Choose a plan instead."))
    if row.ended_at is not None:
        raise MembershipError(_("It was ended. Choose a plan instead."))
    if row.plan.retired_at is not None and is_lapsed(row, now):
        raise MembershipError(_("It lapsed, and its plan takes nobody new. Choose another plan."))
    if row.plan.months is None:
        raise MembershipError(_("Its plan has no term. Start it anew with a last day."))
    if overlapping(row.member, max(now, row.until), None, row):
        raise MembershipError(_("Another membership follows. Renew that one."))
    if is_own and not row.plan.renews_itself:
        raise MembershipError(_("Staff at the desk renew this plan. Ask them."))
    if is_own and now < renews_from(row):
        raise MembershipError(_("It runs for long enough. You can renew it in its last month."))


def renews_from(row: Membership) -> datetime:
    """Members renew in the last 31 days: whoever forgets it is not, and nobody hoards years."""
    return (row.due or row.until or row.starts) - 31 * terms.DAY


def is_lapsed(row: Membership, now: datetime) -> bool:
    return row.until is not None and row.until <= now


def next_ends(row: Membership) -> dict[str, datetime | None]:
    """The ends of the term after this one."""
    zone, due = home_zone(row.member), row.due or row.until
    if due is None or row.plan.months is None:
        return {"due": None, "until": None}
    return ends_of(row.plan, terms.next_due(due, row.plan.months, row.starts, zone), zone)


def _begin_again(row: Membership, by: Member, now: datetime) -> Membership:
    zone = home_zone(row.member)
    ends = ends_of(row.plan, terms.term_ends(now, row.plan.months, zone), zone)
    may_begin(row.member, row.plan, now, ends["until"])
    again = Membership.objects.create(member=row.member, plan=row.plan, starts=now, **ends)
    _log("renew_membership", again, by, now, before=told(row), after=told(again))
    _tell_renewed(again, now)
    return again


def _tell_renewed(row: Membership, now: datetime) -> None:
    ends = row.due or row.until
    if ends is not None:
        context = {"plan": row.plan.name, "until": ends.isoformat()}
        key = f"membership-renewed:{row.pk}:{ends:%Y%m%dT%H%M}"
        post(to=row.member, kind="membership-renewed", key=key, context=context, at=now)


# --- ending --------------------------------------------------------------------------------------


@transaction.atomic
def end_membership(
    *, membership: Membership, until: datetime, by: Member | None, now: datetime, why: str = ""
) -> Membership:
    """Let it end at `until`, now or later; a session it carries and its pauses end then too.

    Raises MembershipError for an end before its start, in the past, or after the one it has.
    """
    lock_member(membership.member)
    row = fresh(membership)
    may_end(row, until, now)
    before = told(row)
    cut(row, until, now, why)
    row.save()
    _end_pauses(row, until, now)
    after = told(row) | ({"why": why} if why else {})
    _log("end_membership", row, by, now, before=before, after=after)
    context = {"plan": row.plan.name, "until": until.isoformat(), "why": why}
    key = f"membership-ended:{row.pk}:{until:%Y%m%dT%H%M}"
    post(to=row.member, kind="membership-ended", key=key, context=context, at=now)
    AccessEpoch.bump()
    return row


def _end_pauses(row: Membership, until: datetime, now: datetime) -> None:
    """What comes after it does not rest for a pause of this one."""
    standing = Pause.objects.filter(membership=row, called_off_at=None, until__gt=until)
    standing.filter(starts__gte=until).update(called_off_at=now)
    standing.filter(starts__lt=until).update(until=until)


def may_end(row: Membership, until: datetime, now: datetime) -> None:
    if until <= row.starts:
        raise MembershipError(_("It has not begun by then. Choose a later day."), "last_day")
    if until < now:
        raise MembershipError(_("It cannot end in the past. Choose today or later."), "last_day")
    if row.until is not None and until > row.until:
        raise MembershipError(_("It ends before that by itself. Renew it instead."), "last_day")
    if (after := following(row)) is not None and after.starts > now:
        words = _("A change of plan is to follow. Take that back first.")
        raise MembershipError(words, "last_day")


def cut(row: Membership, until: datetime, now: datetime, why: str) -> None:
    """Somebody lets it end at `until`; not saved yet."""
    row.due = min(row.due, until) if row.due else None
    row.until, row.ended_at, row.ended_why = until, now, why[:200]


def following(row: Membership) -> Membership | None:
    """What it was changed to."""
    return Membership.objects.filter(follows=row).select_related("plan").first()


@transaction.atomic
def take_back_membership(*, membership: Membership, by: Member, now: datetime) -> None:
    """One that has not begun is not to be; what it took over from ends as it would have.

    A day that was chosen with a pass leaves the pass unused. Raises MembershipError.
    """
    lock_member(membership.member)
    row = Membership.objects.filter(pk=membership.pk).select_related("plan", "member").first()
    if row is None or row.starts <= now:
        raise MembershipError(_("It has begun, or was taken back already."))
    _may_take_back(row)
    _log("take_back_membership", row, by, now, before=told(row))
    if (old := row.follows) is not None:
        old.due, old.until, old.uncut_due, old.uncut_until = (
            old.uncut_due,
            old.uncut_until,
            None,
            None,
        )
        old.ended_at, old.ended_why = None, ""
    DayPass.objects.filter(membership=row).update(used_at=None, membership=None)
    row.delete()  # it never was anything but a plan; what it was stays in the record
    if old is not None:
        old.save()
    AccessEpoch.bump()


def _may_take_back(row: Membership) -> None:
    """Raise MembershipError where something comes after it that reckons with it."""
    if following(row) is not None:
        raise MembershipError(_("A change of plan is to follow. Take that back first."))
    if (old := row.follows) is None or row.until is None:
        return
    if after := overlapping(row.member, row.until, old.uncut_until, row):
        words = _("%(old)s would run into %(plan)s, which is to follow. Take that back first.")
        raise MembershipError(words % {"old": old.plan, "plan": after.plan})


def _log(
    verb: str,
    row: Membership,
    by: Member | None,
    now: datetime,
    before: dict[str, str | None] | None = None,
    after: dict[str, str | None] | None = None,
) -> None:
    record(
        actor=by,
        verb=verb,
        subject=row,
        at=now,
        before=before,
        after=after,
        on_behalf_of=row.member,
    )
