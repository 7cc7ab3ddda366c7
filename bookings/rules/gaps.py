"""What is free: the gaps between claims within the open hours, and what fits in them. PURE."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from bookings.rules.facts import Facts, Shared, Slot
from bookings.rules.hours import Interval, merge, subtract
from bookings.rules.lengths import longest_from
from bookings.rules.presence import running_hours, shuts
from bookings.rules.starts import first_start

REACH = timedelta(days=1)  # how far a next gap is looked for, and how far claims are read
LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)  # minutes, offered as chips


def free_intervals(facts: Facts, starts: datetime, ends: datetime) -> list[Interval]:
    """Open and unclaimed; each ends where the buffer of a booking there must have begun."""
    return subtract(running_hours(facts, starts, ends), claims(facts))


def next_gap(facts: Facts, slot: Slot) -> Slot | None:
    """The first gap from the slot's start on, within a day, that takes the shortest booking."""
    starts = max(slot.starts, facts.now + facts.policy.notice)
    free = free_intervals(facts, starts, slot.ends + REACH)
    return next(_usable(facts, free), None)


def _usable(facts: Facts, free: list[Interval]) -> Iterator[Slot]:
    for starts, ends in free:
        first = first_start(facts, starts)
        if first + facts.policy.shortest <= ends:
            yield Slot(first, ends)


def room(facts: Facts, starts: datetime) -> datetime:
    """Until when a booking from `starts` may go on, at most the longest; `starts`: no room."""
    latest = starts + longest_from(facts, starts)
    if latest <= starts:
        return starts
    free = free_intervals(facts, starts, latest)
    if not free or free[0][0] != starts:
        return starts
    return _unattended(facts, starts, latest) if facts.policy.unattended else free[0][1]


def walk_up_slot(facts: Facts, longest: Slot) -> Slot:
    """As much of `longest` as there is room for from now on; less than a step is not worth it."""
    least = min(facts.policy.step, longest.length)
    ends = min(room(facts, longest.starts), longest.ends)
    return Slot(longest.starts, max(ends, longest.starts + least))


def _unattended(facts: Facts, starts: datetime, latest: datetime) -> datetime:
    """It begins while the space is open, and may go on when it no longer is."""
    closed = merge((shut.starts, shut.ends) for shut in shuts(facts))
    return subtract(subtract([(starts, latest)], closed), claims(facts))[0][1]


def claims(facts: Facts) -> list[Interval]:
    """When nothing may run or tidy up there, sorted: somebody has it, or all that it shares."""
    taken = [(taken.starts, taken.until) for taken in facts.taken]
    crowded = [interval for shared in facts.shared for interval in full(shared)]
    buffer = facts.policy.buffer
    return [(starts - buffer, until) for starts, until in sorted(taken + crowded)]


def full(shared: Shared) -> list[Interval]:
    """When other machines take all that there is to share; sorted and apart."""
    begun = [(taken.starts, 1) for taken in shared.taken]
    over = [(taken.until, -1) for taken in shared.taken]
    found, drawing = [], 0
    for (at, step), (following, _step) in pairwise(sorted(begun + over)):
        drawing += step
        if drawing >= shared.capacity:
            found.append((at, following))
    return merge(found)


def lengths(facts: Facts, starts: datetime) -> list[timedelta]:
    """The lengths to offer at `starts`: what policy, claims and hours leave, at most eight."""
    policy = facts.policy
    longest = room(facts, starts) - starts
    usual = {timedelta(minutes=minutes) for minutes in LENGTHS} | {policy.shortest, policy.longest}
    fitting = [
        length
        for length in sorted(usual)
        if policy.shortest <= length <= longest and length % policy.step == timedelta(0)
    ]
    return fitting[:8]
