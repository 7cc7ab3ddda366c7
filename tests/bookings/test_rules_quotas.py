"""How much one member may book: quotas by period, plan and machine, as tables of facts."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.rules import Facts, Slot, extend_refusals, refusals, walk_up_refusals
from bookings.rules.facts import Limit, OnPlan, Own, Peak, Windows
from bookings.rules.hours import Hours, Opening, every_day
from bookings.rules.periods import period_of
from bookings.rules.quotas import busiest
from equipment.eligibility import Span
from tests.bookings.allowed import (
    ALLOWED,
    AT_14,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SLOT,
    assert_worded_in_full,
    codes,
    slot,
)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # the day before NOW
FULL = 7
EVENING = every_day(time(18), time(22))
PEAK = Windows(peaks=(Peak(Opening(1, time(14), time(15)), 200),))  # Tuesday, as is NOW


def with_own(*own: Own, **facts: object) -> Facts:
    return replace(ALLOWED, own=own, plans=(OnPlan(FULL, Span(NOW - 99 * DAY)),), **facts)


def limited(*limits: Limit, own: tuple[Own, ...] = (), **facts: object) -> Facts:
    return with_own(*own, limits=limits, **facts)


def at(starts: datetime, hours: float = 1, **fields: object) -> Own:
    return Own(**{"tool_class_id": 1, "starts": starts, "ends": starts + hours * HOUR} | fields)


def minutes(amount: int, period: str, **fields: object) -> Limit:
    return Limit(**{"measure": "minutes", "amount": amount, "period": period} | fields)


def bookings(amount: int, period: str, **fields: object) -> Limit:
    return Limit(**{"measure": "bookings", "amount": amount, "period": period} | fields)


def per_day(most: int | None, *own: Own) -> Facts:
    return with_own(*own, policy=replace(ALLOWED.policy, most_per_day=most))


def last_minute(facts: Facts, within: timedelta) -> Facts:
    return replace(facts, policy=replace(facts.policy, last_minute=within))


def free_today(facts: Facts) -> Facts:
    windows = Windows(free=(Opening(1, time(13), time(16)),))
    return replace(facts, windows=windows)


REFUSED = [
    # what is so, the facts, the slot, the codes
    ("no limit at all", limited(own=(at(MONDAY, 99),)), SLOT, []),
    ("an hour a week, and none used", limited(minutes(60, "week")), SLOT, []),
    ("an hour a week, and used", limited(minutes(60, "week"), own=(at(MONDAY),)), SLOT,
     ["minutes-a-week"]),
    ("too long for an hour a week", limited(minutes(60, "week")), slot(minutes=75),
     ["minutes-a-week"]),
    ("used last week", limited(minutes(60, "week"), own=(at(MONDAY - DAY),)), SLOT, []),
    ("used of another kind", limited(minutes(60, "week", tool_class_id=1),
     own=(at(MONDAY, tool_class_id=2),)), SLOT, []),
    ("used of all kinds", limited(minutes(60, "week"), own=(at(MONDAY, tool_class_id=2),)), SLOT,
     ["minutes-a-week"]),
    ("used on another machine", limited(minutes(60, "week", machine_id=3),
     own=(at(MONDAY, machine_id=4),)), SLOT, []),
    ("used on the machine", limited(minutes(60, "week", machine_id=3),
     own=(at(MONDAY, machine_id=3),)), SLOT, ["minutes-a-week"]),
    ("a day, used today", limited(minutes(60, "day"), own=(at(NOW - 3 * HOUR),)), SLOT,
     ["minutes-a-day"]),
    ("a day, used yesterday", limited(minutes(60, "day"), own=(at(MONDAY),)), SLOT, []),
    ("a month, used on the 1st", limited(minutes(60, "month"),
     own=(at(datetime(2026, 10, 31, 23, tzinfo=UTC)),)), SLOT, ["minutes-a-month"]),
    ("a month, used the hour before", limited(minutes(60, "month"),
     own=(at(datetime(2026, 10, 31, 22, tzinfo=UTC)),)), SLOT, []),
    ("a year, used at new year", limited(minutes(60, "year"),
     own=(at(datetime(2025, 12, 31, 23, tzinfo=UTC)),)), SLOT, ["minutes-a-year"]),
    ("ahead, used ahead", limited(minutes(60, "ahead"), own=(at(AT_14 + DAY),)), SLOT,
     ["minutes-ahead"]),
    ("ahead, used before", limited(minutes(60, "ahead"), own=(at(MONDAY), at(NOW))), SLOT, []),
    ("missed or late counts", limited(minutes(60, "week"), own=(at(MONDAY, stands=False),)), SLOT,
     ["minutes-a-week"]),
    ("missed or late is not ahead", limited(bookings(1, "ahead"),
     own=(at(AT_14 + DAY, stands=False),)), SLOT, []),
    ("past ones do not count", limited(minutes(60, "week", counts_past=False), own=(at(MONDAY),)),
     SLOT, []),
    ("what is not over counts", limited(minutes(60, "week", counts_past=False),
     own=(at(AT_14 + DAY),)), SLOT, ["minutes-a-week"]),
    ("one that counts nowhere", limited(minutes(60, "week"), own=(at(MONDAY, counts=False),)), SLOT,
     []),
    ("peak hours count twice", limited(minutes(90, "week"), windows=PEAK), SLOT,
     ["minutes-a-week"]),
    ("peak hours counted twice", limited(minutes(120, "week"), own=(at(MONDAY, peak=30 * MINUTE),)),
     SLOT, ["minutes-a-week"]),
    ("outside the limit's hours", limited(minutes(60, "day", hours=EVENING)), slot(minutes=240),
     []),
    ("inside the limit's hours", limited(minutes(60, "day", hours=EVENING)), slot("16:45", 180),
     ["minutes-a-day"]),
    ("inside, used inside", limited(minutes(60, "week", hours=EVENING),
     own=(at(MONDAY + 8 * HOUR, 2),)), slot("18:00"), ["minutes-a-week"]),
    ("inside, used outside", limited(minutes(60, "week", hours=EVENING), own=(at(MONDAY, 2),)),
     slot("18:00"), []),
    ("bookings a day", limited(bookings(1, "day"), own=(at(AT_14 + 3 * HOUR),)), SLOT,
     ["bookings-a-day"]),
    ("bookings a week", limited(bookings(1, "week"), own=(at(MONDAY),)), SLOT,
     ["bookings-a-week"]),
    ("bookings a month", limited(bookings(1, "month"), own=(at(MONDAY),)), SLOT,
     ["bookings-a-month"]),
    ("bookings a year", limited(bookings(1, "year"), own=(at(MONDAY),)), SLOT,
     ["bookings-a-year"]),
    ("bookings ahead", limited(bookings(1, "ahead"), own=(at(AT_14 + DAY),)), SLOT,
     ["bookings-ahead"]),
    ("bookings inside hours", limited(bookings(1, "day", hours=EVENING), own=(at(AT_14),)),
     slot("18:00"), []),
    ("a plan one is on", limited(bookings(1, "week", plan_id=FULL, plan="Full"), own=(at(MONDAY),)),
     SLOT, ["bookings-a-week"]),
    ("a plan one is not on", limited(bookings(1, "week", plan_id=9), own=(at(MONDAY),)), SLOT, []),
    ("a plan that has ended by then", replace(
        limited(bookings(1, "week", plan_id=FULL), own=(at(MONDAY),)),
        plans=(OnPlan(FULL, Span(NOW - DAY, AT_14)),)), SLOT, []),
    ("the kind is not on the plan", limited(bookings(0, "ahead", plan_id=FULL, plan="Full")), SLOT,
     ["not-on-plan"]),
    ("the kind is on nobody's", limited(bookings(0, "ahead")), SLOT, ["not-bookable"]),
    ("no bookings in the evening", limited(bookings(0, "day", hours=EVENING)), slot("18:00"),
     ["bookings-a-day"]),
    ("longest of the plan", limited(Limit("longest", 60, plan_id=FULL, plan="Full")),
     slot(minutes=75), ["plan-too-long"]),
    ("longest of everybody", limited(Limit("longest", 60)), slot(minutes=75), ["too-long"]),
    ("longest of the kind is stricter", limited(Limit("longest", 300, plan_id=FULL, plan="Full")),
     slot(minutes=255), ["too-long"]),
    ("horizon of the plan", limited(Limit("horizon", 3, plan_id=FULL, plan="Full")), slot(day=28),
     ["plan-too-far-ahead"]),
    ("horizon of the plan kept", limited(Limit("horizon", 5, plan_id=FULL, plan="Full")),
     slot(day=28), []),
    ("horizon of today only, tonight", limited(Limit("horizon", 0, plan_id=FULL, plan="Full")),
     slot("20:00"), []),
    ("horizon of today only, tomorrow", limited(Limit("horizon", 0, plan_id=FULL, plan="Full")),
     slot("09:00", day=25), ["plan-too-far-ahead"]),
    ("two machines at once", limited(Limit("at-once", 1), own=(at(AT_14 + HOUR / 2),)), SLOT,
     ["at-once"]),
    ("one after the other", limited(Limit("at-once", 1), own=(at(SLOT.ends), at(AT_14 - HOUR))),
     SLOT, []),
    ("at once, but cancelled late", limited(Limit("at-once", 1), own=(at(AT_14, stands=False),)),
     SLOT, []),
    ("as many a day as may be", per_day(1), SLOT, []),
    ("more a day", per_day(1, at(AT_14 + 4 * HOUR)), SLOT, ["most-per-day"]),
    ("more a day, missed", per_day(1, at(AT_14 - 4 * HOUR, stands=False)), SLOT, ["most-per-day"]),
    ("more a day, of another kind", per_day(1, at(AT_14, tool_class_id=2)), SLOT, []),
    ("more a day, the day before", per_day(1, at(MONDAY)), SLOT, []),
    ("last minute counts in none", last_minute(
        limited(bookings(1, "week"), minutes(60, "week"), Limit("at-once", 1), own=(at(AT_14),)),
        30 * MINUTE), SLOT, []),
    ("a minute too early for that", last_minute(
        limited(bookings(1, "week"), own=(at(MONDAY),)), 29 * MINUTE), SLOT, ["bookings-a-week"]),
    ("last minute is no longer than others", last_minute(ALLOWED, HOUR), slot(minutes=255),
     ["too-long"]),
    ("free hours know no quota", free_today(
        limited(minutes(30, "week"), own=(at(MONDAY),))), SLOT, []),
    ("only wholly inside", free_today(
        limited(minutes(30, "week"), own=(at(MONDAY),))), slot("15:30"), ["minutes-a-week"]),
    ("free hours of a kind not on the plan", free_today(
        limited(bookings(0, "ahead", plan_id=FULL, plan="Full"))), SLOT, ["not-on-plan"]),
]  # fmt: skip
NAMES = [case[0] for case in REFUSED]


@pytest.mark.parametrize(("facts", "asked", "expected"), [case[1:] for case in REFUSED], ids=NAMES)
def test_what_is_refused(facts: Facts, asked: Slot, expected: list[str]) -> None:
    assert codes(refusals(facts, asked)) == expected
    assert_worded_in_full(refusals(facts, asked))


def test_the_strictest_of_several_is_told() -> None:
    facts = limited(minutes(120, "week"), minutes(90, "week"), own=(at(MONDAY),))
    (reason,) = refusals(facts, SLOT)
    assert reason.params["limit_minutes"] == 90
    assert reason.params["left_minutes"] == 30
    assert reason.params["next"] == datetime(2026, 11, 29, 23, tzinfo=UTC)


def test_a_move_within_the_last_minutes_counts_as_when_it_was_made() -> None:
    """Else one could book early, and move to where no quota counts it while all others do."""
    facts = last_minute(limited(bookings(1, "week"), own=(at(MONDAY),)), HOUR)
    assert codes(refusals(replace(facts, booked_at=NOW - DAY), SLOT)) == ["bookings-a-week"]


def test_the_most_ahead_is_set_aside_where_the_policy_is() -> None:
    crowded = with_own(at(AT_14 + DAY), at(AT_14 + 2 * DAY))
    assert codes(refusals(crowded, SLOT)) == ["most-future"]
    assert codes(refusals(last_minute(crowded, HOUR), SLOT)) == []
    assert codes(refusals(free_today(crowded), SLOT)) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (limited(minutes(60, "day")), ["minutes-a-day"]),
        (limited(minutes(120, "day")), []),
        (limited(bookings(1, "day"), own=(at(MONDAY),)), []),  # it is one already
        (limited(Limit("longest", 60)), ["too-long"]),
        (limited(Limit("at-once", 1), own=(at(NOW + HOUR / 2),)), ["at-once"]),
    ],
)
def test_going_on_asks_what_grows(facts: Facts, expected: list[str]) -> None:
    old, new = Slot(NOW - HOUR, NOW), Slot(NOW - HOUR, NOW + HOUR)
    assert codes(extend_refusals(facts, old, new)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (limited(minutes(60, "week"), own=(at(MONDAY),)), ["minutes-a-week"]),
        (limited(minutes(60, "ahead"), own=(at(AT_14 + DAY),)), []),  # now is not ahead
        (limited(bookings(1, "day"), own=(at(NOW - 3 * HOUR),)), ["bookings-a-day"]),
        (limited(bookings(0, "ahead", plan_id=FULL, plan="Full")), ["not-on-plan"]),
        (last_minute(limited(bookings(1, "day"), own=(at(NOW - 3 * HOUR),)), 0 * MINUTE), []),
    ],
)
def test_walking_up_asks_the_quotas(facts: Facts, expected: list[str]) -> None:
    assert codes(walk_up_refusals(facts, Slot(NOW, NOW + HOUR))) == expected


# --- periods by the clock ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "at", "period", "starts", "ends"),
    [
        ("Europe/Berlin", "2026-03-29T12:00", "day", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-25T12:00", "day", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Europe/Berlin", "2026-10-25T23:30", "week", "2026-10-25T23:00", "2026-11-01T23:00"),
        ("America/New_York", "2026-11-01T04:30", "month", "2026-11-01T04:00", "2026-12-01T05:00"),
        ("America/New_York", "2027-01-01T04:59", "year", "2026-01-01T05:00", "2027-01-01T05:00"),
        ("Australia/Lord_Howe", "2026-10-03T15:00", "day", "2026-10-03T13:30", "2026-10-04T13:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:00", "day", "2026-04-04T13:00", "2026-04-05T13:30"),
        ("Asia/Kathmandu", "2026-11-24T18:14", "day", "2026-11-23T18:15", "2026-11-24T18:15"),
        ("Asia/Kathmandu", "2026-11-24T18:15", "day", "2026-11-24T18:15", "2026-11-25T18:15"),
    ],
)
def test_periods_follow_the_wall_clock(
    zone: str, at: str, period: str, starts: str, ends: str
) -> None:
    moment, *bounds = (
        datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (at, starts, ends)
    )
    assert period_of(moment, period, ZoneInfo(zone)) == tuple(bounds)


@pytest.mark.parametrize(
    ("zone", "starts", "extra"),
    [
        ("Europe/Berlin", "2026-03-29T00:00", 60),  # 01:00 to 04:00 by the clock is two hours
        ("Europe/Berlin", "2026-10-25T00:00", 120),  # from the first 02:00 on
        ("Australia/Lord_Howe", "2026-10-03T15:00", 90),
        ("Asia/Kathmandu", "2026-11-21T19:15", 60),
    ],
)
def test_peak_hours_follow_the_wall_clock(zone: str, starts: str, extra: int) -> None:
    """Two hours from then, with a peak on Sundays from 02:00 to 05:00."""
    at = datetime.fromisoformat(starts).replace(tzinfo=UTC)
    asked = Slot(at, at + 2 * HOUR)
    facts = replace(
        ALLOWED,
        zone=ZoneInfo(zone),
        hours=Hours(),
        now=at - HOUR,
        windows=Windows(peaks=(Peak(Opening(6, time(2), time(5)), 200),)),
    )
    enough = replace(facts, limits=(minutes(120 + extra, "day"),))
    too_little = replace(facts, limits=(minutes(119 + extra, "day"),))
    assert "minutes-a-day" not in codes(refusals(enough, asked))
    assert "minutes-a-day" in codes(refusals(too_little, asked))


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], 0),
        ([(0, 1), (1, 2)], 1),
        ([(0, 2), (1, 3)], 2),
        ([(0, 2), (1, 3), (2.5, 4)], 2),
        ([(-5, 0.5), (0.5, 9)], 1),
        ([(-2, -1), (4, 5)], 0),
    ],
)
def test_the_busiest_moment_within_a_slot(taken: list[tuple[float, float]], expected: int) -> None:
    spans = [(NOW + a * HOUR, NOW + b * HOUR) for a, b in taken]
    assert busiest(spans, Slot(NOW, NOW + 3 * HOUR)) == expected
