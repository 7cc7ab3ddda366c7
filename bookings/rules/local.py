"""A local time somebody typed, as an instant; daylight saving is answered, not guessed. PURE."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from equipment.reason import Reason

DAY = timedelta(days=1)
SHIFT = timedelta(hours=3)  # no clock is ever set back further


@dataclass(frozen=True, slots=True)
class Instant:
    """`at` in UTC; `twice` where the clock shows that time twice and this is the first."""

    at: datetime
    twice: bool = False


def read_wall(wall: datetime, zone: tzinfo) -> Instant | Reason:
    """The instant at which the clock on the wall of `zone` shows the naive `wall`."""
    first = wall.replace(tzinfo=zone, fold=0)
    at = first.astimezone(UTC)
    shown = at.astimezone(zone)
    if shown.replace(tzinfo=None) != wall:
        return Reason("no-such-time", {"time": f"{wall:%H:%M}", "instead": f"{shown:%H:%M}"})
    return Instant(at, twice=first.utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset())


def align(at: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """The first aligned start at or after `at`, in UTC.

    Starts are counted from local midnight on the wall clock: every `step`, whatever the offset.
    """
    here = at.astimezone(zone)
    wall = here.replace(tzinfo=None)
    usual = at + (next(_steps(wall, step)) - wall)
    if usual.astimezone(zone).utcoffset() == here.utcoffset():  # no change of clocks between
        return usual.astimezone(UTC)
    return _first_shown(at, _steps(wall - SHIFT, step), zone)


def align_to(at: datetime, times: tuple[time, ...], zone: tzinfo) -> datetime:
    """The first instant at or after `at` when the wall clock shows one of these times."""
    wall = at.astimezone(zone).replace(tzinfo=None)
    return _first_shown(at, _times(wall - SHIFT, times), zone)


def is_aligned(at: datetime, step: timedelta, zone: tzinfo) -> bool:
    wall = at.astimezone(zone).replace(tzinfo=None)
    return (wall - midnight(wall)) % step == timedelta(0)


def midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _steps(wall: datetime, step: timedelta) -> Iterator[datetime]:
    """Every multiple of `step` since each day's own midnight, from `wall` on; naive."""
    day = midnight(wall)
    mark = day + -(-(wall - day) // step) * step
    while True:
        if mark >= day + DAY:
            day = mark = day + DAY
        yield mark
        mark += step


def _times(wall: datetime, times: tuple[time, ...]) -> Iterator[datetime]:
    """Every one of `times` on every day, from `wall` on; naive."""
    day = midnight(wall)
    while True:
        marks = (datetime.combine(day.date(), at) for at in sorted(times))
        yield from (mark for mark in marks if mark >= wall)
        day += DAY


def _first_shown(at: datetime, marks: Iterator[datetime], zone: tzinfo) -> datetime:
    """The first instant from `at` on at which the clock shows a mark: one the clocks skip is
    never shown, one they repeat is shown twice."""
    return next(instant for mark in marks for instant in _shown(mark, zone) if instant >= at)


def _shown(mark: datetime, zone: tzinfo) -> Iterator[datetime]:
    for fold in (0, 1):
        instant = mark.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == mark:
            yield instant
