"""An outside calendar's bytes as busy stretches (RFC 5545); knows no database and no network.

What is handed in is a stranger's: it is bounded before it is parsed, and refused with a code of
calendars.busy.words. calendars.busy.confined runs it in a process with little time and memory,
for a rule that matches nothing is searched for until the year 9999.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar
from icalendar.prop import vRecur

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 5_000
MOST_STRETCHES = 5_000
MOST_STEPS = 100_000  # repetitions that are looked at, in all
DEEPEST = 4  # VCALENDAR, VEVENT, VALARM, and one to spare
AHEAD = timedelta(weeks=26)
FASTEST = ("SECONDLY", "MINUTELY", "HOURLY")  # no room is busy by the hour
FIRST, LAST = 1970, 2199  # years; beyond them arithmetic fails somewhere
DAY = timedelta(days=1)
REASON = 120  # characters of a closure's reason

Event = Any  # to a type checker each property of one is a union of every kind there is
Busy = tuple[datetime, datetime, str]  # [starts, ends), UTC, and why
Moment = date | datetime


class Unreadable(Exception):
    """This is no calendar that can be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Window:
    """What is looked for, and how many steps are left to look."""

    starts: datetime
    zone: tzinfo  # for whole days, and for times that name no zone
    name: str  # why, where an event does not say or is private
    steps: int = MOST_STEPS
    found: set[Busy] = field(default_factory=set)

    @property
    def ends(self) -> datetime:
        return self.starts + AHEAD

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Unreadable("repeats-too-often")

    def shows(self, starts: datetime, ends: datetime) -> bool:
        return starts < ends and ends > self.starts and starts < self.ends

    def add(self, starts: datetime, ends: datetime, why: str) -> None:
        self.found.add((starts, ends, why))
        if len(self.found) > MOST_STRETCHES:
            raise Unreadable("too-many-times")


def read(body: bytes, *, zone: tzinfo, name: str, now: datetime) -> list[Busy]:
    """What is busy from `now` on for 26 weeks, sorted. Raises Unreadable."""
    check(body)
    window = Window(now, zone, name)
    for event, overridden in _with_overrides(_events(body)):
        try:
            _expand(event, overridden, window)
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
            raise Unreadable("broken-event") from error
    return sorted(window.found)


# --- before parsing ----------------------------------------------------------------------------


def check(body: bytes) -> None:
    """Raise Unreadable for what is too large, too deep, or no calendar at all."""
    if len(body) > MOST_BYTES:
        raise Unreadable("too-large")
    if b"\0" in body:
        raise Unreadable("not-text")
    depth = events = 0
    for line in body.splitlines():
        word = line[:14].strip().upper()
        depth += word.startswith(b"BEGIN:") - word.startswith(b"END:")
        events += word == b"BEGIN:VEVENT"
        if depth > DEEPEST:
            raise Unreadable("too-deep")
    if events > MOST_EVENTS:
        raise Unreadable("too-many-events")
    if b"BEGIN:VCALENDAR" not in body.upper():
        raise Unreadable("not-a-calendar")


def _events(body: bytes) -> list[Event]:
    text = body.decode("utf-8-sig", errors="replace")
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Unreadable("broken-lines") from error
    return [event for calendar in calendars for event in calendar.walk("VEVENT")]


# --- events ------------------------------------------------------------------------------------


def _with_overrides(events: Iterable[Event]) -> Iterator[tuple[Event, set[Moment]]]:
    """Every event, and, for one that repeats, which of its occurrences another speaks for."""
    overridden: dict[str, set[Moment]] = defaultdict(set)
    events = list(events)
    for event in events:
        if "RECURRENCE-ID" in event:
            overridden[str(event.get("UID", ""))].add(_moment(event["RECURRENCE-ID"].dt))
    for event in events:
        if "RECURRENCE-ID" in event:
            yield event, set()
        else:
            yield event, overridden[str(event.get("UID", ""))]


def _expand(event: Event, overridden: set[Moment], window: Window) -> None:
    """Add all of an event's occurrences that fall into the window."""
    if _is_free(event) or "DTSTART" not in event:
        return
    starts = event["DTSTART"].dt
    took, why = _length(event, starts), _why(event, window)
    gone = overridden | set(_days_and_times(event.get("EXDATE")))
    for at in _occurrences(event, starts, window):
        window.step()
        if FIRST <= at.year <= LAST:
            begins = _instant(at, window.zone)
            ends = _end(at, begins, took, window.zone)
            if window.shows(begins, ends) and gone.isdisjoint(_names_of(at, window.zone)):
                window.add(begins, ends, why)


def _is_free(event: Event) -> bool:
    """Nobody is busy with it (RFC 5545 sections 3.8.1.11 and 3.8.2.7)."""
    is_cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return is_cancelled or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"


