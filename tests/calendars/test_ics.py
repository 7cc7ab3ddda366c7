"""The file says what the bookings say, by the RFC's own grammar, whatever a name holds."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendars import ics
from calendars.lines import TURNS, fold, line, quoted, text, tidy
from tests.calendars.cardinalities import flaws
from tests.people import NOW

ENTRY = ics.Entry(
    uid="6f1c2f0e-8f0e-4c64-9b5c-3d1c1f4b8c11",
    sequence=2,
    starts=NOW,
    ends=NOW + timedelta(minutes=90),
    created_at=NOW - timedelta(days=2),
    updated_at=NOW - timedelta(days=1),
    status="CONFIRMED",
    summary="CNC router",
    location="Hall 2, Northside workshop",
    description="Hold your badge to the reader.",
    url="https://make.example.org/bookings/6f1c2f0e-8f0e-4c64-9b5c-3d1c1f4b8c11/",
    related=("0c7d3f8e-2a55-4d0c-9d5e-8b1a4f3e2d10",),
)
DAY = replace(ENTRY, starts=date(2026, 12, 24), ends=date(2026, 12, 25), is_busy=False)
SOURCE = "https://make.example.org/feeds/abc.ics"
HOUSE = ics.Person("Make, Inc.", "bench@example.org")
ALICE = ics.Person('Alice "Al" Meyer', "alice@example.org")

HOSTILE = [
    "a\r\nBEGIN:VEVENT",
    "END:VEVENT\nEND:VCALENDAR",
    "\\n\\,;:\"'",
    "\u2028\x85\x0b\x00\x1b[31m",
    "\u202eevil\u2066",
    "👩‍🔧🏳️‍🌈" * 40,
    "ß" * 1024,
    " \t ",
    "עברית ‏العربية",
    "=?utf-8?q?a?= ;VALUE=DATE:20260101",
]
ANY_TEXT = st.one_of(st.text(max_size=120), st.sampled_from(HOSTILE))


def written(*entries, name="Bookings", alarm=None):
    return ics.calendar(name, SOURCE, [ics.event(entry, alarm) for entry in entries])


def parsed(*entries, **how):
    return icalendar.Calendar.from_ical(written(*entries, **how))


def test_an_event_in_utc_with_all_that_clients_need():
    (event,) = parsed(ENTRY).walk("VEVENT")
    assert event.start == NOW and event.end == NOW + timedelta(minutes=90)
    assert event["uid"] == ENTRY.uid and event["sequence"] == 2
    assert event["dtstamp"].dt == event["last-modified"].dt == ENTRY.updated_at
    assert event["url"] == ENTRY.url and event["status"] == "CONFIRMED"
    raw = written(ENTRY)
    assert b"DTSTART:20261124T123000Z\r\n" in raw
    assert b"VTIMEZONE" not in raw and b"RRULE" not in raw


def test_a_whole_day_has_no_clock():
    (event,) = parsed(DAY).walk("VEVENT")
    assert (event.start, event.end) == (date(2026, 12, 24), date(2026, 12, 25))
    assert event["transp"] == "TRANSPARENT"


def test_apps_are_told_the_name_and_how_often_to_look():
    raw = written(name="Bench bookings of Alice")
    for told in (
        b"NAME:Bench bookings of Alice",
        b"X-WR-CALNAME:Bench bookings of Alice",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT30M",
        b"X-PUBLISHED-TTL:PT30M",
        b"SOURCE;VALUE=URI:" + SOURCE.encode(),
    ):
        assert told + b"\r\n" in raw


def test_a_cancelled_event_keeps_nobody_busy():
    (event,) = parsed(replace(ENTRY, status="CANCELLED")).walk("VEVENT")
    assert event["transp"] == "TRANSPARENT"


def test_less_than_a_second_is_told_without_an_end():
    raw = written(replace(ENTRY, ends=NOW + timedelta(milliseconds=300)))
    assert b"DTEND" not in raw and not flaws(raw)


def test_the_same_entries_give_the_same_octets():
    assert written(ENTRY) == written(replace(ENTRY))


def test_what_is_written_is_counted():
    """These octets are kept by the apps: who changes them counts up RENDERER, too."""
    raw = written(ENTRY, DAY, alarm=10) + ics.invitation(ENTRY, HOUSE, ALICE)
    assert (ics.RENDERER, hashlib.sha256(raw).hexdigest()[:12]) == (3, "db2bb7b6d7b7")


@pytest.mark.parametrize(("status", "method"), [("CONFIRMED", "REQUEST"), ("CANCELLED", "CANCEL")])
def test_an_invitation_is_accepted_already(status, method):
    raw = ics.invitation(replace(ENTRY, status=status), HOUSE, ALICE, alarm_minutes=10)
    calendar = icalendar.Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    assert calendar["method"] == method and event["sequence"] == 2 and not flaws(raw)
    assert event["organizer"] == "mailto:bench@example.org"
    assert event["organizer"].params["cn"] == "Make, Inc."
    assert event["attendee"] == "mailto:alice@example.org"
    given = event["attendee"].params
    assert (given["partstat"], given["rsvp"]) == ("ACCEPTED", "FALSE")
    assert given["cn"] == "Alice 'Al' Meyer"


# --- whatever a name holds -----------------------------------------------------------------------


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.none() | st.integers(0, 10**6))
@example("a\r\nBEGIN:VEVENT", "END:VEVENT\n", "\\n\\,;:\"'", "\u2028\x85\x0b\x00", 5)
def test_no_name_breaks_the_file(name, summary, location, description, alarm):
    entry = replace(ENTRY, summary=summary, location=location, description=description)
    raw = written(entry, DAY, ENTRY, name=name, alarm=alarm)
    assert not flaws(raw)
    calendar = icalendar.Calendar.from_ical(raw)
    hostile, _day, sound = calendar.walk("VEVENT")
    assert calendar["name"] == text(name)  # icalendar does not know it yet
    assert hostile["summary"] == tidy(summary)
    assert hostile.get("location", "") == tidy(location)
    assert hostile.get("description", "") == tidy(description)
    assert sound["summary"] == ENTRY.summary


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_name_breaks_an_invitation(summary, house, member):
    raw = ics.invitation(
        replace(ENTRY, summary=summary),
        replace(HOUSE, name=house),
        replace(ALICE, name=member),
    )
    assert not flaws(raw)
    (event,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert event["attendee"] == "mailto:alice@example.org"
    assert event["summary"] == tidy(summary)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_what_is_harmless_stays_as_it_is(words):
    assert tidy(words) == words


@settings(deadline=None)
@given(st.text())
def test_nothing_that_turns_or_breaks_a_line_is_left(words):
    assert not set(tidy(words)) & (TURNS | set("\r\n\0\u2028\u2029"))
    assert "\\" not in text(words).replace("\\\\", "").replace("\\;", "").replace("\\,", "")
    assert '"' not in quoted(words)[1:-1]


@settings(deadline=None)
@given(st.text(max_size=400))
def test_folding_is_undone_by_unfolding(words):
    octets = words.encode()
    folded = fold(octets)
    assert folded.replace(b"\r\n ", b"") == octets + b"\r\n"
    assert all(len(each) <= 75 for each in folded.split(b"\r\n"))
    for each in folded.split(b"\r\n"):
        each.decode()


# --- the checker itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "instead", "flaw"),
    [
        (b"UID:6f1c2f0e-8f0e-4c64-9b5c-3d1c1f4b8c11\r\n", b"", "VEVENT has UID 0 times"),
        (b"SEQUENCE:2\r\n", b"SEQUENCE:2\r\nSEQUENCE:3\r\n", "VEVENT has SEQUENCE 2 times"),
        (b"VERSION:2.0\r\n", b"VERSION:2.1\r\n", "VERSION:'2.1'"),
        (b"SUMMARY:CNC router", b"SUMMARY:CNC; router", "SUMMARY:'CNC; router'"),
        (b"STATUS:CONFIRMED", b"STATUS:DONE", "STATUS:'DONE'"),
        (b"END:VEVENT\r\n", b"", "unbalanced components"),
        (b"\r\nSEQUENCE", b"\nSEQUENCE", "a bare CR or LF"),
        (b"DTEND:20261124T140000Z", b"DTEND:20261124T110000Z", "DTEND 20261124T110000Z is not"),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 80, "a line of 98 octets"),
        (b"SUMMARY:", b"NONSENSE:1\r\nSUMMARY:", "VEVENT has NONSENSE"),
    ],
)
def test_a_flaw_is_found(found, instead, flaw):
    raw = written(ENTRY)
    assert not flaws(raw) and found in raw
    assert any(each.startswith(flaw) for each in flaws(raw.replace(found, instead, 1)))


def test_a_character_cut_in_two_is_found():
    whole = line("SUMMARY", "ß" * 60)
    assert "a fold in the middle of a character" in flaws(whole.replace(b"\r\n ", b"\xc3\r\n \x9f"))
