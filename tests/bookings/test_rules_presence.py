"""When and where one may be: hours, staff, closures, nights, starts, pauses; tables of facts."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.rules import Facts, Slot, is_late, move_refusals, needs_approval, refusals
from bookings.rules.facts import Kept, Limit, OnPlan, Own, Policy, Question, Shared, Taken, Windows
from bookings.rules.gaps import full, lengths, next_gap, room, walk_up_slot
from bookings.rules.hours import Hours, Opening, Shut, every_day
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
    policy,
    slot,
)

CLASSIC, FULL = 6, 7
ON_FULL = (OnPlan(FULL, Span(NOW - DAY)),)
NIGHT = policy(shortest=MINUTE)
AFTERNOON = Opening(1, time(13), time(17))  # Tuesday, as is NOW


def staffed(*hours: Opening) -> Facts:
    return replace(policy(staffed_only=True), staffed=hours)


def closed(starts: datetime, ends: datetime) -> Facts:
    return replace(ALLOWED, closures=(Shut(starts, ends, "Service"),))


def kept(*kept: Kept, plans: tuple[OnPlan, ...] = ON_FULL) -> Facts:
    return replace(ALLOWED, windows=Windows(kept=kept), plans=plans)


def with_gap(*own: Own) -> Facts:
    return replace(policy(gap=2 * HOUR, most_future=None), own=own)


def own(starts: datetime, **fields: object) -> Own:
    return Own(**{"tool_class_id": 1, "starts": starts, "ends": starts + HOUR} | fields)


def sharing(capacity: int, *taken: tuple[float, float]) -> Facts:
    claims = tuple(Taken(AT_14 + a * HOUR, AT_14 + b * HOUR) for a, b in taken)
    return replace(policy(buffer=HOUR / 2), shared=(Shared("Extractor", capacity, claims),))


def asked(**answers: str) -> Facts:
    questions = (Question(1, "Material?"), Question(2, "Project?", required=False))
    given = {int(name[1:]): text for name, text in answers.items()}
    return replace(ALLOWED, questions=questions, answers=given)


UNATTENDED = policy(unattended=True, overnight=True, longest=DAY)
FREE = replace(
    policy(notice=HOUR, horizon=timedelta(hours=1), gap=HOUR),
    windows=Windows(free=every_day(time(13), time(21))),
)

REFUSED = [
    # what is so, the facts, the slot, the codes
    ("at a start time", policy(start_times=(time(10), time(14))), SLOT, []),
    ("between start times", policy(start_times=(time(10), time(14))), slot("15:00"),
     ["not-a-start"]),
    ("start times off the step", policy(start_times=(time(14, 10),)), slot("14:10"), []),
    ("while staff are there", staffed(AFTERNOON), SLOT, []),
    ("over the end of staffed hours", staffed(AFTERNOON), slot("16:30"), ["not-staffed"]),
    ("staffed on another day", staffed(Opening(3, time(8), time(20))), SLOT, ["not-staffed"]),
    ("never staffed", staffed(), SLOT, ["never-staffed"]),
    ("the machine is closed", closed(AT_14 + HOUR / 2, AT_14 + DAY), SLOT, ["machine-closed"]),
    ("until the machine is closed", closed(SLOT.ends, AT_14 + DAY), SLOT, []),
    ("unattended over closing time", UNATTENDED, slot("21:00", 600), []),
    ("unattended, begun after closing", UNATTENDED, slot("23:00", 60), ["outside-hours"]),
    ("unattended over a holiday", replace(UNATTENDED, hours=Hours(
        UNATTENDED.hours.weekly, (Shut(AT_14 + 10 * HOUR, AT_14 + 2 * DAY, "Fair"),))),
     slot("21:00", 600), ["space-closed"]),
    ("past midnight", replace(policy(overnight=False), hours=Hours()), slot("23:30"),
     ["runs-overnight"]),
    ("until midnight", replace(policy(overnight=False), hours=Hours()), slot("23:00"), []),
    ("past midnight where one may", replace(ALLOWED, hours=Hours()), slot("23:30"), []),
    ("kept for another plan", kept(Kept(AFTERNOON, CLASSIC, "Classic")), SLOT, ["kept-for-plan"]),
    ("kept for one's own", kept(Kept(AFTERNOON, FULL, "Full")), SLOT, []),
    ("kept for both", kept(Kept(AFTERNOON, CLASSIC, "Classic"), Kept(AFTERNOON, FULL, "Full")),
     SLOT, []),
    ("kept later", kept(Kept(Opening(1, time(15), time(17)), CLASSIC, "Classic")), SLOT, []),
    ("kept, and on no plan by then", kept(Kept(AFTERNOON, FULL, "Full"), plans=()), SLOT,
     ["kept-for-plan"]),
    ("close after one's own", with_gap(own(AT_14 - 2 * HOUR)), SLOT, ["too-close-to-own"]),
    ("well after one's own", with_gap(own(AT_14 - 3 * HOUR)), SLOT, []),
    ("close before one's own", with_gap(own(SLOT.ends + HOUR)), SLOT, ["too-close-to-own"]),
    ("well before one's own", with_gap(own(SLOT.ends + 2 * HOUR)), SLOT, []),
    ("close to one's own of another kind", with_gap(own(SLOT.ends, tool_class_id=2)), SLOT, []),
    ("close to what was missed", with_gap(own(AT_14 - HOUR, stands=False)), SLOT, []),
    ("waitlist only", policy(waitlist_only=True), SLOT, ["waitlist-only"]),
    ("offered from the waitlist", replace(policy(waitlist_only=True), is_offer=True), SLOT, []),
    ("shared and free", sharing(1), SLOT, []),
    ("shared and taken", sharing(1, (0.5, 2)), SLOT, ["shared-taken"]),
    ("shared, taken within the buffer", sharing(1, (1.25, 2)), SLOT, ["shared-taken"]),
    ("shared by two, taken by one", sharing(2, (0, 1)), SLOT, []),
    ("shared by two, one after the other", sharing(2, (0, 0.5), (0.5, 1)), SLOT, []),
    ("shared by two, taken by two", sharing(2, (0, 1), (0.5, 1)), SLOT, ["shared-taken"]),
    ("answered", asked(q1="Birch"), SLOT, []),
    ("not answered", asked(q2="Chair"), SLOT, ["unanswered"]),
    ("answered with nothing", asked(q1="  "), SLOT, ["unanswered"]),
    ("not asked yet", replace(asked(), answers=None), SLOT, []),
    ("free hours ask no notice", FREE, SLOT, []),
    ("free hours ask no length", FREE, slot("15:00", 360), []),
    ("free hours know no horizon", FREE, slot("14:00", day=28), []),
    ("free hours know steps", FREE, slot("14:07"), ["off-step"]),
    ("outside of free hours", FREE, slot("21:00", 15, day=25), ["too-short", "too-far-ahead"]),
]  # fmt: skip
NAMES = [case[0] for case in REFUSED]


@pytest.mark.parametrize(("facts", "asked", "expected"), [case[1:] for case in REFUSED], ids=NAMES)
def test_what_is_refused(facts: Facts, asked: Slot, expected: list[str]) -> None:
    assert codes(refusals(facts, asked)) == expected
    assert_worded_in_full(refusals(facts, asked))


@pytest.mark.parametrize(
    ("zone", "starts", "hours", "over_midnight"),
    [
        ("Europe/Berlin", "2026-03-28T23:00", 23, False),  # the short day, whole
        ("Europe/Berlin", "2026-03-28T23:00", 23.25, True),
        ("Europe/Berlin", "2026-10-24T22:00", 25, False),
        ("America/New_York", "2026-11-01T04:00", 25, False),
        ("America/New_York", "2026-11-01T04:00", 25.25, True),
        ("Australia/Lord_Howe", "2026-04-04T13:00", 24.5, False),
        ("Australia/Lord_Howe", "2026-10-03T13:30", 23.5, False),
        ("Australia/Lord_Howe", "2026-10-03T13:30", 23.75, True),
        ("Asia/Kathmandu", "2026-11-24T17:15", 1, False),
        ("Asia/Kathmandu", "2026-11-24T17:30", 1, True),
    ],
)
def test_midnight_is_that_of_the_space(
    zone: str, starts: str, hours: float, over_midnight: bool
) -> None:
    at = datetime.fromisoformat(starts).replace(tzinfo=UTC)
    facts = replace(policy(overnight=False), zone=ZoneInfo(zone), hours=Hours(), now=at - HOUR)
    found = codes(refusals(facts, Slot(at, at + hours * HOUR)))
    assert ("runs-overnight" in found) is over_midnight


# --- moving, cancelling, approving ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "new", "expected"),
    [
        (0 * HOUR, slot("16:00"), []),
        (HOUR, slot("16:00"), ["too-late-to-move"]),
        (30 * MINUTE, slot("16:00"), []),  # just in time
        (HOUR, SLOT, []),  # nothing is moved
        (HOUR, slot("16:07"), ["too-late-to-move", "off-step"]),
    ],
)
def test_what_starts_soon_is_not_moved(notice: timedelta, new: Slot, expected: list[str]) -> None:
    reasons = move_refusals(policy(move_notice=notice), SLOT, new)
    assert codes(reasons) == expected
    assert_worded_in_full(reasons)


@pytest.mark.parametrize(
    ("notice", "before", "late"),
    [
        (0, 1, False),
        (0, 0, False),
        (0, -1, True),
        (60, 61, False),
        (60, 60, False),
        (60, 59, True),
        (60, -5, True),
    ],
)
def test_cancelling_late_is_marked(notice: int, before: int, late: bool) -> None:
    given = Policy("CNC machines", 1, cancel_notice=notice * MINUTE)
    assert is_late(given, AT_14, AT_14 - before * MINUTE) is late


@pytest.mark.parametrize(
    ("facts", "minutes", "asked"),
    [
        (ALLOWED, 240, False),
        (policy(approval_above=2 * HOUR), 120, False),
        (policy(approval_above=2 * HOUR), 135, True),
        (policy(approval_first=True), 60, False),
        (replace(policy(approval_first=True), booked_before=False), 60, True),
        (replace(ALLOWED, booked_before=False), 60, False),
    ],
)
def test_when_staff_are_asked(facts: Facts, minutes: int, asked: bool) -> None:
    assert needs_approval(facts, slot(minutes=minutes)) is asked


# --- what is offered -----------------------------------------------------------------------------


def test_the_next_gap_is_at_a_start_time_of_the_kind() -> None:
    gap = next_gap(policy(start_times=(time(10), time(18))), SLOT)
    assert gap is not None
    assert gap.starts == AT_14 + 4 * HOUR


def test_the_next_gap_is_while_staff_are_there_and_the_machine_is() -> None:
    facts = replace(
        staffed(AFTERNOON, Opening(2, time(9), time(12))),
        closures=(Shut(NOW, NOW + DAY, "Service"),),
    )
    gap = next_gap(facts, SLOT)
    assert gap is None  # it is closed until 13:30 tomorrow, and staff leave at 12
    facts = replace(facts, closures=(Shut(NOW, NOW + 20 * HOUR, "Service"),))
    assert next_gap(facts, SLOT) == Slot(
        datetime(2026, 11, 25, 8, 30, tzinfo=UTC), datetime(2026, 11, 25, 11, tzinfo=UTC)
    )


def test_unattended_a_booking_may_go_on_into_the_night() -> None:
    starts = slot("21:00").starts
    assert room(UNATTENDED, starts) == starts + DAY
    taken = replace(UNATTENDED, taken=(Taken(starts + 9 * HOUR, starts + 10 * HOUR),))
    assert room(taken, starts) == starts + 9 * HOUR


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        (ALLOWED, 60),
        (replace(ALLOWED, taken=(Taken(NOW + 40 * MINUTE, NOW + DAY),)), 40),
        (replace(ALLOWED, taken=(Taken(NOW + 10 * MINUTE, NOW + DAY),)), 15),  # to be refused
        (replace(ALLOWED, limits=(Limit("minutes", 45, "day"),)), 45),
        (replace(ALLOWED, limits=(Limit("minutes", 0, "day"),)), 15),
        (policy(longest=30 * MINUTE), 30),
    ],
)
def test_a_walk_up_takes_as_much_as_there_is(facts: Facts, minutes: int) -> None:
    assert walk_up_slot(facts, Slot(NOW, NOW + HOUR)).length == minutes * MINUTE


THREE = tuple(Taken(AT_14 + each * HOUR, AT_14 + (each + 2) * HOUR) for each in (0, 1, 4))


@pytest.mark.parametrize(("capacity", "expected"), [(1, [(0, 3), (4, 6)]), (2, [(1, 2)]), (3, [])])
def test_what_is_shared_is_full_while_others_take_it_all(
    capacity: int, expected: list[tuple[int, int]]
) -> None:
    found = full(Shared("Extractor", capacity, THREE))
    assert found == [(AT_14 + begins * HOUR, AT_14 + ends * HOUR) for begins, ends in expected]


def test_nothing_is_offered_into_time_when_what_it_shares_is_full() -> None:
    later = (Taken(AT_14 + HOUR, AT_14 + 2 * HOUR),)
    facts = replace(policy(buffer=HOUR / 4), shared=(Shared("Extractor", 1, later),))
    assert [took / MINUTE for took in lengths(facts, AT_14)] == [30, 45]
    assert walk_up_slot(facts, Slot(AT_14, AT_14 + 3 * HOUR)).length == 45 * MINUTE
    found = next_gap(facts, Slot(AT_14 + HOUR, AT_14 + 2 * HOUR))
    assert found is not None and found.starts == AT_14 + 2 * HOUR


def test_lengths_are_offered_that_no_quota_refuses() -> None:
    facts = replace(ALLOWED, limits=(Limit("minutes", 60, "day"),))
    assert [took / MINUTE for took in lengths(facts, AT_14)] == [30, 45, 60]
    facts = replace(ALLOWED, limits=(Limit("longest", 45),))
    assert [took / MINUTE for took in lengths(facts, AT_14)] == [30, 45]
