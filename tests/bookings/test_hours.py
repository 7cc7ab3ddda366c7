"""Opening hours as UTC intervals, and local times as instants, where clocks misbehave."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.hours import Hours, Interval, Opening, Shut, open_intervals, subtract
from bookings.rules.local import Instant, align, is_aligned, read_wall
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


@given(at=instants, zone=zones, minutes=st.sampled_from([1, 5, 15, 30, 60, 120, 1440]))
def test_an_aligned_start_is_never_before_and_soon_after(
    at: datetime, zone: ZoneInfo, minutes: int
) -> None:
    aligned = align(at, minutes * MINUTE, zone)
    assert at <= aligned <= at + minutes * MINUTE + HOUR  # an hour given back lies between
    if minutes <= 60 and zone in (BERLIN, NEW_YORK, KATHMANDU):
        assert is_aligned(aligned, minutes * MINUTE, zone)


def test_holes_are_cut_out_of_every_interval_they_touch() -> None:
    """Also where one hole reaches over two intervals, or holes touch and overlap each other."""
    day = datetime(2026, 11, 24, tzinfo=UTC)

    def hours(*pairs: tuple[int, int]) -> list[Interval]:
        return [(day + low * HOUR, day + high * HOUR) for low, high in pairs]

    holes = hours((0, 1), (3, 5), (4, 9), (9, 10), (15, 16), (20, 22))
    left = hours((1, 3), (10, 12), (13, 15), (16, 18))
    assert subtract(hours((1, 4), (8, 12), (13, 18)), holes) == left
