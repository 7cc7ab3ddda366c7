"""When a space is open: weekly local hours, closures and a zone become UTC intervals. PURE.

Hours are wall clock, so they follow daylight saving: a day may have 23, 24.5 or 25 hours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

DAY = timedelta(days=1)

Interval = tuple[datetime, datetime]  # [starts, ends), UTC


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of one weekday (Monday is 0), local; `closes` <= `opens` is past midnight."""

    weekday: int
    opens: time
    closes: time


def every_day(opens: time, closes: time) -> tuple[Opening, ...]:
    return tuple(Opening(weekday, opens, closes) for weekday in range(7))


@dataclass(frozen=True, slots=True)
class Shut:
    """The space is closed for [starts, ends), whatever its hours say."""

    starts: datetime
    ends: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """A space's hours; without any opening it is always open."""

    weekly: tuple[Opening, ...] = ()
    closures: tuple[Shut, ...] = ()


def usually_open(hours: Hours, zone: tzinfo, starts: datetime, ends: datetime) -> list[Interval]:
    """What the weekly hours leave open of [starts, ends): sorted, apart from each other."""
    if not hours.weekly:
        return [(starts, ends)]
    return _clip(merge(_stretches(hours.weekly, zone, starts, ends)), starts, ends)


def open_intervals(hours: Hours, zone: tzinfo, starts: datetime, ends: datetime) -> list[Interval]:
    """What hours and closures leave open of [starts, ends)."""
    return subtract(
        usually_open(hours, zone, starts, ends),
        merge((shut.starts, shut.ends) for shut in hours.closures),
    )


def closure_at(hours: Hours, starts: datetime, ends: datetime) -> Shut | None:
    """The first closure of the space that touches [starts, ends)."""
    return first_shut(hours.closures, starts, ends)


def first_shut(closures: Iterable[Shut], starts: datetime, ends: datetime) -> Shut | None:
    """The first of these closures that touches [starts, ends)."""
    touching = [shut for shut in closures if shut.starts < ends and shut.ends > starts]
    return min(touching, key=lambda shut: shut.starts, default=None)


def subtract(intervals: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """`intervals` without `holes`, in one sweep; both are sorted."""
    kept, cuts, first = [], list(holes), 0
    for starts, ends in intervals:
        while first < len(cuts) and cuts[first][1] <= starts:
            first += 1  # it lies before this interval, and before all that follow
        at = starts
        for hole_starts, hole_ends in islice(cuts, first, None):
            if hole_starts >= ends:
                break
            if at < hole_starts:
                kept.append((at, hole_starts))
            at = max(at, hole_ends)
        if at < ends:
            kept.append((at, ends))
    return kept


def _stretches(
    weekly: tuple[Opening, ...], zone: tzinfo, starts: datetime, ends: datetime
) -> Iterable[Interval]:
    """Every stretch of every local day that may touch [starts, ends)."""
    day = starts.astimezone(zone).date() - DAY  # its hours may go past midnight
    last = ends.astimezone(zone).date()
    while day <= last:
        for opening in weekly:
            if opening.weekday == day.weekday():
                yield _stretch(opening, day, zone)
        day += DAY


def _stretch(opening: Opening, day: date, zone: tzinfo) -> Interval:
    closing_day = day if opening.closes > opening.opens else day + DAY
    opens = datetime.combine(day, opening.opens, zone)
    closes = datetime.combine(closing_day, opening.closes, zone)
    return opens.astimezone(UTC), _last(closes).astimezone(UTC)


def _last(wall: datetime) -> datetime:
    """The second of a repeated hour; a time the clocks skip keeps its distance from before."""
    again = wall.replace(fold=1)
    is_repeated = (again.utcoffset() or DAY) < (wall.utcoffset() or DAY)
    return again if is_repeated else wall


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Sorted and apart from each other."""
    merged: list[Interval] = []
    for starts, ends in sorted(intervals):
        if merged and starts <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        elif starts < ends:
            merged.append((starts, ends))
    return merged


def _clip(intervals: Iterable[Interval], starts: datetime, ends: datetime) -> list[Interval]:
    clipped = [(max(low, starts), min(high, ends)) for low, high in intervals]
    return [piece for piece in clipped if piece[0] < piece[1]]
