"""Holds: reasons not to serve a member now. Nobody lifts one of their own."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import AccessEpoch, Hold, Member
from members.services.changes import record
from members.services.errors import NotDone
from members.services.memberships import lock_member
from notices.services import post


class HoldError(NotDone):
    """A hold that cannot be placed, or not lifted."""


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
    """Serve this member no more until the hold is lifted or over. The same one twice is once."""
    lock_member(member)
    words = {"reason": reason, "remedy": remedy, "until": until}
    if standing := member.holds.standing(now).filter(document=None, **words).first():
        return standing
    hold = Hold.objects.create(member=member, placed_by=by, since=now, **words)
    after = {"reason": reason, "until": until.isoformat() if until else None}
    record(actor=by, verb="place_hold", subject=hold, at=now, after=after, on_behalf_of=member)
    context = {"reason": reason, "remedy": remedy, "until": after["until"]}
    post(to=member, kind="hold-placed", key=f"hold-placed:{hold.pk}", context=context, at=now)
    AccessEpoch.bump()
    return hold


@transaction.atomic
def lift_hold(*, hold: Hold, by: Member | None, now: datetime) -> Hold:
    """Serve them again. Twice is once.

    Raises HoldError for one's own: a ban is not for its member to end.
    """
    if by is not None and by.pk == hold.member_id:
        raise HoldError(_("Nobody lifts a hold of their own. Ask somebody else of the staff."))
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at is not None:
        return hold
    hold.lifted_at = now
    hold.save(update_fields=["lifted_at"])
    record(actor=by, verb="lift_hold", subject=hold, at=now, on_behalf_of=hold.member)
    context = {"reason": hold.reason}
    post(to=hold.member, kind="hold-lifted", key=f"hold-lifted:{hold.pk}", context=context, at=now)
    return hold
