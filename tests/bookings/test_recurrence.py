"""When a series falls due: tables of the awkward nights, and what holds for every rule."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.recurrence import (
    MOST,
    REACH_DAYS,
    Rule,
    before,
    flaw,
    later,
    occurrence,
    occurrences,
    rest,
)

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = "Australia/Lord_Howe"
ZONES = ["Europe/Berlin", "America/New_York", LORD_HOWE, "Asia/Kathmandu"]
WEEKLY = Rule("weekly", date(2026, 11, 24), time(18), 90, BERLIN, count=3)


def starts(rule: Rule) -> list[str]:
    """Local days and UTC starts, as in 11-24 17:00."""
    return [
        f"{found.day:%m-%d} {found.slot.starts:%H:%M}" if found.slot else f"{found.day:%m-%d} none"
        for found in occurrences(rule)
    ]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, [24, 1, 8]),
        ({"rhythm": "daily"}, [24, 25, 26]),
        ({"every": 2}, [24, 8, 22]),
        ({"rhythm": "daily", "every": 3}, [24, 27, 30]),
        ({"count": 1}, [24]),
        ({"count": None, "until": date(2026, 11, 24)}, [24]),
        ({"count": None, "until": date(2026, 12, 7)}, [24, 1]),
        ({"count": None, "until": date(2026, 12, 8)}, [24, 1, 8]),
        ({"rhythm": "daily", "every": 2, "count": None, "until": date(2026, 11, 27)}, [24, 26]),
    ],
)
def test_the_days_of_a_rhythm(asked: dict[str, Any], days: list[int]) -> None:
    assert [found.day.day for found in occurrences(replace(WEEKLY, **asked))] == days


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"count": None}, "series-endless"),
        ({"until": date(2026, 12, 24)}, "series-endless"),
        ({"every": 0}, "series-endless"),
        ({"count": 0}, "series-empty"),
        ({"count": None, "until": date(2026, 11, 23)}, "series-empty"),
        ({"rhythm": "daily", "count": MOST + 1}, "series-too-long"),
        ({"count": 106}, "series-too-long"),
        ({"count": 10**30}, "series-too-long"),
        ({"count": 2, "every": 10**30}, "series-too-long"),
        ({"count": None, "until": date.max}, "series-too-long"),
        ({"rhythm": "daily", "count": MOST}, None),
        ({"count": 105}, None),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_without_counting(
    asked: dict[str, Any], code: str | None
) -> None:
    found = flaw(replace(WEEKLY, **asked))
    assert (found.code if found else None) == code


def test_a_flawed_rule_has_no_days() -> None:
    with pytest.raises(ValueError, match="series-too-long"):
        occurrences(replace(WEEKLY, count=1000))


@pytest.mark.parametrize(
    ("zone", "first", "at", "expected"),
    [
        # Berlin skips 02:00 to 03:00 on 28 March 2027 and repeats it on 31 October.
        ("Europe/Berlin", (2027, 3, 27), "02:30", ["03-27 01:30", "03-28 none", "03-29 00:30"]),
        ("Europe/Berlin", (2027, 3, 27), "03:00", ["03-27 02:00", "03-28 01:00", "03-29 01:00"]),
        ("Europe/Berlin", (2027, 10, 30), "02:30", ["10-30 00:30", "10-31 00:30", "11-01 01:30"]),
        # New York on 14 March and 7 November.
        ("America/New_York", (2027, 3, 13), "02:00", ["03-13 07:00", "03-14 none", "03-15 06:00"]),
        ("America/New_York", (2027, 11, 6), "01:15", ["11-06 05:15", "11-07 05:15", "11-08 06:15"]),
        # Lord Howe moves by half an hour, on 4 April (back) and 3 October (forward, 02:00).
        (LORD_HOWE, (2027, 4, 3), "01:45", ["04-03 14:45", "04-04 14:45", "04-05 15:15"]),
        (LORD_HOWE, (2027, 10, 2), "02:15", ["10-02 15:45", "10-03 none", "10-04 15:15"]),
        # Kathmandu is 5:45 ahead and never moves.
        ("Asia/Kathmandu", (2027, 3, 27), "02:30", ["03-27 20:45", "03-28 20:45", "03-29 20:45"]),
    ],
)  # fmt: skip
def test_the_wall_clock_is_kept(
    zone: str, first: tuple[int, int, int], at: str, expected: list[str]
) -> None:
    rule = Rule("daily", date(*first), time.fromisoformat(at), 30, ZoneInfo(zone), count=3)
    assert starts(rule) == expected


def test_a_skipped_start_says_what_to_choose_instead() -> None:
    rule = Rule("daily", date(2027, 3, 28), time(2, 30), 30, BERLIN, count=1)
    (found,) = occurrences(rule)
    assert found.slot is None
    assert found.reason and found.reason.code == "no-such-time"
    assert found.reason.params == {"time": "02:30", "instead": "03:30"}


@pytest.mark.parametrize(("day", "ends"), [((2027, 3, 27), "04:00"), ((2027, 10, 30), "02:00")])
def test_a_night_of_23_or_25_hours_changes_the_end_and_not_the_length(
    day: tuple[int, int, int], ends: str
) -> None:
    """22:00 for five hours ends at 03:00 on other nights."""
    (found,) = occurrences(Rule("daily", date(*day), time(22), 300, BERLIN, count=1))
    assert found.slot and found.slot.length == timedelta(hours=5)
    assert f"{found.slot.ends.astimezone(BERLIN):%H:%M}" == ends


rules = st.builds(
    Rule,
    rhythm=st.sampled_from(["daily", "weekly"]),
    first=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    starts=st.times().map(lambda at: at.replace(microsecond=0)),
    minutes=st.integers(1, 3000),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    every=st.integers(1, 60),
    count=st.integers(1, 40),
).filter(lambda rule: flaw(rule) is None)


@given(rules)
def test_every_occurrence_shows_the_start_on_its_own_day(rule: Rule) -> None:
    for number, found in enumerate(occurrences(rule)):
        assert found.day == rule.first + timedelta(days=number * rule.step_days)
        assert (found.slot is None) == (found.reason is not None)
        if found.slot:
            shown = found.slot.starts.astimezone(rule.zone).replace(tzinfo=None)
            assert shown == datetime.combine(found.day, rule.starts)
            assert found.slot.length == timedelta(minutes=rule.minutes)
            assert found.slot.starts.tzinfo is UTC


@given(rules)
def test_until_the_last_day_is_the_same_series(rule: Rule) -> None:
    found = occurrences(rule)
    by_day = replace(rule, count=None, until=found[-1].day)
    assert occurrences(by_day) == found
    day_before = replace(by_day, until=found[-1].day - timedelta(days=1))
    assert flaw(day_before) or occurrences(day_before) == found[:-1]


@given(rules, st.integers(1, 10**9))
def test_no_rule_is_longer_than_allowed(rule: Rule, count: int) -> None:
    asked = replace(rule, count=count)
    if flaw(asked) is None:
        days = [found.day for found in occurrences(asked)]
        assert len(days) == count <= MOST
        assert (days[-1] - days[0]).days <= REACH_DAYS


@given(rules)
def test_one_occurrence_is_found_by_its_day(rule: Rule) -> None:
    for found in occurrences(rule):
        assert occurrence(rule, found.day) == found


@given(rules, st.integers(1, 39), st.booleans())
def test_a_rule_split_at_one_of_its_days_asks_for_the_same(
    rule: Rule, number: int, by_day: bool
) -> None:
    found = occurrences(rule)
    if by_day:
        rule = replace(rule, count=None, until=found[-1].day)
    if number < len(found):
        day = found[number].day
        assert occurrences(before(rule, day)) + occurrences(rest(rule, day)) == found


@given(rules, st.integers(-400, 400))
def test_a_later_rule_has_the_same_days_later(rule: Rule, days: int) -> None:
    moved = [found.day - timedelta(days=days) for found in occurrences(later(rule, days))]
    assert moved == [found.day for found in occurrences(rule)]
