"""The life of a membership, without a database: where one stands, and how days are counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment import eligibility
from equipment.eligibility import Facts, Span
from members.terms import (
    SERVED,
    Allowance,
    Rest,
    State,
    Term,
    against_pause,
    day_begins,
    days_of,
    days_used,
    later,
    months_later,
    next_due,
    over_allowance,
    pushed_by,
    state,
    term_ends,
)

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
ZONES = st.sampled_from([UTC, BERLIN, KATHMANDU, ZoneInfo("Australia/Lord_Howe")])
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
TERM = Term(NOW - 30 * DAY, until=NOW + 40 * DAY, due=NOW + 30 * DAY)
moments = st.integers(-90, 90).map(lambda days: NOW + days * DAY)


def a_rest(first: date, last: date, zone: ZoneInfo = BERLIN) -> Rest:
    return Rest(day_begins(first, zone), day_begins(last + DAY, zone))


@pytest.mark.parametrize(
    ("terms", "stands"),
    [
        ([], State.NONE),
        ([replace(TERM, starts=NOW + DAY)], State.NOT_BEGUN),
        ([replace(TERM, is_trial=True)], State.TRIAL),
        ([TERM], State.ACTIVE),
        ([replace(TERM, until=None, due=None)], State.ACTIVE),
        ([replace(TERM, due=NOW)], State.OVERDUE),
        ([replace(TERM, due=NOW - DAY, until=NOW)], State.LAPSED),
        ([replace(TERM, due=NOW - DAY, until=NOW, ended=True)], State.ENDED),
        ([replace(TERM, until=NOW, due=NOW), replace(TERM, starts=NOW)], State.ACTIVE),
        ([replace(TERM, until=NOW, due=NOW), replace(TERM, starts=NOW + DAY)], State.NOT_BEGUN),
        ([replace(TERM, due=NOW), replace(TERM, is_trial=True)], State.TRIAL),
    ],
)
def test_where_somebody_stands(terms: list[Term], stands: State) -> None:
    assert state(terms, [], NOW) == stands


def test_a_pause_rests_what_runs_and_nothing_else() -> None:
    rest = Rest(NOW, NOW + DAY)
    assert state([TERM], [rest], NOW) == State.PAUSED
    assert state([TERM], [rest], NOW + DAY) == State.ACTIVE
    assert state([replace(TERM, until=NOW, due=NOW)], [rest], NOW) == State.LAPSED


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    starts = draw(moments)
    return starts, starts + draw(st.integers(1, 60)) * DAY


@given(
    terms=st.lists(
        st.tuples(spans(), st.integers(0, 20), st.booleans(), st.booleans()), max_size=4
    ),
    rests=st.lists(spans(), max_size=3),
    at=moments,
)
def test_who_is_served_here_is_whom_the_judge_serves(
    terms: list[tuple[tuple[datetime, datetime], int, bool, bool]],
    rests: list[tuple[datetime, datetime]],
    at: datetime,
) -> None:
    """Page and tap: one says in words what the other opens for."""
    told = [Term(*span, span[1] - back * DAY, *more) for span, back, *more in terms]
    facts = Facts(
        known_at=at,
        machine="",
        machine_slug="",
        memberships=tuple(Span(term.starts, term.until) for term in told),
        pauses=tuple(Span(*rest) for rest in rests),
    )
    stands = state(told, [Rest(*rest) for rest in rests], at)
    assert (stands in SERVED) == (not eligibility.missing(facts, at))


@pytest.mark.parametrize(
    ("first", "months", "ends"),
    [
        (date(2026, 11, 24), 1, date(2026, 12, 24)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 10, 31), 12, date(2027, 10, 31)),
    ],
)
def test_a_term_ends_on_the_same_day_of_the_month_or_its_last(
    first: date, months: int, ends: date
) -> None:
    assert months_later(first, months) == ends


def test_from_the_31st_by_way_of_february_it_is_the_31st_again() -> None:
    due, days = day_begins(date(2027, 1, 31), BERLIN), []
    for _month in range(3):
        due = next_due(due, 1, day_begins(date(2026, 12, 31), BERLIN), BERLIN)
        days.append(due.astimezone(BERLIN).date())
    assert days == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_a_term_that_a_pause_moved_into_mid_month_stays_there() -> None:
    due = day_begins(date(2027, 4, 10), BERLIN)
    after = next_due(due, 1, day_begins(date(2026, 12, 31), BERLIN), BERLIN)
    assert after.astimezone(BERLIN).date() == date(2027, 5, 10)


@given(
    day=st.dates(date(1990, 1, 1), date(2150, 1, 1)),
    months=st.integers(1, 36),
    anchor=st.none() | st.integers(1, 31),
)
def test_months_later_is_in_that_month_and_never_before_its_turn(
    day: date, months: int, anchor: int | None
) -> None:
    ends = months_later(day, months, anchor)
    assert (ends.year * 12 + ends.month) - (day.year * 12 + day.month) == months
    assert ends.day >= min(day.day, 28)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(1, 24), zone=ZONES)
def test_a_term_ends_where_a_local_day_begins(day: date, months: int, zone: ZoneInfo) -> None:
    ends = term_ends(day_begins(day, zone) + DAY / 2, months, zone)
    assert ends == day_begins(ends.astimezone(zone).date(), zone)


def test_a_plan_without_months_is_open_ended() -> None:
    assert term_ends(NOW, None, BERLIN) is None


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23)])
def test_a_day_on_which_the_clock_jumps_is_one_day(day: date, hours: int) -> None:
    rest = a_rest(day, day)
    assert rest.until - rest.starts == timedelta(hours=hours)
    assert pushed_by(rest, BERLIN) == 1
    assert later(rest.starts, 1, BERLIN) == rest.until


@given(at=moments, days=st.integers(-60, 60), zone=ZONES)
def test_days_later_keeps_the_local_day(at: datetime, days: int, zone: ZoneInfo) -> None:
    moved = later(at, days, zone).astimezone(zone).date()
    assert moved == at.astimezone(zone).date() + days * DAY


def test_a_pause_over_new_year_counts_in_both_years() -> None:
    rest = a_rest(date(2026, 12, 30), date(2027, 1, 3))
    assert days_used([rest], BERLIN) == {2026: 2, 2027: 3}


def test_no_day_counts_twice() -> None:
    morning = Rest(NOW, NOW + DAY / 24)
    assert days_used([morning, replace(morning, until=NOW + DAY / 12)], BERLIN) == {2026: 1}


@given(first=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(1, 400), zone=ZONES)
def test_whole_days_are_as_many_as_they_are(first: date, days: int, zone: ZoneInfo) -> None:
    rest = a_rest(first, first + (days - 1) * DAY, zone)
    assert pushed_by(rest, zone) == days == sum(days_used([rest], zone).values())
    assert next(days_of(rest, zone)) == first


WANTED = Rest(NOW + DAY, NOW + 6 * DAY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"allowed": Allowance(0, UTC)}, "no-pauses"),
        ({"wanted": Rest(NOW - DAY, NOW + DAY)}, "begun"),
        ({"wanted": Rest(NOW + DAY, NOW + DAY)}, "backwards"),
        ({"wanted": Rest(NOW + 31 * DAY, NOW + 32 * DAY)}, "no-term"),
        ({"wanted": Rest(NOW + 50 * DAY, NOW + 52 * DAY)}, "no-term"),
        ({"taken": [Rest(NOW + 5 * DAY, NOW + 9 * DAY)]}, "overlaps"),
        ({"taken": [Rest(NOW + 6 * DAY, NOW + 9 * DAY)]}, None),
        ({"allowed": Allowance(5, UTC)}, "too-long"),
        ({"allowed": Allowance(6, UTC)}, None),
    ],
)
def test_whether_a_pause_may_be_taken(change: dict[str, object], code: str | None) -> None:
    asked: dict[str, object] = {"wanted": WANTED, "term": TERM, "taken": []}
    asked |= {"allowed": Allowance(30, UTC), "now": NOW} | change
    assert against_pause(**asked) == code  # type: ignore[arg-type]


@given(rests=st.lists(spans(), max_size=4), wanted=spans(), days=st.integers(1, 90), zone=ZONES)
def test_no_year_ever_rests_longer_than_the_plan_says(
    rests: list[tuple[datetime, datetime]],
    wanted: tuple[datetime, datetime],
    days: int,
    zone: ZoneInfo,
) -> None:
    taken: list[Rest] = []
    allowed = Allowance(days, zone)
    for rest in [*rests, wanted]:
        if over_allowance(Rest(*rest), taken, allowed) is None:
            taken.append(Rest(*rest))
    assert all(used <= days for used in days_used(taken, zone).values())
