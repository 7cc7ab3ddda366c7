"""Memberships: from when until when a member is on a plan."""

from datetime import datetime

from django.db import transaction

from members.models import AccessEpoch, Member, Membership, Plan
from members.services.changes import record


@transaction.atomic
def start_membership(
    *,
    member: Member,
    plan: Plan,
    starts: datetime,
    until: datetime | None,
    by: Member | None,
    now: datetime,
) -> Membership:
    membership = Membership.objects.create(member=member, plan=plan, starts=starts, until=until)
    after = {
        "plan": plan.slug,
        "starts": starts.isoformat(),
        "until": until.isoformat() if until else None,
    }
    record(
        actor=by,
        verb="start_membership",
        subject=membership,
        at=now,
        after=after,
        on_behalf_of=member,
    )
    return membership


@transaction.atomic
def end_membership(
    *, membership: Membership, until: datetime, by: Member | None, now: datetime
) -> Membership:
    """Let it end at `until`, now or later; a session it carries ends then too."""
    before = {"until": membership.until.isoformat() if membership.until else None}
    membership.until = until
    membership.save(update_fields=["until"])
    record(
        actor=by,
        verb="end_membership",
        subject=membership,
        at=now,
        before=before,
        after={"until": until.isoformat()},
        on_behalf_of=membership.member,
    )
    AccessEpoch.bump()
    return membership
