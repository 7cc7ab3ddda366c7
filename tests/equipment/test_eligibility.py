"""The judge, without a database: one set of facts that is allowed, and one change per case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.eligibility import (
    CertificationFact,
    Facts,
    HoldFact,
    LockoutFact,
    Requirement,
    Span,
    ends,
    missing,
)

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALLOWED = Facts(
    known_at=NOW,
    machine="CNC router",
    machine_slug="cnc-router",
    memberships=(Span(NOW - DAY, NOW + DAY),),
    requirement=Requirement("CNC", "cnc", level=2, how_to_get="Marta's induction"),
    certifications=(CertificationFact(2, Span(NOW - DAY, NOW + 2 * DAY)),),
)


def codes(facts: Facts, at: datetime = NOW) -> list[str]:
    return [reason.code for reason in missing(facts, at)]


def test_a_certified_member_on_a_plan_misses_nothing():
    assert codes(ALLOWED) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"active": False}, "account-closed"),
        ({"memberships": ()}, "no-membership"),
        ({"memberships": (Span(NOW - DAY, NOW),)}, "membership-ended"),
        ({"memberships": (Span(NOW + HOUR),)}, "membership-not-begun"),
        ({"holds": (HoldFact("Waiver", "Sign it", Span(NOW)),)}, "on-hold"),
        ({"certifications": ()}, "not-certified"),
        ({"certifications": (CertificationFact(2, Span(NOW - DAY, NOW)),)}, "certification-ended"),
        (
            {"certifications": (CertificationFact(2, Span(NOW - DAY, NOW), revoked=True),)},
            "certification-revoked",
        ),
        ({"certifications": (CertificationFact(1, Span(NOW - DAY)),)}, "level-too-low"),
        ({"lockouts": (LockoutFact("smoke", Span(NOW - DAY)),)}, "locked-out"),
        ({"retired_at": NOW}, "retired"),
    ],
)
def test_each_missing_thing_has_its_own_reason(change, code):
    assert codes(replace(ALLOWED, **change)) == [code]


@pytest.mark.parametrize(
    "change",
    [
        {"memberships": (Span(NOW),)},
        {"memberships": (Span(NOW - 2 * DAY, NOW - DAY), Span(NOW - HOUR))},
        {"holds": (HoldFact("Ban", "Talk", Span(NOW - DAY, NOW)),)},
        {"holds": (HoldFact("Ban", "Talk", Span(NOW + HOUR)),)},
        {"requirement": None, "certifications": ()},
        {"certifications": (CertificationFact(3, Span(NOW)),)},
        {"certifications": (CertificationFact(1, Span(NOW)), CertificationFact(2, Span(NOW)))},
        {"lockouts": (LockoutFact("smoke", Span(NOW - DAY, NOW)),)},
        {"retired_at": NOW + HOUR},
    ],
)
def test_what_does_not_count_at_this_instant_is_not_held_against_anyone(change):
    assert codes(replace(ALLOWED, **change)) == []


def test_all_reasons_are_told_at_once_in_order():
    facts = replace(ALLOWED, memberships=(), certifications=(), retired_at=NOW)
    assert codes(facts) == ["no-membership", "not-certified", "retired"]


def test_a_lockout_is_over_when_it_is_cleared_and_not_when_that_was_expected():
    late = replace(ALLOWED, lockouts=(LockoutFact("belt", Span(NOW - DAY), NOW - HOUR),))
    assert codes(late) == ["locked-out"]


def test_a_booking_may_be_planned_for_after_the_expected_end_of_a_lockout():
    facts = replace(ALLOWED, lockouts=(LockoutFact("belt", Span(NOW - DAY), NOW + HOUR),))
    assert codes(facts, NOW + HOUR - timedelta(seconds=1)) == ["locked-out"]
    assert codes(facts, NOW + HOUR) == []


def test_eligibility_ends_with_the_first_fact_that_stops_being_true():
    assert ends(ALLOWED, NOW) == NOW + DAY


def test_a_hold_that_begins_later_ends_eligibility_then():
    facts = replace(ALLOWED, holds=(HoldFact("Ban", "Talk", Span(NOW + HOUR)),))
    assert ends(facts, NOW) == NOW + HOUR


def test_back_to_back_memberships_do_not_end_eligibility():
    facts = replace(ALLOWED, memberships=(Span(NOW - DAY, NOW + HOUR), Span(NOW + HOUR)))
    assert ends(facts, NOW) == NOW + 2 * DAY


moments = st.integers(-6, 6).map(lambda hours: NOW + hours * HOUR)
spans = st.builds(
    lambda start, more: Span(start, None if more is None else start + more * HOUR),
    moments,
    st.none() | st.integers(1, 6),
)
facts_of_any_kind = st.builds(
    replace,
    st.just(ALLOWED),
    memberships=st.lists(spans, max_size=3).map(tuple),
    holds=st.lists(st.builds(HoldFact, st.just("r"), st.just("m"), spans), max_size=2).map(tuple),
    certifications=st.lists(st.builds(CertificationFact, st.integers(1, 3), spans), max_size=3).map(
        tuple
    ),
)


@given(facts=facts_of_any_kind)
def test_nobody_is_let_in_between_now_and_the_end_that_was_told(facts):
    if missing(facts, NOW):
        return
    end = ends(facts, NOW)
    for minutes in range(0, 13 * 60, 30):
        at = NOW + timedelta(minutes=minutes)
        if end is None or at < end:
            assert not missing(facts, at)
    if end is not None:
        assert missing(facts, end)
