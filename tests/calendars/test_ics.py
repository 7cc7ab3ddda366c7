"""The file says what the bookings say, to a parser that is not ours, whatever a name holds."""

from dataclasses import replace
from datetime import timedelta

import icalendar
from hypothesis import example, given
from hypothesis import strategies as st

from calendars import ics
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
)
ANY_TEXT = st.text(max_size=120)


def parsed(*entries, name="Bookings"):
    return icalendar.Calendar.from_ical(ics.calendar(name, entries))


def test_an_event_in_utc_with_all_that_clients_need():
    (event,) = parsed(ENTRY).walk("VEVENT")
    assert event.start == NOW and event.end == NOW + timedelta(minutes=90)
    assert event["uid"] == ENTRY.uid and event["sequence"] == 2
    assert event["dtstamp"].dt == event["last-modified"].dt == ENTRY.updated_at
    assert event["url"] == ENTRY.url and event["status"] == "CONFIRMED"
    raw = ics.calendar("Bookings", [ENTRY])
    assert b"DTSTART:20261124T123000Z\r\n" in raw and b"VTIMEZONE" not in raw


def test_apps_are_told_the_name_and_how_often_to_look():
    raw = ics.calendar("Bench bookings of Alice", [])
    for line in (
        b"NAME:Bench bookings of Alice",
        b"X-WR-CALNAME:Bench bookings of Alice",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT30M",
        b"X-PUBLISHED-TTL:PT30M",
    ):
        assert line + b"\r\n" in raw


def test_no_line_is_longer_than_75_octets():
    long = replace(ENTRY, description="Grüße aus der Werkstatt, " * 20)
    assert max(map(len, ics.calendar("Bookings", [long]).split(b"\r\n"))) <= 75


def test_a_cancelled_event_keeps_nobody_busy():
    (event,) = parsed(replace(ENTRY, status="CANCELLED")).walk("VEVENT")
    assert event["transp"] == "TRANSPARENT"


def test_the_same_entries_give_the_same_bytes():
    assert ics.calendar("x", [ENTRY]) == ics.calendar("x", [replace(ENTRY)])


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
@example("a\r\nBEGIN:VEVENT", "END:VEVENT\n", "\\n\\,;:\"'", "\u2028\x85\x0b\x00")
def test_no_name_breaks_the_file(name, summary, location, description):
    entry = replace(ENTRY, summary=summary, location=location, description=description)
    calendar = parsed(entry, ENTRY, name=name)
    hostile, sound = calendar.walk("VEVENT")
    assert calendar["x-wr-calname"] == ics.line(name)
    assert hostile["summary"] == ics.line(summary)
    assert hostile.get("location", "") == ics.line(location)
    assert hostile.get("description", "") == ics.line(description)
    assert sound["summary"] == ENTRY.summary


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_what_is_harmless_stays_as_it_is(text):
    assert ics.line(text) == text
