"""What is free: the gaps between claims within the open hours, and what fits in them. PURE."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bookings.rules.facts import Facts, Slot
from bookings.rules.hours import Interval, open_intervals, subtract
from bookings.rules.local import align

REACH = timedelta(days=1)  # how far a next gap is looked for, and how far claims are read
LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)  # minutes, offered as chips


def free_intervals(facts: Facts, starts: datetime, ends: datetime) -> list[Interval]:
    """Open and unclaimed; each ends where the buffer of a booking there must have begun."""
    claims = [(taken.starts - facts.policy.buffer, taken.until) for taken in facts.taken]
    return subtract(open_intervals(facts.hours, facts.zone, starts, ends), claims)


def next_gap(facts: Facts, slot: Slot) -> Slot | None:
    """The first gap from the slot's start on, within a day, that takes the shortest booking."""
    starts = max(slot.starts, facts.now + facts.policy.notice)
    free = free_intervals(facts, starts, slot.ends + REACH)
    return next(_usable(facts, free), None)


def _usable(facts: Facts, free: list[Interval]) -> Iterator[Slot]:
    for starts, ends in free:
        first = align(starts, facts.policy.step, facts.zone)
        if first + facts.policy.shortest <= ends:
            yield Slot(first, ends)


def room(facts: Facts, starts: datetime) -> datetime:
    """Until when a booking from `starts` may go on, at most the longest; `starts`: no room."""
    latest = starts + facts.policy.longest
    free = free_intervals(facts, starts, latest)
    return free[0][1] if free and free[0][0] == starts else starts


def lengths(facts: Facts, starts: datetime) -> list[timedelta]:
    """The lengths to offer at `starts`: what policy, claims and hours leave, at most eight."""
    policy = facts.policy
    usual = {timedelta(minutes=minutes) for minutes in LENGTHS} | {policy.shortest, policy.longest}
    longest = room(facts, starts) - starts
    fitting = [
        length
        for length in sorted(usual)
        if policy.shortest <= length <= longest and length % policy.step == timedelta(0)
    ]
    return fitting[:8]
