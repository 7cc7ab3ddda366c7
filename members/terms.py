"""The life of a membership: where somebody stands, where terms end, what a pause costs. PURE.

Instants are aware; days and months are those of a zone that is handed in. Knows no database, no
clock and no words, and leaves out what else may keep a member from a machine.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)  # [starts, until) has a last one


class State(StrEnum):
    NONE = "none"  # never on a plan
    NOT_BEGUN = "not-begun"
    TRIAL = "trial"
    ACTIVE = "active"
    PAUSED = "paused"
    OVERDUE = "overdue"  # the term ran out, and is tolerated for some days
    LAPSED = "lapsed"  # it ran out, and nobody renewed it
    ENDED = "ended"  # somebody ended it


SERVED = frozenset({State.TRIAL, State.ACTIVE, State.OVERDUE})


@dataclass(frozen=True, slots=True)
class Rest:
    """A pause that counts: [starts, until)."""

    starts: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """[starts, until), None is open-ended; overdue from `due` on. `ended`: by somebody."""

    starts: datetime
    until: datetime | None = None
    due: datetime | None = None
    is_trial: bool = False
    ended: bool = False

    def covers(self, at: datetime) -> bool:
        return self.starts <= at and (self.until is None or at < self.until)

    def is_overdue(self, at: datetime) -> bool:
        return self.due is not None and self.due <= at


def state(terms: Collection[Term], rests: Iterable[Rest], at: datetime) -> State:
    """Where somebody stands at `at`. Of several terms that cover it the best one counts."""
    running = [term for term in terms if term.covers(at)]
    if not running:
        return _not_running(terms, at)
    if any(rest.starts <= at < rest.until for rest in rests):
        return State.PAUSED
    paid = [term for term in running if not term.is_overdue(at)]
    if not paid:
        return State.OVERDUE
    return State.TRIAL if all(term.is_trial for term in paid) else State.ACTIVE


def _not_running(terms: Collection[Term], at: datetime) -> State:
    """What comes counts before what was."""
    if any(term.starts > at for term in terms):
        return State.NOT_BEGUN
    over = [term for term in terms if term.until is not None]
    if not over:
        return State.NONE
    last = max(over, key=lambda term: term.until or at)
    return State.ENDED if last.ended else State.LAPSED


# --- days and months -----------------------------------------------------------------------------


def day_begins(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def months_later(day: date, months: int, anchor: int | None = None) -> date:
    """The same day of the month, or its last where there is none.

    `anchor` is the day of the month that is meant: from the 31st by way of 28 February it is the
    31st of March again.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = ((date(year, month + 1, 28) + 4 * DAY).replace(day=1) - DAY).day
    return date(year, month + 1, min(_meant(day, anchor), length))


def _meant(day: date, anchor: int | None) -> int:
    """Only the last day of a month may stand for a later one that the month does not have."""
    is_last = (day + DAY).month != day.month
    return max(day.day, anchor) if anchor is not None and is_last else day.day


def term_ends(starts: datetime, months: int | None, zone: tzinfo) -> datetime | None:
    """Where a term of so many months ends, at midnight in `zone`; None is open-ended."""
    if months is None:
        return None
    return day_begins(months_later(starts.astimezone(zone).date(), months), zone)


def next_due(due: datetime, months: int, first: datetime, zone: tzinfo) -> datetime:
    """The end of the term after the one that ends at `due`; `first` is when it all began."""
    anchor = first.astimezone(zone).day
    return day_begins(months_later(due.astimezone(zone).date(), months, anchor), zone)


def tolerated_until(due: datetime, days: int, zone: tzinfo) -> datetime:
    """So many whole days after a term ran out, at the same time of the day."""
    return later(due, days, zone)


def later(at: datetime, days: int, zone: tzinfo) -> datetime:
    """So many days later by the local clock: a day of 23 or 25 hours is one."""
    if not days:
        return at
    return (at.astimezone(zone) + days * DAY).astimezone(UTC)


# --- pauses --------------------------------------------------------------------------------------


def days_of(rest: Rest, zone: tzinfo) -> Iterator[date]:
    """The local days it touches; one of which only a part rests counts, too."""
    day = rest.starts.astimezone(zone).date()
    last = (rest.until - INSTANT).astimezone(zone).date()
    while day <= last:
        yield day
        day += DAY


def days_used(rests: Iterable[Rest], zone: tzinfo) -> Counter[int]:
    """How many days of each calendar year rest; no day counts twice."""
    return Counter(day.year for day in {day for rest in rests for day in days_of(rest, zone)})


def pushed_by(rest: Rest, zone: tzinfo) -> int:
    """By how many days a pause puts off the end of a term."""
    return sum(1 for _day in days_of(rest, zone))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a plan grants: so many days a calendar year; 0 is none at all."""

    days: int
    zone: tzinfo


def against_pause(
    wanted: Rest, term: Term, taken: Collection[Rest], allowed: Allowance, now: datetime
) -> str | None:
    """Why a pause may not be taken, as a code; None where it may.

    `taken` are the member's other pauses that count, of whatever membership.
    """
    if not allowed.days:
        return "no-pauses"
    if wanted.starts < now:
        return "begun"
    if wanted.until <= wanted.starts:
        return "backwards"
    if not term.covers(wanted.starts) or term.is_overdue(wanted.starts):
        return "no-term"
    if any(other.starts < wanted.until and wanted.starts < other.until for other in taken):
        return "overlaps"
    if over_allowance(wanted, taken, allowed):
        return "too-long"
    return None


def over_allowance(wanted: Rest, taken: Collection[Rest], allowed: Allowance) -> int | None:
    """The first calendar year that would have more days of pause than there are."""
    used = days_used([*taken, wanted], allowed.zone)
    years = {day.year for day in days_of(wanted, allowed.zone)}
    return next((year for year in sorted(years) if used[year] > allowed.days), None)
