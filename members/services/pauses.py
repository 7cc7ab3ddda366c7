"""Letting a membership rest: no machine opens meanwhile, and its term ends so much later."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import busy, terms
from members.models import AccessEpoch, Member, Membership, Pause
from members.services.changes import record
from members.services.memberships import (
    MembershipError,
    following,
    fresh,
    lock_member,
    overlapping,
)
from members.standing import home_zone, rest_of, rests_of, term_of
from members.terms import Allowance, Rest
from notices.services import post

WORDS = {
    "no-pauses": gettext_lazy("This plan has no pauses. Change the plan, or end it."),
    "begun": gettext_lazy("It cannot rest in the past. Choose today or later."),
    "backwards": gettext_lazy("The last day comes before the first."),
    "no-term": gettext_lazy(
        "No paid term runs on that day. Renew it first, or choose another day."
    ),
    "overlaps": gettext_lazy("It rests then already. Choose days after that pause."),
}


@transaction.atomic
def start_pause(
    *,
    membership: Membership,
    starts: datetime,
    until: datetime,
    why: str,
    by: Member,
    now: datetime,
) -> Pause:
    """Rest for [starts, until), as many days a calendar year as the plan grants.

    Never over what somebody is doing at a machine just now. Raises MembershipError.
    """
    lock_member(membership.member)
    row = fresh(membership)
    rest = Rest(starts, until)
    may_pause(row, rest, now)
    pause = Pause.objects.create(
        member=row.member,
        membership=row,
        starts=starts,
        until=until,
        why=why,
        asked_by=by,
        asked_at=now,
    )
    _put_off(row, terms.pushed_by(rest, home_zone(row.member)))
    _log("pause_membership", pause, by, now, why=why)
    context = {"plan": row.plan.name, "starts": starts.isoformat(), "until": until.isoformat()}
    key = f"membership-paused:{pause.pk}"
    post(to=row.member, kind="membership-paused", key=key, context=context, at=now)
    AccessEpoch.bump()
    return pause


def may_pause(row: Membership, rest: Rest, now: datetime) -> None:
    """Raise MembershipError, in words, unless the membership may rest then."""
    allowed = Allowance(row.plan.pause_days, home_zone(row.member))
    taken = rests_of(row.member)
    code = terms.against_pause(rest, term_of(row), taken, allowed, now)
    if row.starts > now:
        raise MembershipError(_("It has not begun yet. Once it has, it can rest."), "first_day")
    if code == "too-long":
        raise MembershipError(_too_long(rest, taken, allowed), "last_day")
    if code:
        raise MembershipError(str(WORDS[code]), "last_day" if code == "backwards" else "first_day")
    if following(row) is not None or _runs_into_another(row, rest):
        raise MembershipError(_("Another plan is to follow. Take that back first."), "first_day")
    if machine := busy.machine_of(row.member, rest.starts, now):
        words = _("%s is in use until later than that. Finish there first, or begin after it.")
        raise MembershipError(words % machine, "first_day")


def _too_long(rest: Rest, taken: list[Rest], allowed: Allowance) -> str:
    year = terms.over_allowance(rest, taken, allowed)
    used = terms.days_used(taken, allowed.zone)[year or 0]
    told = {"days": allowed.days, "year": year, "left": max(0, allowed.days - used)}
    return _("The plan rests %(days)s days a year at most; of %(year)s, %(left)s are left.") % told


def _runs_into_another(row: Membership, rest: Rest) -> bool:
    if row.until is None:
        return False
    zone = home_zone(row.member)
    pushed = terms.later(row.until, terms.pushed_by(rest, zone), zone)
    return overlapping(row.member, row.until, pushed, row) is not None


@transaction.atomic
def end_pause(*, pause: Pause, by: Member, now: datetime) -> Pause:
    """Go on from now; one that has not begun is called off, and counts nowhere. Twice is once."""
    lock_member(pause.member)
    pause = Pause.objects.select_related("member__space").get(pk=pause.pk)
    if pause.called_off_at is not None or pause.until <= now:
        return pause
    zone = home_zone(pause.member)
    was = terms.pushed_by(rest_of(pause), zone)
    if pause.starts >= now:
        pause.called_off_at, rested = now, 0
    else:
        pause.until = now
        rested = terms.pushed_by(rest_of(pause), zone)
    pause.save(update_fields=["until", "called_off_at"])
    row = fresh(pause.membership)
    _put_off(row, rested - was)
    _log("end_pause", pause, by, now)
    context = {"plan": row.plan.name}
    key = f"membership-resumed:{pause.pk}"
    post(to=pause.member, kind="membership-resumed", key=key, context=context, at=now)
    AccessEpoch.bump()  # of one called off late, the term ends sooner
    return pause


def _put_off(row: Membership, days: int) -> None:
    """Move its ends by whole days; one that somebody ended keeps the end they gave it."""
    if row.until is None or row.ended_at is not None:
        return
    zone = home_zone(row.member)
    row.until = terms.later(row.until, days, zone)
    row.due = terms.later(row.due, days, zone) if row.due else None
    row.save(update_fields=["due", "until"])


def _log(verb: str, pause: Pause, by: Member, now: datetime, why: str = "") -> None:
    after = {"starts": pause.starts.isoformat(), "until": pause.until.isoformat()}
    after |= {"why": why} if why else {}
    record(actor=by, verb=verb, subject=pause, at=now, after=after, on_behalf_of=pause.member)
