"""Which days a series falls on, and when each begins in UTC. PURE: knows no machine and no rule.

The wall clock is kept: a series at 18:00 is at 18:00 in summer and in winter, and every booking of
it lasts as long as the others, whatever the clocks do meanwhile. A start the clocks skip that day
is not guessed: the occurrence carries a Reason and no slot. Of a start they show twice it is the
first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from bookings.rules.facts import Slot
from bookings.rules.local import Instant, read_wall
from equipment.reason import Reason

MOST = 366  # occurrences of one series
REACH_DAYS = 731  # from the first to the last: two years
STEP_DAYS = {"daily": 1, "weekly": 7}


@dataclass(frozen=True, slots=True)
class Rule:
    """`rhythm` is daily or weekly, every `every`-th; days and `starts` are local.

    Either `until`, the last day included, or `count` ends it.
    """

    rhythm: str
    first: date
    starts: time
    minutes: int
    zone: tzinfo
    every: int = 1
    until: date | None = None
    count: int | None = None

    @property
    def step_days(self) -> int:
        return self.every * STEP_DAYS[self.rhythm]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day of a series: its slot, or why the clock has none."""

    day: date
    slot: Slot | None
    reason: Reason | None = None


def flaw(rule: Rule) -> Reason | None:
    """What is wrong with the rule itself; answered by arithmetic, however long it would be."""
    if rule.every < 1 or (rule.until is None) == (rule.count is None):
        return Reason("series-endless")
    times = _times(rule)
    if times < 1:
        return Reason("series-empty")
    if times > MOST or (times - 1) * rule.step_days > REACH_DAYS:
        return Reason("series-too-long", {"count": times, "most": MOST})
    return None


def occurrences(rule: Rule) -> tuple[Occurrence, ...]:
    """Every day of a rule without a flaw, in order. ValueError for a rule that has one."""
    if (reason := flaw(rule)) is not None:
        raise ValueError(reason.code)
    return tuple(occurrence(rule, day) for day in _days(rule))


def occurrence(rule: Rule, day: date) -> Occurrence:
    """What the rule asks for on `day`, whether or not the day is one of its own."""
    read = read_wall(datetime.combine(day, rule.starts), rule.zone)
    if isinstance(read, Instant):
        return Occurrence(day, Slot(read.at, read.at + timedelta(minutes=rule.minutes)))
    return Occurrence(day, None, read)


def before(rule: Rule, day: date) -> Rule:
    """The rule up to `day`, which is left out."""
    return replace(rule, until=day - timedelta(days=1), count=None)


def rest(rule: Rule, day: date) -> Rule:
    """The rule from `day` on, which is one of its own."""
    gone = (day - rule.first).days // rule.step_days
    return replace(rule, first=day, count=rule.count - gone if rule.count else None)


def later(rule: Rule, days: int) -> Rule:
    """The same days, so many later; or earlier where negative."""
    moved = timedelta(days=days)
    return replace(rule, first=rule.first + moved, until=rule.until and rule.until + moved)


def _days(rule: Rule) -> Iterator[date]:
    for number in range(_times(rule)):
        yield rule.first + timedelta(days=number * rule.step_days)


def _times(rule: Rule) -> int:
    if rule.until is None:
        return rule.count or 0
    return (rule.until - rule.first).days // rule.step_days + 1
