"""Each booking rule as a table: facts and a slot that all rules allow, and what breaks one."""

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from bookings.rules import (
    Facts,
    Slot,
    ask_member,
    extend_refusals,
    refusals,
    walk_up_refusals,
)
from bookings.rules.chain import chain_end
from bookings.rules.facts import Taken
from bookings.rules.gaps import lengths
from bookings.rules.hours import Hours, Shut
from equipment.eligibility import HoldFact, LockoutFact, Span
from equipment.words import REGISTRY
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
    held,
    judged,
    own,
    policy,
    shut,
    slot,
    taken,
)


def test_a_certified_member_may_book_a_free_hour() -> None:
    assert refusals(ALLOWED, SLOT) == ()


REFUSED = [
    # what is so, the facts, the slot, the codes
    ("end before start", ALLOWED, slot(minutes=-60), ["ends-before-start", "in-the-past"]),
    ("no length at all", ALLOWED, slot(minutes=0), ["ends-before-start"]),
    ("an hour ago", ALLOWED, slot("12:30"), ["in-the-past"]),
    ("while the form was filled in", policy(step=MINUTE), slot("13:26"), []),
    (
        "over before it is sent",
        policy(step=MINUTE, shortest=MINUTE),
        slot("13:27", 2),
        ["in-the-past"],
    ),
    ("off the quarter", ALLOWED, slot("14:07"), ["off-step"]),
    (
        "off the minute",
        ALLOWED,
        Slot(SLOT.starts + timedelta(seconds=1), SLOT.ends),
        ["off-step", "uneven-length"],
    ),
    ("starts every two hours", policy(step=2 * HOUR), slot("15:00", 120), ["off-step"]),
    ("a crooked length", ALLOWED, slot(minutes=50), ["uneven-length"]),
    ("too short", ALLOWED, slot(minutes=15), ["too-short"]),
    ("as short as may be", ALLOWED, slot(minutes=30), []),
    ("too long", ALLOWED, slot(minutes=255), ["too-long"]),
    ("as long as may be", ALLOWED, slot(minutes=240), []),
    ("beyond the horizon", policy(horizon=5 * DAY), slot(day=30), ["too-far-ahead"]),
    ("within the horizon", policy(horizon=6 * DAY), slot("13:30", day=30), []),
    ("without notice", policy(notice=HOUR), slot("14:15"), ["too-little-notice"]),
    ("with just enough notice", policy(notice=HOUR), slot("14:30"), []),
    ("before opening", ALLOWED, slot("07:30", day=25), ["outside-hours"]),
    ("over closing time", ALLOWED, slot("21:30"), ["closes-before"]),
    ("up to closing time", ALLOWED, slot("21:00"), []),
    ("always open", replace(ALLOWED, hours=Hours()), slot("23:30"), []),
    ("on a holiday", shut(AT_14 + HOUR / 2, AT_14 + DAY), SLOT, ["space-closed"]),
    ("until a holiday begins", shut(SLOT.ends, AT_14 + DAY), SLOT, []),
    ("taken in the middle", taken(AT_14 + HOUR / 2, AT_14 + HOUR), SLOT, ["taken"]),
    ("taken until its start", taken(AT_14 - HOUR, AT_14), SLOT, []),
    ("taken from its end", taken(SLOT.ends, SLOT.ends + HOUR), SLOT, []),
    (
        "no room for its buffer",
        replace(policy(buffer=15 * MINUTE), taken=(Taken(SLOT.ends, SLOT.ends + HOUR),)),
        SLOT,
        ["taken"],
    ),
    ("taken all day", taken(AT_14, AT_14 + 3 * DAY), SLOT, ["taken-for-long"]),
    ("quota full", replace(ALLOWED, own=own(AT_14, AT_14 + DAY)), SLOT, ["most-future"]),
    (
        "quota full of another class",
        replace(ALLOWED, own=own(AT_14, AT_14 + DAY, tool_class_id=2)),
        SLOT,
        [],
    ),
    ("quota full but one runs", replace(ALLOWED, own=own(NOW, AT_14 + DAY)), SLOT, []),
    ("no quota", replace(policy(most_future=None), own=own(*[AT_14] * 9)), SLOT, []),
    ("a visitor", replace(ALLOWED, judge=None), SLOT, ["sign-in"]),
    ("account closed", judged(active=False), SLOT, ["account-closed"]),
    ("no membership", judged(memberships=()), SLOT, ["no-membership"]),
    (
        "membership ends before",
        judged(memberships=(Span(NOW - DAY, AT_14),)),
        SLOT,
        ["membership-ends"],
    ),
    (
        "membership ends within",
        judged(memberships=(Span(NOW - DAY, AT_14 + 1 * MINUTE),)),
        SLOT,
        ["membership-ends"],
    ),
    ("membership ends with it", judged(memberships=(Span(NOW - DAY, SLOT.ends),)), SLOT, []),
    (
        "membership lapses in between",
        judged(memberships=(Span(NOW, AT_14 + MINUTE), Span(AT_14 + 2 * MINUTE))),
        SLOT,
        ["membership-ends"],
    ),
    ("membership begins with it", judged(memberships=(Span(AT_14),)), SLOT, []),
    ("never certified", judged(certifications=()), SLOT, ["not-certified"]),
    (
        "certification ends within",
        judged(certifications=held(AT_14 + MINUTE)),
        SLOT,
        ["certification-ends"],
    ),
    ("certification ended", judged(certifications=held(NOW)), SLOT, ["certification-ended"]),
    ("level too low", judged(certifications=held(None, level=1)), SLOT, ["level-too-low"]),
    (
        "a hold begins within",
        judged(holds=(HoldFact("Dues", "Pay", Span(AT_14 + MINUTE)),)),
        SLOT,
        ["on-hold"],
    ),
    ("locked out", judged(lockouts=(LockoutFact("belt", Span(NOW)),)), SLOT, ["locked-out"]),
    ("back before", judged(lockouts=(LockoutFact("belt", Span(NOW), AT_14),)), SLOT, []),
    ("retired", judged(retired_at=NOW), SLOT, ["retired"]),
    (
        "two things end at once",
        judged(
            memberships=(Span(NOW - DAY, AT_14 + MINUTE),),
            certifications=held(AT_14 + 2 * MINUTE),
        ),
        SLOT,
        ["membership-ends", "certification-ends"],
    ),
]
NAMES = [case[0] for case in REFUSED]


