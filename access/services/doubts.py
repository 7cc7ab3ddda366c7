"""What a tap at that moment would have been told, of a session that a device began on its own.

By what is known today: whoever has lost a certification since is not doubted for the day before,
and a lockout that is cleared by now counts for the time it stood.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

import wire
from access import facts
from access.decision import Denial, Facts, decide
from access.records import Bench
from access.services.alone import OWN
from access.services.taps import claim_of
from bookings.models import Booking
from equipment.eligibility import LockoutFact, Span
from equipment.models import Lockout
from equipment.reason import Reason
from members.models import Badge

DRIFT = timedelta(minutes=2)  # that a device's time of day may be wrong
HAPPENED = ("confirmed", "running", "done", "no-show")


def doubt_about(
    row: wire.Row, bench: Bench | None, badge: Badge | None, moment: datetime | None, now: datetime
) -> Reason | None:
    """Why this row `on` would have been refused; `moment` is when it was, as well as is known."""
    if bench is None or not (row.sid or "").startswith(OWN):
        return Reason("no-machine")
    if badge is None:
        return Reason("unknown-badge")
    told = datetime.fromtimestamp(row.utc, tz=UTC)
    if moment is None or abs(told - moment) > DRIFT or moment > now + DRIFT:
        return Reason("clock-wrong")
    is_revoked = badge.revoked_at is not None and badge.revoked_at <= moment
    known = _facts(bench, badge.member_id, moment, is_revoked=is_revoked, now=now)
    decision = decide(known, moment)
    return decision.reasons[0] if isinstance(decision, Denial) else None


def bookings_of(bench: Bench, member_id: int, at: datetime) -> QuerySet[Booking]:
    """The member's own of that moment, finished and missed ones among them."""
    return Booking.objects.filter(
        Q(state__in=HAPPENED),
        machine=bench.id,
        member=member_id,
        starts__lte=at + bench.early_start,
        ends__gt=at - bench.overrun,
    ).order_by("starts")


def _facts(bench: Bench, member_id: int, at: datetime, *, is_revoked: bool, now: datetime) -> Facts:
    """As a tap would have read them, but known only now: what began later does not count."""
    known = facts.know({member_id}, [bench], at)
    standing = {claim.id for claim in known.claims_of(bench.id)}
    for booking in bookings_of(bench, member_id, at).exclude(pk__in=standing):
        known.add_claim(bench.id, replace(claim_of(booking), opens=True))
    found = known.facts(member_id, bench, badge_revoked=is_revoked)
    lockouts = found.judge.lockouts + _cleared(bench, at)
    return replace(found, judge=replace(found.judge, known_at=now, lockouts=lockouts))


def _cleared(bench: Bench, at: datetime) -> tuple[LockoutFact, ...]:
    """Those that stood at the moment and do not now."""
    rows = Lockout.objects.filter(machine=bench.id, since__lte=at, cleared_at__gt=at)
    return tuple(LockoutFact(row.why, Span(row.since, row.cleared_at)) for row in rows)
