"""How long and how far ahead: the kind's own bounds and the limits on top, the strictest. PURE."""

from datetime import datetime, timedelta

from bookings.rules.facts import Facts, Slot
from bookings.rules.periods import begin, day_of
from bookings.rules.quotas import limits_at, minutes_left
from bookings.rules.weights import is_last_minute, within

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
Bound = tuple[timedelta, str]  # and the plan that sets it; empty: everybody's


def longest_at(facts: Facts, at: datetime) -> Bound:
    """The longest booking that may start at `at`."""
    bounds = [(facts.policy.longest, "")]
    for limit in limits_at(facts, at, "longest"):
        if limit.machine_id in (None, facts.machine_id):
            bounds.append((timedelta(minutes=limit.amount), limit.plan))
    return min(bounds, key=lambda bound: bound[0])


def horizon_at(facts: Facts, at: datetime) -> Bound:
    """How far ahead one may book what starts at `at`."""
    bounds = [(facts.policy.horizon, "")]
    bounds += [(limit.amount * DAY, limit.plan) for limit in limits_at(facts, at, "horizon")]
    return min(bounds, key=lambda bound: bound[0])


def latest_start(facts: Facts, horizon: timedelta) -> datetime:
    """The last start within the horizon; with none at all that is the end of the local day."""
    tomorrow = begin(day_of(facts.now, facts.zone) + DAY, facts.zone)
    return max(facts.now + horizon, tomorrow - INSTANT)


def longest_from(facts: Facts, starts: datetime) -> timedelta:
    """How long a booking from `starts` may be by lengths and quotas; claims are not asked."""
    longest, _plan = longest_at(facts, starts)
    slot = Slot(starts, starts + longest)
    booked_at = facts.booked_at or facts.now
    if not is_last_minute(slot, booked_at, facts.policy.last_minute):
        left = minutes_left(facts, slot)
        longest = longest if left is None else min(longest, left)
    return max(longest, free_from(facts, starts))


def free_from(facts: Facts, starts: datetime) -> timedelta:
    """How long hours free of policy go on from `starts`."""
    free = within(facts.windows.free, facts.zone, Slot(starts, starts + DAY))
    return free[0][1] - starts if free and free[0][0] == starts else timedelta(0)
