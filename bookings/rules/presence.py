"""Rules about being there: hours, staff, closures, nights, and hours kept for others. PURE."""

from datetime import datetime, timedelta

from bookings.rules.facts import Facts, Slot
from bookings.rules.hours import (
    Hours,
    Interval,
    Shut,
    first_shut,
    merge,
    subtract,
    usually_open,
)
from bookings.rules.periods import day_of
from bookings.rules.weights import within
from equipment.reason import Reason

INSTANT = timedelta(microseconds=1)
LOOK_AHEAD = timedelta(days=8)  # to name the next opening; a weekly rhythm fits in


def open_then(facts: Facts, slot: Slot) -> Reason | None:
    """The weekly hours cover the slot; unattended, its start is enough."""
    if slot.ends <= slot.starts:
        return None
    around = usually_open(facts.hours, facts.zone, slot.starts, slot.ends + LOOK_AHEAD)
    until = slot.starts + INSTANT if facts.policy.unattended else slot.ends
    if _covers(around, slot.starts, until):
        return None
    if around and around[0][0] <= slot.starts:
        return Reason("closes-before", {"closes": clock(facts, around[0][1])})
    return Reason("outside-hours", {"opens": around[0][0] if around else None})


def staffed_then(facts: Facts, slot: Slot) -> Reason | None:
    """Some machines run only while staff are there."""
    if not facts.policy.staffed_only or slot.ends <= slot.starts:
        return None
    around = staffed_intervals(facts, slot.starts, slot.ends + LOOK_AHEAD)
    if _covers(around, slot.starts, slot.ends):
        return None
    if not around:
        return Reason("never-staffed")
    starts, ends = around[0]
    return Reason("not-staffed", {"from": starts, "until": clock(facts, ends)})


def space_not_closed(facts: Facts, slot: Slot) -> Reason | None:
    """No holiday, party or flood that day."""
    shut = first_shut(facts.hours.closures, slot.starts, slot.ends)
    return Reason("space-closed", {"why": shut.reason, "until": shut.ends}) if shut else None


def machine_not_closed(facts: Facts, slot: Slot) -> Reason | None:
    """Nothing is planned with the machine itself."""
    if not facts.closures:
        return None
    shut = first_shut(facts.closures, slot.starts, slot.ends)
    named = {"machine": facts.machine, "machine_slug": facts.machine_slug}
    return (
        Reason("machine-closed", named | {"why": shut.reason, "until": shut.ends}) if shut else None
    )


def not_overnight(facts: Facts, slot: Slot) -> Reason | None:
    """Some machines are done by midnight, local time."""
    if facts.policy.overnight or slot.ends <= slot.starts:
        return None
    first, last = day_of(slot.starts, facts.zone), day_of(slot.ends - INSTANT, facts.zone)
    return Reason("runs-overnight") if last > first else None


def not_kept(facts: Facts, slot: Slot) -> Reason | None:
    """Hours kept for a plan are for its members; kept for several, for members of any of them."""
    kept = facts.windows.kept
    if not kept:
        return None
    mine = {plan.plan_id for plan in facts.plans if plan.span.covers(slot.starts)}
    others = [window for window in kept if window.plan_id not in mine]
    for_me = tuple(window.hours for window in kept if window.plan_id in mine)
    for window in others:
        theirs = within((window.hours,), facts.zone, slot)
        if subtract(theirs, within(for_me, facts.zone, slot)):
            return Reason("kept-for-plan", {"plan": window.plan, "from": theirs[0][0]})
    return None


def running_hours(facts: Facts, starts: datetime, ends: datetime) -> list[Interval]:
    """When a booking may run within [starts, ends): open, staffed where asked, and not closed."""
    there = usually_open(facts.hours, facts.zone, starts, ends)
    if facts.policy.staffed_only:
        there = _both(there, staffed_intervals(facts, starts, ends), starts, ends)
    return subtract(there, merge((shut.starts, shut.ends) for shut in shuts(facts)))


def shuts(facts: Facts) -> tuple[Shut, ...]:
    """Every closure that concerns the machine."""
    return (*facts.hours.closures, *facts.closures)


def staffed_intervals(facts: Facts, starts: datetime, ends: datetime) -> list[Interval]:
    """A space without staffed hours is never staffed."""
    if not facts.staffed:
        return []
    return usually_open(Hours(facts.staffed), facts.zone, starts, ends)


def clock(facts: Facts, at: datetime) -> str:
    """The wall clock of the space at `at`, as in 14:00."""
    return f"{at.astimezone(facts.zone):%H:%M}"


def _covers(intervals: list[Interval], starts: datetime, ends: datetime) -> bool:
    return any(opens <= starts and ends <= closes for opens, closes in intervals)


def _both(
    one: list[Interval], other: list[Interval], starts: datetime, ends: datetime
) -> list[Interval]:
    return subtract(one, subtract([(starts, ends)], other))
