"""Outside calendars as busy times: what RFC 5545 says, and what strangers make of it."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars.busy.confined import read_confined
from calendars.busy.reading import AHEAD, MOST_BYTES, Unreadable, read
from tests.people import NOW

BERLIN = ZoneInfo("Europe/Berlin")
# A school's own clock, as its program wrote it: an hour ahead of UTC all year.
CLOCK = """BEGIN:VTIMEZONE
TZID:School Clock
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def a_calendar(*events: str, head: str = "") -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\nUID:{number}\n{event.strip()}\nEND:VEVENT\n"
        if "UID:" not in event
        else f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{body}END:VCALENDAR\n".encode()


def busy(*events: str, head: str = "") -> list[str]:
    """What is busy, as “2026-11-25 10:00–11:00” in UTC."""
    found = read(a_calendar(*events, head=head), zone=BERLIN, name="School", now=NOW)
    return [f"{starts:%Y-%m-%d %H:%M}–{ends:%H:%M}" for starts, ends, _why in found]


def why(event: str) -> str:
    [(_starts, _ends, told)] = read(a_calendar(event), zone=BERLIN, name="School", now=NOW)
    return told


def refused(body: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(body, zone=BERLIN, name="School", now=NOW)
    return caught.value.code


LONG = "DTSTART:19700101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=99999"
WEDNESDAY = "DTSTART:20261125T100000Z\nDTEND:20261125T110000Z\n"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (WEDNESDAY, ["2026-11-25 10:00–11:00"]),
        ("DTSTART:20261125T100000Z\nDURATION:PT90M", ["2026-11-25 10:00–11:30"]),
        ("DTSTART;TZID=Europe/Berlin:20261125T100000\nDURATION:PT1H", ["2026-11-25 09:00–10:00"]),
        # without a zone, or with one nobody knows: the clock of the space
        ("DTSTART:20261125T100000\nDURATION:PT1H", ["2026-11-25 09:00–10:00"]),
        ("DTSTART;TZID=No/Where:20261125T100000\nDURATION:PT1H", ["2026-11-25 09:00–10:00"]),
        # days are the space's days
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261225", ["2026-12-23 23:00–23:00"]),
        ("DTSTART;VALUE=DATE:20261224", ["2026-12-23 23:00–23:00"]),
        # what takes no time, or is over, or is far away
        ("DTSTART:20261125T100000Z", []),
        ("DTSTART:20261124T100000Z\nDURATION:PT1H", []),
        ("DTSTART:20280101T100000Z\nDURATION:PT1H", []),
        # what goes on now began before
        ("DTSTART:20261124T100000Z\nDURATION:PT9H", ["2026-11-24 10:00–19:00"]),
        (f"{WEDNESDAY}TRANSP:TRANSPARENT", []),
        (f"{WEDNESDAY}STATUS:CANCELLED", []),
        (f"{WEDNESDAY}TRANSP:OPAQUE\nSTATUS:TENTATIVE", ["2026-11-25 10:00–11:00"]),
        ("DTSTART:99991231T100000Z\nDURATION:P9999D\nRRULE:FREQ=DAILY", []),
    ],
)
def test_one_event(event: str, expected: list[str]) -> None:
    assert busy(event) == expected


def test_a_zone_that_the_calendar_defines_itself() -> None:
    event = 'DTSTART;TZID="School Clock":20270705T100000\nDURATION:PT1H'
    assert busy(event, head=CLOCK) == []  # beyond 26 weeks
    event = 'DTSTART;TZID="School Clock":20270505T100000\nDURATION:PT1H'
    assert busy(event, head=CLOCK) == ["2027-05-05 09:00–10:00"]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", [25, 26, 27]),
        ("FREQ=DAILY;INTERVAL=2;UNTIL=20261129T110000Z", [25, 27, 29]),
        ("FREQ=DAILY;UNTIL=20261127", [25, 26, 27]),
        ("FREQ=WEEKLY;BYDAY=WE,FR;UNTIL=20261130T000000Z", [25, 27]),
    ],
)
def test_repetition(rule: str, days: list[int]) -> None:
    assert busy(f"{WEDNESDAY}RRULE:{rule}") == [f"2026-11-{day} 10:00–11:00" for day in days]


def test_it_repeats_by_the_wall_clock_of_its_zone() -> None:
    event = "DTSTART;TZID=Europe/Berlin:20270326T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4"
    assert busy(event) == [
        "2027-03-26 09:00–10:00",
        "2027-03-27 09:00–10:00",
        "2027-03-28 08:00–09:00",  # the clocks went forward that night
        "2027-03-29 08:00–09:00",
    ]


def test_a_day_has_as_many_hours_as_it_has() -> None:
    event = "DTSTART;VALUE=DATE:20270328\nDURATION:P1D"
    assert busy(event) == ["2027-03-27 23:00–22:00"]


