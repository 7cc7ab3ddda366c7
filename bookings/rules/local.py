"""A local time somebody typed, as an instant; daylight saving is answered, not guessed. PURE."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from equipment.reason import Reason


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
    wall = at.astimezone(zone).replace(tzinfo=None)
    since = wall - midnight(wall)
    steps = -(-since // step)
    aligned = (midnight(wall) + steps * step).replace(tzinfo=zone).astimezone(UTC)
    # A repeated hour's second half, or a skipped one, is counted on in real time.
    return aligned if aligned >= at else at + (steps * step - since)


def is_aligned(at: datetime, step: timedelta, zone: tzinfo) -> bool:
    wall = at.astimezone(zone).replace(tzinfo=None)
    return (wall - midnight(wall)) % step == timedelta(0)


def midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)
