"""Whether any PIN of a member would do now: one is set, and not too many wrong ones were tried."""

from collections.abc import Collection
from datetime import datetime, timedelta

from access.models import AccessEvent
from equipment.reason import Reason
from members.models import Member

MOST = 5  # wrong ones
WITHIN = timedelta(minutes=15)


def shut(member: Member, wrong: Collection[datetime]) -> Reason | None:
    """`wrong`: when wrong ones were typed, of the last quarter of an hour."""
    if member.pin_hash is None:
        return Reason("no-pin")
    if len(wrong) >= MOST:
        return Reason("pin-locked", {"until": sorted(wrong)[-MOST] + WITHIN})
    return None


def wrong_pins(member_id: int, now: datetime) -> list[datetime]:
    """From the log, so that neither a restart nor another gatekeeper forgets them."""
    tries = AccessEvent.objects.filter(member_id=member_id, code="wrong-pin", at__gt=now - WITHIN)
    return list(tries.values_list("at", flat=True))
