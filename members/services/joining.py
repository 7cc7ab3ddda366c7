"""Choosing a plan, where members may; and what staff answer to those who asked. Takes no money."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Member, Membership, MembershipRequest, Plan
from members.permissions import STAFF
from members.services.changes import record
from members.services.changing_plans import change_plan
from members.services.memberships import MembershipError, begin_membership, may_begin
from members.standing import running
from notices.services import post

Joining = Plan.Joining


class JoiningError(MembershipError):
    """Nothing was written; its text is for the person who tried."""


@transaction.atomic
def choose_plan(
    *, member: Member, plan: Plan, until: datetime | None, now: datetime
) -> Membership | None:
    """Start at once what members start themselves; else ask staff, and return None.

    A plan starts itself once: a month for trying out is not to be had every month.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    _may_choose(member, plan, now)
    had_it = member.memberships.filter(plan=plan).exists()
    if plan.joining == Joining.SELF and not had_it:
        return begin_membership(
            member=member, plan=plan, starts=now, until=until, by=member, now=now
        )
    may_begin(member, plan, now, until)
    _ask(member, plan, now)
    return None


@transaction.atomic
def ask_to_change(*, member: Member, plan: Plan, now: datetime) -> MembershipRequest:
    """Of one who is on a plan: staff change it when they say yes."""
    Member.objects.select_for_update().get(pk=member.pk)
    on = running(member, now)
    if plan.joining != Joining.ASK or plan.retired_at is not None:
        raise JoiningError(_("Staff at the desk change to this plan."))
    if on is None or on.plan_id == plan.pk:
        raise JoiningError(_("That is no change. Choose another plan."))
    _has_not_asked(member)
    return _ask(member, plan, now)


def _ask(member: Member, plan: Plan, now: datetime) -> MembershipRequest:
    wish = MembershipRequest.objects.create(member=member, plan=plan, asked_at=now)
    record(actor=member, verb="choose_plan", subject=wish, at=now, after={"plan": plan.slug})
    _tell_staff(wish, now)
    return wish


def _tell_staff(wish: MembershipRequest, now: datetime) -> None:
    """Whoever may answer it where the member is at home."""
    member = wish.member
    everywhere = Q(roles__space=None) | Q(roles__space=member.space)
    staff = Member.objects.filter(everywhere, roles__kind__in=STAFF, is_active=True)
    for person in staff.exclude(pk=member.pk).distinct():
        post(
            to=person,
            kind="membership-requested",
            key=f"membership-requested:{wish.pk}:{person.pk}",
            context={"name": member.name, "plan": wish.plan.name},
            at=now,
        )


def _may_choose(member: Member, plan: Plan, now: datetime) -> None:
    if plan.joining == Joining.STAFF:
        raise JoiningError(_("Staff at the desk sign people up to this plan."))
    terms_now = member.memberships.current(now).exclude(plan__kind=Plan.Kind.DAY)
    if terms_now.exists():
        raise JoiningError(_("You are on a plan already. Staff at the desk change it."))
    _has_not_asked(member)


def _has_not_asked(member: Member) -> None:
    if member.plan_requests.filter(answered_at=None).exists():
        raise JoiningError(_("You have asked for a plan already. Staff answer soon."))


@transaction.atomic
def confirm_request(
    *, wish: MembershipRequest, until: datetime | None, by: Member, now: datetime
) -> Membership:
    """The membership begins now, in place of the one that runs, and the member is told."""
    _answer(wish, by, now)
    on = running(wish.member, now)
    if on is not None and on.plan.kind != Plan.Kind.DAY:
        wish.membership = change_plan(membership=on, plan=wish.plan, starts=now, by=by, now=now)
    else:
        wish.membership = begin_membership(
            member=wish.member, plan=wish.plan, starts=now, until=until, by=by, now=now
        )
    wish.save(update_fields=["membership"])
    _tell(wish, "membership-confirmed", {}, by, now)
    return wish.membership


@transaction.atomic
def decline_request(*, wish: MembershipRequest, why: str, by: Member, now: datetime) -> None:
    """The member is told why, and may choose again."""
    _answer(wish, by, now)
    after = {"plan": wish.plan.slug, "why": why}
    record(
        actor=by,
        verb="decline_plan",
        subject=wish,
        at=now,
        after=after,
        on_behalf_of=wish.member,
    )
    _tell(wish, "membership-declined", {"why": why}, by, now)


def _answer(wish: MembershipRequest, by: Member, now: datetime) -> None:
    Member.objects.select_for_update().get(pk=wish.member_id)
    if by.pk == wish.member_id:
        raise JoiningError(_("Nobody answers their own request. Ask somebody else of the staff."))
    open_still = MembershipRequest.objects.filter(pk=wish.pk, answered_at=None)
    if not open_still.update(answered_at=now, answered_by=by):
        raise JoiningError(_("This was answered in the meantime."))
    wish.answered_at, wish.answered_by = now, by


def _tell(
    wish: MembershipRequest, kind: str, more: dict[str, str], by: Member, now: datetime
) -> None:
    context = {"plan": wish.plan.name, "by": by.name, **more}
    post(to=wish.member, kind=kind, key=f"{kind}:{wish.pk}", context=context, at=now)
