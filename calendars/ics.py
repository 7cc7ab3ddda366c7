"""Entries as iCalendar objects (RFC 5545, 5546, 7986), whoever reads them and however. PURE.

Every entry is a VEVENT of its own, in UTC or of whole days: no VTIMEZONE and no RRULE, which
clients read in different ways. A feed has no METHOD, so that DTSTAMP says when an entry was last
revised (RFC 5545 section 3.8.7.2) and the same entries give the same octets.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calendars.lines import component, duration, line, quoted, text, tidy, when

RENDERER = 3  # count it up with every change of what is written, and caches start anew
REFRESH = timedelta(minutes=30)
CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a calendar, in the words of its reader. `sequence` grows with every change.

    `starts` and `ends` are both instants or both days, the last one excluded.
    """

    uid: str  # RFC 7986 section 5.3: a UUID, without a host that may change
    sequence: int
    starts: datetime | date
    ends: datetime | date
    updated_at: datetime
    status: str  # CONFIRMED, TENTATIVE or CANCELLED
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    created_at: datetime | None = None
    is_busy: bool = True  # whether it takes up its reader's time
    related: tuple[str, ...] = ()  # of its series, and of what was booked together


@dataclass(frozen=True, slots=True)
class Person:
    """A party to an invitation."""

    name: str
    address: str


def calendar(name: str, source: str, events: Iterable[bytes]) -> bytes:
    """A whole feed; `source` is where it is fetched from."""
    return b"".join(
        [
            b"BEGIN:VCALENDAR\r\n",
            *_preamble(),
            line("NAME", text(name)),
            line("X-WR-CALNAME", text(name)),
            line("REFRESH-INTERVAL", duration(REFRESH), {"VALUE": "DURATION"}),
            line("X-PUBLISHED-TTL", duration(REFRESH)),
            line("SOURCE", source, {"VALUE": "URI"}),
            *events,
            b"END:VCALENDAR\r\n",
        ]
    )


def event(entry: Entry, alarm_minutes: int | None = None) -> bytes:
    """One VEVENT of a feed, with an alarm so many minutes before where it takes place."""
    return component("VEVENT", [*_properties(entry), *_alarm(entry, alarm_minutes)])


def invitation(entry: Entry, by: Person, to: Person, alarm_minutes: int | None = None) -> bytes:
    """REQUEST or, for a cancelled entry, CANCEL (RFC 5546 section 3.2.2 and 3.2.5).

    Who booked has accepted, and is asked for no answer.
    """
    method = "CANCEL" if entry.status == "CANCELLED" else "REQUEST"
    accepted = {"CN": quoted(to.name), "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    parties = [
        line("ORGANIZER", f"mailto:{tidy(by.address)}", {"CN": quoted(by.name)}),
        line("ATTENDEE", f"mailto:{tidy(to.address)}", accepted),
    ]
    body = component("VEVENT", [*_properties(entry), *parties, *_alarm(entry, alarm_minutes)])
    return component("VCALENDAR", [*_preamble(), line("METHOD", method), body])


def _preamble() -> Iterator[bytes]:
    yield line("VERSION", "2.0")
    yield line("PRODID", "-//Benchkey//Bookings//EN")


def _properties(entry: Entry) -> Iterator[bytes]:
    is_cancelled = entry.status == "CANCELLED"
    of_days = {} if isinstance(entry.starts, datetime) else {"VALUE": "DATE"}
    yield line("UID", entry.uid)
    yield line("DTSTAMP", when(entry.updated_at))
    yield line("DTSTART", when(entry.starts), of_days)
    if when(entry.ends) > when(entry.starts):  # less than a second is no DTEND, section 3.8.2.2
        yield line("DTEND", when(entry.ends), of_days)
    if entry.created_at:
        yield line("CREATED", when(entry.created_at))
    yield line("LAST-MODIFIED", when(entry.updated_at))
    yield line("SEQUENCE", str(entry.sequence))
    yield line("STATUS", entry.status)
    yield line("TRANSP", "OPAQUE" if entry.is_busy and not is_cancelled else "TRANSPARENT")
    yield line("SUMMARY", text(entry.summary))
    for name, words in (("LOCATION", entry.location), ("DESCRIPTION", entry.description)):
        if words:
            yield line(name, text(words))
    if entry.url:
        yield line("URL", entry.url)
    for uid in entry.related:
        yield line("RELATED-TO", uid, {"RELTYPE": "SIBLING"})


def _alarm(entry: Entry, minutes: int | None) -> Iterator[bytes]:
    """Section 3.6.6; none for what is cancelled."""
    if minutes is None or entry.status == "CANCELLED":
        return
    yield component(
        "VALARM",
        [
            line("ACTION", "DISPLAY"),
            line("TRIGGER", duration(-timedelta(minutes=minutes))),
            line("DESCRIPTION", text(entry.summary)),
        ],
    )
