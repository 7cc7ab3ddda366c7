"""Rules about how much one member may book: by day, week, month, year, ahead, at once. PURE.

A booking counts wholly in the period in which it starts. Where several limits apply the strictest
wins, and is the one that is told.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bookings.rules.facts import Facts, Limit, Own, Slot, Usage
from bookings.rules.hours import Interval
from bookings.rules.periods import AHEAD, period_of
from bookings.rules.weights import NOTHING, counted, total, within
from equipment.reason import Reason

MINUTE = timedelta(minutes=1)

BOOKINGS_CODES = {
    "day": "bookings-a-day",
    "week": "bookings-a-week",
    "month": "bookings-a-month",
    "year": "bookings-a-year",
    "ahead": "bookings-ahead",
}
MINUTES_CODES = {
    "day": "minutes-a-day",
    "week": "minutes-a-week",
    "month": "minutes-a-month",
    "year": "minutes-a-year",
    "ahead": "minutes-ahead",
}


def plan_books_kind(facts: Facts, slot: Slot) -> Reason | None:
    """A limit of no bookings at all keeps a plan, or everybody, off a kind."""
    for limit in limits_at(facts, slot.starts, "bookings"):
        if is_ban(limit):
            named = {"plan": limit.plan, "tool_class": scope(facts, limit)}
            return Reason("not-on-plan" if limit.plan else "not-bookable", named)
    return None


def within_most_per_day(facts: Facts, slot: Slot) -> Reason | None:
    """At most so many bookings of one kind begin on one local day."""
    most = facts.policy.most_per_day
    if most is None:
        return None
    limit = Limit("bookings", most, "day", facts.policy.tool_class_id)
    count = used(facts, limit, slot).bookings
    if count < most:
        return None
    named = {"count": count, "limit": most, "tool_class": facts.policy.tool_class}
    return Reason("most-per-day", named | {"next": _bounds(facts, limit, slot)[1]})


def within_bookings(facts: Facts, slot: Slot) -> Reason | None:
    """No quota of bookings by period is passed."""
    over = []
    for limit in limits_at(facts, slot.starts, "bookings"):
        if is_ban(limit) or not _concerns(facts, limit, slot):
            continue
        count = used(facts, limit, slot).bookings
        if count + 1 > limit.amount:
            over.append((limit.amount - count, limit, count))
    if not over:
        return None
    _, limit, count = min(over, key=lambda found: (found[0], found[1].amount))
    return _passed(BOOKINGS_CODES, facts, limit, slot, count=count, limit_count=limit.amount)


def within_minutes(facts: Facts, slot: Slot) -> Reason | None:
    """No quota of time by period is passed; peak hours count more."""
    over = []
    for limit in limits_at(facts, slot.starts, "minutes"):
        if not _concerns(facts, limit, slot):
            continue
        spent = used(facts, limit, slot).time
        if spent + counted(facts, limit, slot) > limit.amount * MINUTE:
            over.append((limit.amount * MINUTE - spent, limit, spent))
    if not over:
        return None
    left, limit, spent = min(over, key=lambda found: (found[0], found[1].amount))
    told = {
        "limit_minutes": limit.amount,
        "used_minutes": _minutes(spent),
        "left_minutes": max(0, _minutes(left)),
    }
    return _passed(MINUTES_CODES, facts, limit, slot, **told)


def within_at_once(facts: Facts, slot: Slot) -> Reason | None:
    """Not too many machines for one member at the same time."""
    for limit in limits_at(facts, slot.starts, "at-once"):
        mine = [(own.starts, own.ends) for own in _counting(facts, limit) if own.stands]
        count = busiest(mine, slot)
        if count + 1 > limit.amount:
            named = {"count": count, "limit": limit.amount, "scope": scope(facts, limit)}
            return Reason("at-once", named)
    return None


# --- how much is left ----------------------------------------------------------------------------


def minutes_left(facts: Facts, slot: Slot) -> timedelta | None:
    """How long a booking at the slot's start may be by the quotas of time; None: by none.

    Told for the dearest hour of the slot, so that what is offered is never refused.
    """
    left = [
        (limit.amount * MINUTE - used(facts, limit, slot).time) * 100 / _dearest(facts, slot)
        for limit in limits_at(facts, slot.starts, "minutes")
        if _concerns(facts, limit, slot)
    ]
    return max(NOTHING, min(left)) if left else None


def _dearest(facts: Facts, slot: Slot) -> int:
    peaks = facts.windows.peaks
    touched = [peak.percent for peak in peaks if within((peak.hours,), facts.zone, slot)]
    return max([100, *touched])


# --- what counts ---------------------------------------------------------------------------------


def limits_at(facts: Facts, at: datetime, measure: str) -> Iterator[Limit]:
    """Those of the measure that hold for everybody, or for a plan the member is on at `at`."""
    for limit in facts.limits:
        if limit.measure == measure and (limit.plan_id is None or _on_plan(facts, limit, at)):
            yield limit


def is_ban(limit: Limit) -> bool:
    return limit.amount == 0 and not limit.hours


def used(facts: Facts, limit: Limit, slot: Slot) -> Usage:
    """What the member's own bookings use of the limit in the slot's period."""
    bounds = _bounds(facts, limit, slot)
    key = (limit, bounds[0])
    if key not in facts.memo:
        counting = list(_in_period(facts, limit, bounds))
        spent = sum((_weight(facts, limit, own) for own in counting), NOTHING)
        facts.memo[key] = Usage(len(counting), spent)
    return facts.memo[key]


def busiest(taken: list[Interval], slot: Slot) -> int:
    """The most of these intervals that share an instant with each other within the slot."""
    touching = [one for one in taken if one[0] < slot.ends and one[1] > slot.starts]
    moments = [max(starts, slot.starts) for starts, _ends in touching]
    return max((sum(a <= at < b for a, b in touching) for at in moments), default=0)


def scope(facts: Facts, limit: Limit) -> str:
    """What the limit is about, by name; empty for all machines together."""
    name = facts.policy.tool_class if limit.tool_class_id is not None else ""
    name = facts.machine if limit.machine_id is not None else name
    hours = [f"{opening.opens:%H:%M}–{opening.closes:%H:%M}" for opening in limit.hours[:1]]
    return ", ".join([part for part in (name, *hours) if part])


def _on_plan(facts: Facts, limit: Limit, at: datetime) -> bool:
    return any(plan.plan_id == limit.plan_id and plan.span.covers(at) for plan in facts.plans)


def _concerns(facts: Facts, limit: Limit, slot: Slot) -> bool:
    """A booking that begins now is not ahead; one outside a limit's hours is not its matter."""
    if limit.period == AHEAD and slot.starts <= facts.now:
        return False
    return not limit.hours or bool(within(limit.hours, facts.zone, slot))


