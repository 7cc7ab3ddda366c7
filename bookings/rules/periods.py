"""Days, weeks, months and years on the wall clock of a zone, as UTC intervals. PURE."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from bookings.rules.hours import Interval

AHEAD = "ahead"  # no period of the calendar: whatever lies ahead


def day_of(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def period_of(at: datetime, period: str, zone: tzinfo) -> Interval:
    """The calendar `period` that `at` falls into; a day may have 23, 24.5 or 25 hours."""
    return _around(day_of(at, zone), period, zone)


@lru_cache(maxsize=1024)
def _around(day: date, period: str, zone: tzinfo) -> Interval:
    first = _first(day, period)
    return begin(first, zone), begin(_next(first, period), zone)


def begin(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day: where midnight comes twice the first, and where the
    clocks skip it, the moment they do."""
    midnight = datetime.combine(day, time(), zone)
    return midnight.astimezone(UTC)


def _first(day: date, period: str) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if period == "year" else day


def _next(first: date, period: str) -> date:
    if period == "year":
        return first.replace(year=first.year + 1)
    if period == "month":
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if period == "week" else 1)