def _why(event: Event, window: Window) -> str:
    """Its title, made one line; what is private is only the calendar's name."""
    is_open = str(event.get("CLASS", "PUBLIC")).upper() == "PUBLIC"
    title = " ".join(str(event.get("SUMMARY", "")).split()) if is_open else ""
    return (title or window.name)[:REASON]


def _length(event: Event, starts: Moment) -> timedelta:
    """Exact for times, in whole days for days; RFC 5545 section 3.6.1 where neither end is said."""
    if "DURATION" in event:
        took: timedelta = event["DURATION"].dt
    elif "DTEND" in event:
        ends = event["DTEND"].dt
        took = _wall_or_utc(ends) - _wall_or_utc(starts)
    else:
        took = timedelta(0) if isinstance(starts, datetime) else DAY
    longest = timedelta(days=366 * (LAST - FIRST))
    return max(timedelta(0), min(took, longest))


def _wall_or_utc(at: Moment) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _end(at: Moment, begins: datetime, took: timedelta, zone: tzinfo) -> datetime:
    """A day ends at midnight, however many hours it had; nothing ends after the last year."""
    latest = datetime(LAST, 12, 31, tzinfo=UTC)
    if begins > latest - took:
        return latest
    if isinstance(at, datetime):
        return begins + took
    return _instant(at + timedelta(days=-(-took // DAY)), zone)


def _instant(at: Moment, zone: tzinfo) -> datetime:
    """In UTC: days and floating times go by the clock of the space."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


# --- repetition --------------------------------------------------------------------------------


def _occurrences(event: Event, starts: Moment, window: Window) -> Iterator[Moment]:
    """The start, its repetitions up to the window's end, and the dates that were added."""
    yield from (each for each in _days_and_times(event.get("RDATE")) if each != starts)
    rules = event.get("RRULE", [])
    rules = rules if isinstance(rules, list) else [rules]
    if not rules:
        yield starts
    for rule in rules:
        yield from _repetitions(rule, starts, window)


def _repetitions(rule: Any, starts: Moment, window: Window) -> Iterator[Moment]:
    """By the wall clock of the event's own zone, as RFC 5545 section 3.3.10 has it."""
    given = {str(name).upper(): values for name, values in rule.items()}
    frequency = str(given["FREQ"][0]).upper()
    if frequency in FASTEST:
        raise Unreadable("repeats-too-often")
    zone = starts.tzinfo if isinstance(starts, datetime) else None
    first = starts.replace(tzinfo=None) if isinstance(starts, datetime) else _wall_or_utc(starts)
    until = _until(given.pop("UNTIL", None), zone)
    if "COUNT" not in given:
        first = _nearer(first, frequency, int(given.get("INTERVAL", [1])[0]), window)
    parts: str = vRecur(given).to_ical().decode()  # type: ignore[no-untyped-call]
    for wall in rrulestr(parts, dtstart=first, cache=False):
        if wall > min(until, window.ends.replace(tzinfo=None) + DAY):
            return
        yield wall.replace(tzinfo=zone) if isinstance(starts, datetime) else wall.date()


def _until(values: list[Moment] | None, zone: tzinfo | None) -> datetime:
    """The last wall-clock time that counts; a day counts to its end."""
    if not values:
        return datetime(LAST, 12, 31)  # noqa: DTZ001  by the wall clock
    last = values[0]
    if not isinstance(last, datetime):
        return datetime.combine(last, time.max)
    return last.astimezone(zone or UTC).replace(tzinfo=None) if last.tzinfo else last


def _nearer(first: datetime, frequency: str, interval: int, window: Window) -> datetime:
    """As `first`, so many whole intervals later that the years before need not be counted."""
    period = {"DAILY": DAY, "WEEKLY": 7 * DAY}.get(frequency)
    passed = window.starts.replace(tzinfo=None) - 60 * DAY - first
    if period is None or passed <= timedelta(0) or interval < 1:
        return first
    return first + passed // (interval * period) * (interval * period)


def _days_and_times(lists: Any) -> Iterator[Moment]:
    """Every moment of an EXDATE or RDATE, of which there may be none, one or several."""
    if lists is None:
        return
    for each in lists if isinstance(lists, list) else [lists]:
        for value in each.dts:
            at = value.dt[0] if isinstance(value.dt, tuple) else value.dt
            yield _moment(at)


def _moment(at: Moment) -> Moment:
    """With a zone as an instant, so that two writings of it are equal."""
    return at.astimezone(UTC) if isinstance(at, datetime) and at.tzinfo else at


def _names_of(at: Moment, zone: tzinfo) -> set[Moment]:
    """How an exception may name an occurrence: as instant, as floating time, or by its day."""
    if not isinstance(at, datetime):
        return {at}
    return {_moment(at), _instant(at, zone), at.replace(tzinfo=None), at.date()}
