"""Telling members in time that their membership ends."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from members.models import Membership
from notices.leads import lead, reminder_key
from notices.services import post

LEADS = (timedelta(days=14), timedelta(days=1))


def remind_of_memberships(now: datetime) -> None:
    """Post one reminder per lead to everyone whose last membership ends soon."""
    for membership in _ending(now, now + max(LEADS)):
        if membership.until and (each := lead(membership.until - now, LEADS)):
            post(
                to=membership.member,
                kind="membership-expiring",
                key=reminder_key("membership", membership.pk, membership.until, each),
                context={
                    "plan": membership.plan.name,
                    "until": membership.until.isoformat(),
                },
                at=now,
            )


def _ending(now: datetime, horizon: datetime) -> list[Membership]:
    """Memberships that end by `horizon` with none to follow."""
    longer = Membership.objects.filter(
        Q(until=None) | Q(until__gt=OuterRef("until")), member=OuterRef("member")
    )
    ending = Membership.objects.filter(
        ~Exists(longer), until__gt=now, until__lte=horizon, member__is_active=True
    )
    return list(ending.select_related("member", "plan"))
