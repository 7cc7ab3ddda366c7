"""How much of each day one machine leaves a member, and why nothing of the others. PURE.

The same walk as bookings/segments.py takes, for whole boards: it keeps sums, makes no stretches,
and asks the same verdict about the same gaps. A test compares the two.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bookings.rules.hours import Interval, subtract
from bookings.segments import Hole, Open, Verdict
from equipment.reason import Reason

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Window:
    """Open time of one day that is not past; a booking that begins in it is over by `latest`."""

    day: int
    starts: datetime
    ends: datetime
    latest: datetime


@dataclass(slots=True)
class Day:
    """What a day of a machine comes to: free time one may have, or why there is none.

    kind: free, gap-no, full, lock, shut, past or closed; `reasons` are of gap-no, lock and shut.
    """

    kind: str
    free: timedelta = NOTHING
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine; `claims` as [starts, blocked until), like the holes sorted and apart."""

    claims: Sequence[Interval]
    holes: Sequence[Hole]
    verdict: Verdict
    buffer: timedelta


def windows(opening: Iterable[Open], edges: Sequence[datetime], now: datetime) -> list[Window]:
    """The open time of the days between `edges`, from `now` on."""
    return [
        Window(day, max(opens, first, now), min(closes, last), latest)
        for opens, closes, latest in opening
        for day, (first, last) in enumerate(_days(edges))
        if max(opens, first, now) < min(closes, last)
    ]


def without_windows(opening: Sequence[Open], edges: Sequence[datetime]) -> list[str]:
    """What to call each day once no open time of it is left: past, or closed all day."""
    return [
        "past" if any(one.starts < last and first < one.ends for one in opening) else "closed"
        for first, last in _days(edges)
    ]


def week(lane: Lane, open_time: Sequence[Window], otherwise: Sequence[str]) -> list[Day]:
    """The machine's days; `otherwise` names those of which `open_time` holds nothing."""
    days = [Day(kind) for kind in otherwise]
    in_service = open_time
    if lane.holes:
        in_service = [piece for window in open_time for piece in _pieces(lane.holes, window)]
        _tell_holes(lane.holes, open_time, days)
    for window in in_service:
        days[window.day].kind, days[window.day].reasons = "full", ()
    _tally(lane, in_service, days)
    return days


def _days(edges: Sequence[datetime]) -> Iterator[Interval]:
    return zip(edges, edges[1:], strict=False)


def _pieces(holes: Sequence[Hole], window: Window) -> Iterator[Window]:
    """What the holes leave of a window; no booking goes on into the next hole."""
    whole = [(window.starts, window.ends)]
    for starts, ends in subtract(whole, [(hole.starts, hole.ends) for hole in holes]):
        latest = min([window.latest, *(hole.starts for hole in holes if hole.starts >= ends)])
        yield Window(window.day, starts, ends, latest)


def _tell_holes(holes: Sequence[Hole], open_time: Sequence[Window], days: Sequence[Day]) -> None:
    for window in open_time:
        for hole in holes:
            if hole.starts < window.ends and window.starts < hole.ends:
                days[window.day].kind, days[window.day].reasons = hole.kind, (hole.reason,)
                break


def _tally(lane: Lane, in_service: Iterable[Window], days: Sequence[Day]) -> None:
    """Walk the gaps between the claims, once."""
    claims, verdict, buffer = lane.claims, lane.verdict, lane.buffer
    place, count = 0, len(claims)
    for window in in_service:
        at, ends, latest = window.starts, window.ends, window.latest
        free = NOTHING
        against: tuple[Reason, ...] = ()
        while place < count and claims[place][1] <= at:
            place += 1
        for starts, until in islice(claims, place, None):
            if starts >= ends:
                latest = min(latest, starts - buffer)
                break
            if at < starts:
                first, reasons = verdict(at, starts, starts - buffer)
                if first is not None:
                    free += starts - first.starts
                against = against or reasons
            at = until
            if at >= ends:
                break
        if at < ends:
            first, reasons = verdict(at, ends, latest)
            if first is not None:
                free += ends - first.starts
            against = against or reasons
        _add(days[window.day], free, against)


def _add(day: Day, free: timedelta, against: tuple[Reason, ...]) -> None:
    if free:
        day.kind, day.reasons = "free", ()
        day.free += free
    elif against and not day.free:
        day.kind, day.reasons = "gap-no", day.reasons or against
