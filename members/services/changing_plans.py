"""Another plan from a day on: the one ends, the other begins, and nothing lies in between."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members import terms
from members.models import AccessEpoch, Member, Membership, Plan
from members.permissions import is_for_oneself
from members.services.changes import record
from members.services.memberships import (
    MembershipError,
    cut,
    ends_of,
    following,
    fresh,
    lock_member,
    may_begin,
    told,
)
from members.standing import home_zone
from notices.services import post


@transaction.atomic
def change_plan(
    *, membership: Membership, plan: Plan, starts: datetime, by: Member, now: datetime
) -> Membership:
    """End the running one at `starts`, now or later, and begin the other there.

    Until it has begun it can be taken back (take_back_membership). Raises MembershipError.
    """
    lock_member(membership.member)
    old = fresh(membership)
    may_change(old, plan, starts, by, now)
    zone = home_zone(old.member)
    ends = ends_of(plan, terms.term_ends(starts, plan.months, zone), zone)
    may_begin(old.member, plan, starts, ends["until"], instead_of=old)
    before = told(old)
    old.uncut_due, old.uncut_until = old.due, old.until
    cut(old, starts, now, _("Changed to %s") % plan.name)
    old.save()
    new = Membership.objects.create(
        member=old.member, plan=plan, starts=starts, follows=old, **ends
    )
    record(
        actor=by,
        verb="change_plan",
        subject=new,
        at=now,
        before=before,
        after=told(new),
        on_behalf_of=old.member,
    )
    _tell(old, new, now)
    AccessEpoch.bump()
    return new


def may_change(old: Membership, plan: Plan, starts: datetime, by: Member, now: datetime) -> None:
    """Raise MembershipError, in words for `by`, unless the plan may be changed from then on."""
    is_own = is_for_oneself(by, old.member)
    if is_own and plan.joining != Plan.Joining.SELF:
        raise MembershipError(_("Staff at the desk change to this plan. Ask them."), "plan")
    if plan.pk == old.plan_id:
        raise MembershipError(_("That is the plan they are on."), "plan")
    # as with joining: to and fro would be a fresh term each time, without staff
    if is_own and old.member.memberships.filter(plan=plan).exists():
        words = _("You were on this plan before. Staff at the desk change back to it.")
        raise MembershipError(words, "plan")
    if plan.kind != Plan.Kind.REGULAR or old.plan.kind == Plan.Kind.DAY:
        raise MembershipError(_("Only one plan with terms can be changed to another."), "plan")
    if starts < now:
        raise MembershipError(_("The past stays as it was. Choose today or later."), "first_day")
    if following(old) is not None:
        raise MembershipError(_("It changes already. Take that back first."), "first_day")
    if old.ended_at is not None:
        words = _("It was ended. Staff sign up to another plan from the day after its end.")
        raise MembershipError(words, "first_day")
    if starts <= old.starts or (old.until is not None and starts >= old.until):
        words = _("They are not on %s then. Choose a day before it ends.")
        raise MembershipError(words % old.plan, "first_day")
    if old.pauses.filter(called_off_at=None, until__gt=starts).exists():
        words = _("It is to rest after that day. End the pause first, or choose a day after it.")
        raise MembershipError(words, "first_day")


def _tell(old: Membership, new: Membership, now: datetime) -> None:
    context = {"plan": new.plan.name, "was": old.plan.name, "starts": new.starts.isoformat()}
    key = f"membership-changed:{new.pk}"
    post(to=old.member, kind="membership-changed", key=key, context=context, at=now)
