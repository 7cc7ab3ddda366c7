"""Opening hours as UTC intervals, and local times as instants, where clocks misbehave."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.hours import Hours, Opening, Shut, open_intervals
from bookings.rules.local import Instant, align, align_to, is_aligned, read_wall
from equipment.reason import Reason

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE, KATHMANDU = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def daily(opens: time, closes: time) -> Hours:
    return Hours(tuple(Opening(day, opens, closes) for day in range(7)))


WHOLE_DAY = daily(time(0), time(0))
OFFICE = daily(time(9), time(17))
NIGHT = daily(time(18), time(3))


def of_day(hours: Hours, zone: ZoneInfo, day: str) -> list[str]:
    """What is open of a local day, in UTC."""
    midnight = datetime.fromisoformat(day)
    starts, ends = (wall.replace(tzinfo=zone) for wall in (midnight, midnight + DAY))
    found = open_intervals(hours, zone, starts.astimezone(UTC), ends.astimezone(UTC))
    return [f"{a:%H:%M}-{b:%H:%M}" for a, b in found]


@pytest.mark.parametrize(
    ("hours", "zone", "day", "expected"),
    [
        (OFFICE, BERLIN, "2026-11-24", ["08:00-16:00"]),
        (OFFICE, BERLIN, "2026-07-24", ["07:00-15:00"]),
        (OFFICE, NEW_YORK, "2026-11-24", ["14:00-22:00"]),
        (OFFICE, KATHMANDU, "2026-11-24", ["03:15-11:15"]),
        (OFFICE, LORD_HOWE, "2026-11-24", ["22:00-06:00"]),  # +11:00
        (OFFICE, LORD_HOWE, "2026-07-24", ["22:30-06:30"]),  # +10:30
        (NIGHT, BERLIN, "2026-11-24", ["23:00-02:00", "17:00-23:00"]),
        (NIGHT, BERLIN, "2027-03-28", ["23:00-01:00", "16:00-22:00"]),  # closed at 3: 2 h less 1
        (NIGHT, BERLIN, "2026-10-25", ["22:00-02:00", "17:00-23:00"]),  # the hour comes twice
        (WHOLE_DAY, BERLIN, "2026-11-24", ["23:00-23:00"]),
        (Hours(), BERLIN, "2026-11-24", ["23:00-23:00"]),
    ],
)
def test_hours_follow_the_wall_clock(
    hours: Hours, zone: ZoneInfo, day: str, expected: list[str]
) -> None:
    assert of_day(hours, zone, day) == expected


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        (BERLIN, "2026-03-29", 23),
        (BERLIN, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (LORD_HOWE, "2026-10-04", 23.5),
        (LORD_HOWE, "2026-04-05", 24.5),
        (KATHMANDU, "2026-03-29", 24),
    ],
)
def test_a_whole_day_is_as_long_as_the_day(zone: ZoneInfo, day: str, length: float) -> None:
    midnight = datetime.fromisoformat(day)
    starts, ends = (wall.replace(tzinfo=zone) for wall in (midnight, midnight + DAY))
    ((a, b),) = open_intervals(WHOLE_DAY, zone, starts.astimezone(UTC), ends.astimezone(UTC))
    assert (b - a) == length * HOUR


def test_a_week_round_the_clock_is_one_stretch() -> None:
    starts = datetime(2026, 10, 19, tzinfo=UTC)
    assert open_intervals(WHOLE_DAY, BERLIN, starts, starts + 14 * DAY) == [
        (starts, starts + 14 * DAY)
    ]


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        (time(2, 30), "01:30"),  # shown twice: the second time it closes
        (time(1, 30), "23:30"),
        (time(3), "02:00"),
    ],
)
def test_closing_in_a_repeated_hour_is_the_later(closes: time, expected: str) -> None:
    hours = daily(time(18), closes)
    assert of_day(hours, BERLIN, "2026-10-25")[0] == f"22:00-{expected}"


def test_opening_in_a_skipped_hour_is_when_the_clock_has_moved_on() -> None:
    """02:30 does not exist; half an hour after 02:00 the clock shows 03:30."""
    assert of_day(daily(time(2, 30), time(5)), BERLIN, "2026-03-29") == ["01:30-03:00"]


def test_two_stretches_a_day_and_a_closure_between() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    hours = Hours(
        (Opening(1, time(9), time(12)), Opening(1, time(13), time(17))),
        (Shut(noon + HOUR, noon + 2 * HOUR, "fire drill"),),
    )
    assert of_day(hours, BERLIN, "2026-11-24") == ["08:00-11:00", "12:00-13:00", "14:00-16:00"]
    assert of_day(hours, BERLIN, "2026-11-25") == []


FIRST, LAST = map(datetime.fromisoformat, ("2026-01-01", "2027-12-31"))
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
zones = st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, KATHMANDU])
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    starts=instants,
    days=st.integers(1, 9),
    zone=zones,
    openings=st.lists(st.builds(Opening, st.integers(0, 6), clocks, clocks), max_size=6),
    closures=st.lists(
        st.tuples(instants, st.integers(1, 10**5)).map(
            lambda shut: Shut(shut[0], shut[0] + shut[1] * MINUTE)
        ),
        max_size=3,
    ),
)
def test_open_stretches_are_sorted_apart_and_within(
    starts: datetime, days: int, zone: ZoneInfo, openings: list[Opening], closures: list[Shut]
) -> None:
    ends = starts + days * DAY
    hours = Hours(tuple(openings), tuple(closures))
    found = open_intervals(hours, zone, starts, ends)
    edges = [edge for stretch in found for edge in stretch]
    assert edges == sorted(set(edges))
    assert all(starts <= a < b <= ends for a, b in found)
    for shut in closures:
        assert all(b <= shut.starts or a >= shut.ends for a, b in found)


# --- what was typed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "wall", "at", "twice"),
    [
        (BERLIN, "2026-11-24T14:00", "2026-11-24T13:00", False),
        (BERLIN, "2026-10-25T02:30", "2026-10-25T00:30", True),
        (NEW_YORK, "2026-11-01T01:00", "2026-11-01T05:00", True),
        (LORD_HOWE, "2026-04-05T01:45", "2026-04-04T14:45", True),
        (KATHMANDU, "2026-11-24T14:00", "2026-11-24T08:15", False),
    ],
)
def test_a_local_time_is_the_first_instant_that_shows_it(
    zone: ZoneInfo, wall: str, at: str, twice: bool
) -> None:
    read = read_wall(datetime.fromisoformat(wall), zone)
    assert read == Instant(datetime.fromisoformat(at).replace(tzinfo=UTC), twice)


@pytest.mark.parametrize(
    ("zone", "wall", "instead"),
    [
        (BERLIN, "2026-03-29T02:30", "03:30"),
        (NEW_YORK, "2026-03-08T02:00", "03:00"),
        (LORD_HOWE, "2026-10-04T02:15", "02:45"),
    ],
)
def test_a_time_the_clocks_skip_is_refused(zone: ZoneInfo, wall: str, instead: str) -> None:
    read = read_wall(datetime.fromisoformat(wall), zone)
    assert isinstance(read, Reason)
    assert read.params["instead"] == instead


@given(at=instants, zone=zones, minutes=st.sampled_from([1, 5, 15, 30, 60, 120, 420, 1440]))
def test_an_aligned_start_is_never_before_and_soon_after(
    at: datetime, zone: ZoneInfo, minutes: int
) -> None:
    step = minutes * MINUTE
    aligned = align(at, step, zone)
    assert is_aligned(aligned, step, zone)
    assert at <= aligned <= at + step + HOUR  # an hour given back lies between


@pytest.mark.parametrize(
    ("zone", "at", "minutes", "aligned"),
    [
        (LORD_HOWE, "2026-10-03T15:10", 60, "2026-10-03T16:00"),  # 01:40; 02:00 is skipped: 03:00
        (LORD_HOWE, "2026-10-03T15:10", 30, "2026-10-03T15:30"),  # 02:30, half an hour later
        (LORD_HOWE, "2026-04-04T14:40", 60, "2026-04-04T15:30"),  # 01:40, for the first time
        (LORD_HOWE, "2026-04-04T15:10", 60, "2026-04-04T15:30"),  # and for the second
        (BERLIN, "2026-03-29T00:10", 120, "2026-03-29T02:00"),  # 01:10; 02:00 is skipped: 04:00
        (BERLIN, "2026-10-25T00:10", 60, "2026-10-25T01:00"),  # the second 02:00
        (NEW_YORK, "2026-11-24T04:10", 420, "2026-11-24T05:00"),  # each day begins anew
        (KATHMANDU, "2026-11-24T08:20", 60, "2026-11-24T09:15"),
    ],
)
def test_the_next_start_is_one_the_clock_shows(
    zone: ZoneInfo, at: str, minutes: int, aligned: str
) -> None:
    asked = datetime.fromisoformat(f"{at}Z")
    assert align(asked, minutes * MINUTE, zone) == datetime.fromisoformat(f"{aligned}Z")


@pytest.mark.parametrize(
    ("zone", "at", "times", "expected"),
    [
        (BERLIN, "2026-11-24T09:00", (time(10), time(14)), "2026-11-24T09:00"),
        (BERLIN, "2026-11-24T09:01", (time(10), time(14)), "2026-11-24T13:00"),
        (BERLIN, "2026-11-24T13:01", (time(10), time(14)), "2026-11-25T09:00"),
        (BERLIN, "2026-03-28T12:00", (time(2, 30),), "2026-03-30T00:30"),  # skipped on the 29th
        (BERLIN, "2026-10-25T00:40", (time(2, 30),), "2026-10-25T01:30"),  # shown twice
        (NEW_YORK, "2026-03-08T06:00", (time(10),), "2026-03-08T14:00"),
        (LORD_HOWE, "2026-10-03T15:00", (time(2, 15), time(10)), "2026-10-03T23:00"),
        (KATHMANDU, "2026-11-24T04:16", (time(10),), "2026-11-25T04:15"),
    ],
)
def test_start_times_are_those_of_the_wall_clock(
    zone: ZoneInfo, at: str, times: tuple[time, ...], expected: str
) -> None:
    asked = datetime.fromisoformat(f"{at}Z")
    assert align_to(asked, times, zone) == datetime.fromisoformat(f"{expected}Z")