def test_what_began_years_ago_is_found_as_if_it_were_new() -> None:
    first = datetime(2010, 12, 1, 10, tzinfo=UTC)
    found = busy("DTSTART:20101201T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=2")
    counted = [first + number * timedelta(weeks=2) for number in range(1000)]
    ahead = [at for at in counted if NOW < at < NOW + AHEAD]
    assert found == [f"{at:%Y-%m-%d} 10:00–11:00" for at in ahead]
    assert len(found) == 13


def test_days_that_are_left_out_and_days_that_are_added() -> None:
    event = f"""{WEDNESDAY}RRULE:FREQ=DAILY;COUNT=4
EXDATE:20261126T100000Z
EXDATE;VALUE=DATE:20261127
RDATE:20261201T120000Z,20261202T120000Z"""
    assert busy(event) == [
        "2026-11-25 10:00–11:00",
        "2026-11-28 10:00–11:00",
        "2026-12-01 12:00–13:00",
        "2026-12-02 12:00–13:00",
    ]


def test_one_occurrence_is_moved_and_another_cancelled() -> None:
    series = f"UID:lesson\n{WEDNESDAY}RRULE:FREQ=DAILY;COUNT=3"
    moved = """UID:lesson
RECURRENCE-ID;TZID=Europe/Berlin:20261126T110000
DTSTART:20261126T150000Z
DTEND:20261126T160000Z"""
    cancelled = "UID:lesson\nRECURRENCE-ID:20261127T100000Z\nSTATUS:CANCELLED\n" + WEDNESDAY
    assert busy(series, moved, cancelled) == ["2026-11-25 10:00–11:00", "2026-11-26 15:00–16:00"]


def test_why_is_its_title_unless_it_is_private() -> None:
    assert why(f"{WEDNESDAY}SUMMARY:Maths\\, 7b") == "Maths, 7b"
    assert why(f"{WEDNESDAY}SUMMARY:Dentist\nCLASS:PRIVATE") == "School"
    assert why(WEDNESDAY) == "School"
    assert len(why(f"{WEDNESDAY}SUMMARY:{'x' * 500}")) == 120


# --- what strangers make of it -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-a-calendar"),
        (b"<html><body>Sign in</body></html>", "not-a-calendar"),
        (b"BEGIN:VCALENDAR\nfoo\nbar", "broken-lines"),
        (b"BEGIN:VCALENDAR\nX:\0\nEND:VCALENDAR", "not-text"),
        (b"BEGIN:VCALENDAR\n" + b"X" * MOST_BYTES, "too-large"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 30_000, "too-many-events"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 10_000, "too-deep"),
        (a_calendar("DTSTART:tomorrow\nDURATION:PT1H"), "broken-event"),
        (a_calendar(f"{WEDNESDAY}RRULE:FREQ=SOMETIMES"), "broken-event"),
        (a_calendar(f"{WEDNESDAY}RRULE:FREQ=SECONDLY"), "repeats-too-often"),
        (a_calendar(f"{WEDNESDAY}RRULE:FREQ=HOURLY;COUNT=9"), "repeats-too-often"),
        (a_calendar(*[f"{WEDNESDAY}RRULE:FREQ=DAILY;BYSECOND=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6,7"]),
         "too-many-times"),
        (a_calendar(*[LONG] * 11), "repeats-too-often"),
    ],
)  # fmt: skip
def test_hostile_calendars_are_refused_with_a_reason(body: bytes, code: str) -> None:
    begun = time.process_time()
    assert refused(body) == code
    assert time.process_time() - begun < 10


def test_years_nobody_reckons_with_do_no_harm() -> None:
    assert busy("DTSTART:00010101T000000Z\nDTEND:99991231T235959Z") == []
    assert busy("DTSTART:20261125T100000Z\nDTEND:99991231T235959Z") == ["2026-11-25 10:00–00:00"]


def test_a_rule_that_matches_nothing_ends_with_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calendars.busy.confined.WALL_SECONDS", 3)
    never = f"{WEDNESDAY}RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
    begun = time.perf_counter()
    with pytest.raises(Unreadable, match="takes-too-long"):
        read_confined(a_calendar(*[never] * 500), zone="UTC", name="School", now=NOW)
    assert time.perf_counter() - begun < 60


def test_the_process_answers_as_the_reader_does() -> None:
    body = a_calendar(f"{WEDNESDAY}SUMMARY:Mathématiques")
    found = read_confined(body, zone="Europe/Berlin", name="School", now=NOW)
    assert found == read(body, zone=BERLIN, name="School", now=NOW)
    assert found[0][0] == datetime(2026, 11, 25, 10, tzinfo=UTC)
    with pytest.raises(Unreadable, match="not-a-calendar"):
        read_confined(b"nothing", zone="UTC", name="School", now=NOW)
