"""Holds: reasons not to serve a member now."""

from datetime import datetime

from django.db import transaction

from members.models import AccessEpoch, Hold, Member
from members.services.changes import record


@transaction.atomic
def place_hold(
    *,
    member: Member,
    reason: str,
    remedy: str,
    by: Member | None,
    now: datetime,
    until: datetime | None = None,
) -> Hold:
    """Serve this member no more until the hold is lifted or over."""
    hold = Hold.objects.create(
        member=member, reason=reason, remedy=remedy, placed_by=by, since=now, until=until
    )
    after = {"reason": reason, "until": until.isoformat() if until else None}
    record(actor=by, verb="place_hold", subject=hold, at=now, after=after, on_behalf_of=member)
    AccessEpoch.bump()
    return hold


@transaction.atomic
def lift_hold(*, hold: Hold, by: Member | None, now: datetime) -> Hold:
    hold.lifted_at = now
    hold.save(update_fields=["lifted_at"])
    record(actor=by, verb="lift_hold", subject=hold, at=now, on_behalf_of=hold.member)
    return hold