def _bounds(facts: Facts, limit: Limit, slot: Slot) -> Interval:
    if limit.period == AHEAD:
        return facts.now, datetime.max.replace(tzinfo=facts.now.tzinfo)
    return period_of(slot.starts, limit.period, facts.zone)


def _in_period(facts: Facts, limit: Limit, bounds: Interval) -> Iterator[Own]:
    """Of what counts, those that start in the period; ahead of now only those that still stand."""
    for own in _counting(facts, limit):
        is_ahead = own.stands and own.starts > facts.now
        is_over = not own.stands or own.ends <= facts.now
        if limit.period == AHEAD and not is_ahead or is_over and not limit.counts_past:
            continue
        if bounds[0] <= own.starts < bounds[1] and _touches(facts, limit, own):
            yield own


def _counting(facts: Facts, limit: Limit) -> Iterator[Own]:
    for own in facts.own:
        of_kind = limit.tool_class_id in (None, own.tool_class_id)
        if own.counts and of_kind and limit.machine_id in (None, own.machine_id):
            yield own


def _touches(facts: Facts, limit: Limit, own: Own) -> bool:
    return not limit.hours or bool(within(limit.hours, facts.zone, Slot(own.starts, own.ends)))


def _weight(facts: Facts, limit: Limit, own: Own) -> timedelta:
    """Its length and what peak hours add; under hours of the day, what falls into them."""
    if not limit.hours:
        return own.ends - own.starts + own.peak
    return total(within(limit.hours, facts.zone, Slot(own.starts, own.ends)))


def _passed(codes: dict[str, str], facts: Facts, limit: Limit, slot: Slot, **told: int) -> Reason:
    named: dict[str, object] = {"scope": scope(facts, limit), **told}
    if limit.period != AHEAD:
        named["next"] = _bounds(facts, limit, slot)[1]
    return Reason(codes[limit.period], named)


def _minutes(length: timedelta) -> int:
    return int(length / MINUTE)