@pytest.mark.parametrize(
    ("facts", "asked", "expected"),
    [case[1:] for case in REFUSED],
    ids=NAMES,
)
def test_what_is_refused(facts: Facts, asked: Slot, expected: list[str]) -> None:
    assert codes(refusals(facts, asked)) == expected


def test_everything_is_told_at_once_and_in_order() -> None:
    facts = replace(
        judged(memberships=(), certifications=()),
        own=own(AT_14, AT_14 + DAY),
        taken=(Taken(AT_14, AT_14 + 10 * HOUR),),
    )
    assert codes(refusals(facts, slot("21:07", 300))) == [
        "most-future",
        "no-membership",
        "not-certified",
        "off-step",
        "too-long",
        "closes-before",
        "taken",
    ]


def test_the_next_gap_is_long_enough_and_aligned() -> None:
    facts = replace(
        policy(buffer=15 * MINUTE),
        taken=(
            Taken(AT_14, AT_14 + 67 * MINUTE),  # until 15:07
            Taken(AT_14 + 100 * MINUTE, AT_14 + 160 * MINUTE),  # 15:40 to 16:40
        ),
    )
    (reason,) = refusals(facts, SLOT)
    assert reason.params["gap_starts"] == AT_14 + 165 * MINUTE
    assert reason.params["gap_ends"] == "22:00"


def test_an_overnight_gap_starts_when_the_space_opens() -> None:
    facts = taken(AT_14, AT_14 + 8 * HOUR)
    (reason,) = refusals(facts, SLOT)
    assert reason.params["gap_starts"] == datetime(2026, 11, 25, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "step", "fits"),
    [
        ("Asia/Kathmandu", "2026-11-24T14:00", 60, True),
        ("Asia/Kathmandu", "2026-11-24T14:15", 60, False),
        ("Australia/Lord_Howe", "2026-04-05T09:00", 60, True),  # the half hour was given back
        ("Australia/Lord_Howe", "2026-10-04T09:00", 60, True),  # and taken again
        ("Europe/Berlin", "2027-03-28T03:00", 120, False),
        ("Europe/Berlin", "2027-03-28T04:00", 120, True),  # by the wall clock, not by hours slept
    ],
)
def test_starts_stand_on_the_wall_clock(zone: str, wall: str, step: int, fits: bool) -> None:
    local = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    facts = replace(
        policy(step=step * MINUTE, horizon=999 * DAY, shortest=MINUTE),
        zone=ZoneInfo(zone),
        hours=Hours(),
        now=local - HOUR,
    )
    asked = Slot(local, local + step * MINUTE)
    assert ("off-step" not in codes(refusals(facts, asked))) is fits


