"""When a message leaves: quiet hours and digests by the reader's clock, also where it jumps."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.manners import (
    DAILY,
    MANNERS,
    NONE,
    NOW,
    ORDINARY,
    WEEKLY,
    Manner,
    choice_of,
    manner_of,
    stoppable,
    topic_of,
)
from notices.timing import Plan, digest_at, plan, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
NIGHT = (time(22), time(7))
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)  # 13:30 in Berlin


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-24T21:59", None),
        ("2026-11-24T22:00", "2026-11-25T07:00"),
        ("2026-11-25T06:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", None),
        # the night of 29 March lasts an hour less, that of 25 October an hour more
        ("2026-03-28T23:00", "2026-03-29T07:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_a_night_is_quiet_until_its_morning(moment, until):
    assert quiet_until(at(moment), NIGHT, BERLIN) == (at(until) if until else None)


def test_quiet_hours_within_a_day():
    noon = (time(12), time(14))
    assert quiet_until(TUESDAY, noon, BERLIN) == at("2026-11-24T14:00")
    assert quiet_until(at("2026-11-24T23:00"), noon, BERLIN) is None


def test_an_end_that_the_spring_skips_comes_at_the_jump():
    hours = (time(22), time(2, 30))  # there is no 2:30 on 29 March
    assert quiet_until(at("2026-03-29T01:00"), hours, BERLIN) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


def test_an_end_that_the_autumn_repeats_comes_once():
    hours = (time(22), time(2, 30))
    first, second = (datetime(2026, 10, 25, hour, 15, tzinfo=UTC) for hour in (0, 1))
    assert first.astimezone(BERLIN).time() == second.astimezone(BERLIN).time() == time(2, 15)
    assert quiet_until(first, hours, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert quiet_until(second, hours, BERLIN) is None


def test_no_quiet_hours_and_empty_ones_are_never_quiet():
    assert quiet_until(TUESDAY, None, BERLIN) is None
    assert quiet_until(at("2026-11-24T07:00"), (time(7), time(7)), BERLIN) is None


@given(
    moment=st.integers(0, 366 * 24 * 60).map(lambda each: YEAR + timedelta(minutes=each)),
    starts=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_quiet_hours_end_within_a_long_day(moment, starts, ends, zone):
    until = quiet_until(moment, (starts, ends), zone)
    assert until is None or moment < until <= moment + timedelta(hours=25)


@pytest.mark.parametrize(
    ("due", "choice", "told"),
    [
        ("2026-11-24T13:30", DAILY, "2026-11-25T07:00"),
        ("2026-11-24T07:00", DAILY, "2026-11-24T07:00"),
        ("2026-11-24T07:01", DAILY, "2026-11-25T07:00"),
        ("2026-11-24T13:30", WEEKLY, "2026-11-30T07:00"),
        ("2026-11-30T06:00", WEEKLY, "2026-11-30T07:00"),
        ("2026-11-30T08:00", WEEKLY, "2026-12-07T07:00"),
        ("2026-03-28T12:00", DAILY, "2026-03-29T07:00"),  # still seven, in summer time
    ],
)
def test_a_digest_comes_at_seven_by_the_readers_clock(due, choice, told):
    assert digest_at(at(due), choice, BERLIN) == at(told)


def told(manner=ORDINARY, choice=NOW, **more):
    facts = {"due": TUESDAY, "now": TUESDAY, "zone": BERLIN, "quiet": None}
    return plan(manner, choice, **{**facts, **more})


NIGHT_NOW = {"now": at("2026-11-24T23:00"), "quiet": NIGHT}
MORNING = at("2026-11-25T07:00")
NEXT_DAY = MORNING + timedelta(days=1)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (told(), Plan(TUESDAY)),
        (told(choice=NONE), Plan(None)),
        (told(choice=DAILY), Plan(MORNING, digest=True)),
        # a worker that slept sends the digest of yesterday now
        (told(choice=DAILY, now=NEXT_DAY), Plan(NEXT_DAY, digest=True)),
        # one that has its digest is not put off to the next
        (told(choice=DAILY, due=MORNING, now=MORNING, planned=True), Plan(MORNING, digest=True)),
        (told(**NIGHT_NOW), Plan(MORNING)),
        (told(Manner(urgent=True), **NIGHT_NOW), Plan(NIGHT_NOW["now"])),
        (told(Manner(fixed=True), **NIGHT_NOW), Plan(MORNING)),
        (told(choice=DAILY, quiet=(time(22), time(9))), Plan(at("2026-11-25T09:00"), digest=True)),
        # too late to be of use, at all or after the night
        (told(moot=TUESDAY), Plan(None)),
        (told(moot=at("2026-11-25T06:00"), **NIGHT_NOW), Plan(NIGHT_NOW["now"])),
        (told(choice=DAILY, moot=at("2026-11-24T18:00")), Plan(None)),
        (told(choice=DAILY, moot=at("2026-11-26T18:00")), Plan(MORNING, digest=True)),
    ],
)  # fmt: skip
def test_a_plan(outcome, expected):
    assert outcome == expected


def test_a_choice_counts_where_the_kind_has_it():
    assert choice_of("booking-confirmed", None) == NOW
    assert choice_of("booking-confirmed", WEEKLY) == WEEKLY
    assert choice_of("booking-reminder", WEEKLY) == NOW
    assert choice_of("alarm", NONE) == NOW
    assert choice_of("a-kind-of-tomorrow", DAILY) == DAILY


def test_every_usual_way_is_one_of_the_choices():
    assert all(manner.usual in manner.choices for manner in MANNERS.values())


def test_one_chooses_about_a_series_as_about_a_booking():
    assert stoppable(["series-booked", "group-booked", "alarm"]) == ["booking-confirmed"]
    assert all(topic_of(topic_of(kind)) == topic_of(kind) for kind in MANNERS)
    alike = [(kind, topic_of(kind)) for kind in MANNERS if topic_of(kind) != kind]
    assert all(manner_of(kind).choices == manner_of(topic).choices for kind, topic in alike)