# --- going on, and walking up --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "ends", "expected"),
    [
        (ALLOWED, NOW + HOUR, []),
        (ALLOWED, NOW + 4 * HOUR, ["too-long"]),
        (taken(NOW + HOUR, NOW + 2 * HOUR), NOW + 75 * MINUTE, ["taken"]),
        (ALLOWED, NOW + 7 * MINUTE, ["uneven-length"]),
        (judged(memberships=(Span(NOW - DAY, NOW + HOUR),)), NOW + 2 * HOUR, ["membership-ends"]),
    ],
)
def test_going_on_needs_room_and_eligibility(
    facts: Facts, ends: datetime, expected: list[str]
) -> None:
    assert codes(extend_refusals(facts, Slot(NOW - HOUR, NOW), Slot(NOW - HOUR, ends))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(ALLOWED, own=own(AT_14, AT_14 + DAY)), []),  # now is not ahead: no quota
        (taken(NOW - HOUR, NOW + MINUTE), ["taken-now"]),
        (taken(NOW + MINUTE, NOW + HOUR), ["needed-soon"]),
        (judged(certifications=()), ["not-certified"]),
        (
            replace(ALLOWED, hours=Hours((), (Shut(NOW - DAY, NOW + DAY, "Fair"),))),
            ["space-closed"],
        ),
    ],
)
def test_walking_up_needs_a_free_machine(facts: Facts, expected: list[str]) -> None:
    assert codes(walk_up_refusals(facts, Slot(NOW, NOW + HOUR))) == expected


# --- small arithmetic ----------------------------------------------------------------------------


def test_lengths_offered_are_those_that_fit() -> None:
    facts = taken(AT_14 + 100 * MINUTE, AT_14 + 200 * MINUTE)
    assert [took / MINUTE for took in lengths(facts, AT_14)] == [30, 45, 60, 90]
    assert lengths(facts, AT_14 + 100 * MINUTE) == []


@pytest.mark.parametrize(
    ("stretches", "end"),
    [
        ([], None),
        ([(1, 2)], None),
        ([(0, 1)], 1),
        ([(0, 1), (1, 2), (2, 3)], 3),
        ([(1, 2), (0, 1)], 2),
        ([(0, 1), (1.5, 2)], 1),
        ([(-2, -1), (-1, 0)], None),  # half-open: over at this very moment
    ],
)
def test_back_to_back_bookings_are_one(
    stretches: list[tuple[float, float]], end: float | None
) -> None:
    spans = [(NOW + a * HOUR, NOW + b * HOUR) for a, b in stretches]
    assert chain_end(spans, NOW) == (None if end is None else NOW + end * HOUR)


def test_member_rules_need_no_slot() -> None:
    assert codes(ask_member(replace(ALLOWED, judge=None))) == ["sign-in"]


# --- words ---------------------------------------------------------------------------------------


def codes_in_source() -> set[str]:
    """Every code that a Reason in this room is made with."""
    found = set()
    for path in (Path(settings.BASE_DIR) / "bookings").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_reason = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason"
            if is_reason and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found | {"membership-ends", "certification-ends"}


def test_the_source_is_read_right() -> None:
    assert {"too-long", "taken", "booking-over", "locked-out"} <= codes_in_source()


@pytest.mark.parametrize("code", sorted(codes_in_source()))
def test_every_code_has_words_and_a_remedy(code: str) -> None:
    words = REGISTRY[code]
    assert str(words.text).strip()
    assert str(words.remedy).strip()


@pytest.mark.parametrize(("facts", "asked"), [case[1:3] for case in REFUSED], ids=NAMES)
def test_every_refusal_is_worded_in_full(facts: Facts, asked: Slot) -> None:
    assert_worded_in_full(refusals(facts, asked))
