"""The sums of a week's board: the same walk as the day's stretches, and the same answers."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.rules import Facts, Slot, refusals
from bookings.rules.facts import Kept, Limit, Own, Policy, Taken, Windows
from bookings.rules.hours import Hours, Opening, Shut
from bookings.rules.starts import first_start
from bookings.segments import EVER, Claim, Hole, Lane, Segment, holes_of, open_time, segments
from bookings.verdicts import GapJudge
from bookings.weeks import Day, week, windows, without_windows
from bookings.weeks import Lane as WeekLane
from equipment.eligibility import Facts as JudgeFacts
from equipment.eligibility import LockoutFact, Span
from equipment.reason import Reason

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 12, 37, tzinfo=UTC)
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 11, 23, 23, tzinfo=UTC)  # midnight in Berlin
EDGES = [FIRST + n * DAY for n in range(4)]
UNTIL = EDGES[-1] + 8 * HOUR
NOTHING = timedelta(0)

quarters = st.integers(0, int((UNTIL - FIRST) / QUARTER))
spans = st.lists(st.tuples(quarters, st.integers(1, 40)), max_size=12)


def at(quarter: int) -> datetime:
    return FIRST + quarter * QUARTER


def apart(found: list[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
    """Spans that do not meet, as the database keeps them."""
    kept: list[tuple[datetime, datetime]] = []
    for starts, length in sorted(found):
        if not kept or at(starts) >= kept[-1][1]:
            kept.append((at(starts), at(starts + length)))
    return kept


claims = spans.map(apart)
closures = spans.map(lambda found: tuple(Shut(*span, "calibration") for span in apart(found[:2])))
lockouts = st.one_of(
    st.just(()),
    st.builds(
        lambda starts, back: (
            LockoutFact("belt", Span(at(starts)), at(starts + back) if back else None),
        ),
        st.integers(0, 60),
        st.integers(0, 90),
    ),
)
policies = st.builds(
    Policy,
    tool_class=st.just("Lasers"),
    tool_class_id=st.just(1),
    step=st.sampled_from([QUARTER, 2 * QUARTER, HOUR]),
    shortest=st.sampled_from([2 * QUARTER, 2 * HOUR]),
    horizon=st.sampled_from([DAY, 28 * DAY]),
    notice=st.sampled_from([NOTHING, 90 * timedelta(minutes=1)]),
    buffer=st.sampled_from([NOTHING, QUARTER]),
    most_future=st.sampled_from([None, 1]),
    most_per_day=st.sampled_from([None, 1]),
    last_minute=st.sampled_from([None, 3 * HOUR]),
    start_times=st.sampled_from([(), (time(9), time(13), time(20))]),
    gap=st.sampled_from([NOTHING, 5 * HOUR]),
    staffed_only=st.booleans(),
    overnight=st.booleans(),
    unattended=st.booleans(),
)
EVENINGS = tuple(Opening(day, time(17), time(21)) for day in range(7))
MORNINGS = tuple(Opening(day, time(8), time(11)) for day in range(7))
NIGHTS = tuple(Opening(day, time(22), time(6)) for day in range(7))
special_hours = st.builds(
    Windows,
    free=st.sampled_from([(), NIGHTS]),
    kept=st.sampled_from([(), tuple(Kept(opening, 7, "Research") for opening in MORNINGS)]),
)
limits = st.sampled_from(
    [
        (),
        (Limit("minutes", 90, "day", 1),),
        (Limit("bookings", 1, "week"), Limit("at-once", 1)),
        (Limit("horizon", 1),),
    ]
)
hours = st.one_of(
    st.just(Hours()),
    st.builds(
        lambda opens, closes, shut: Hours(
            tuple(
                Opening(day, at(opens).timetz().replace(tzinfo=None), at(closes).time())
                for day in range(6)
            ),
            shut,
        ),
        st.integers(28, 40),
        st.integers(60, 100),
        closures,
    ),
)
memberships = st.sampled_from([(), (Span(FIRST - DAY),), (Span(FIRST - DAY, at(130)),)])


@st.composite
def machines(draw: st.DrawFn) -> Facts:
    """Everything about one member and one machine; the claims as the rules know them."""
    judge = JudgeFacts(NOW, "Laser 1", "laser-1", memberships=draw(memberships))
    policy = draw(policies)
    own = (Own(1, FIRST + 2 * DAY, FIRST + 2 * DAY + HOUR),) if draw(st.booleans()) else ()
    return Facts(
        now=NOW,
        machine="Laser 1",
        machine_slug="laser-1",
        policy=policy,
        judge=replace(judge, lockouts=draw(lockouts)) if draw(st.booleans()) else None,
        zone=BERLIN,
        hours=draw(hours),
        own=own,
        staffed=draw(st.sampled_from([(), EVENINGS])),
        limits=draw(limits),
        windows=draw(special_hours),
        taken=tuple(Taken(*claim) for claim in draw(claims)),
    )


def holes(facts: Facts, shut: tuple[Shut, ...]) -> list[Hole]:
    return holes_of(
        facts.machine, facts.machine_slug, facts.judge.lockouts if facts.judge else (), shut, NOW
    )


def by_sums(facts: Facts, shut: tuple[Shut, ...]) -> list[Day]:
    opening = open_time(facts, FIRST, UNTIL)
    lane = WeekLane(
        [(taken.starts, taken.until) for taken in facts.taken],
        holes(facts, shut),
        GapJudge(facts, EDGES[-1]),
        facts.policy.buffer,
    )
    return week(lane, windows(opening, EDGES, NOW), without_windows(opening, EDGES))


def by_stretches(facts: Facts, shut: tuple[Shut, ...]) -> list[list[Segment]]:
    lane = Lane(
        claims=[
            Claim(uuid.uuid4(), 7, "Bob L.", False, "confirmed", one.starts, one.until, one.until)
            for one in facts.taken
        ],
        opening=open_time(facts, FIRST, UNTIL),
        holes=holes(facts, shut),
        verdict=GapJudge(facts, EDGES[-1]),
        why_closed=lambda _starts, _ends: Reason("closed"),
        buffer=facts.policy.buffer,
        now=NOW,
    )
    return [segments(lane, *day) for day in zip(EDGES, EDGES[1:], strict=False)]


def free_of(stretches: Sequence[Segment]) -> timedelta:
    return sum((one.ends - one.first.starts for one in stretches if one.first), NOTHING)


@given(machines(), closures)
@settings(deadline=None)
def test_the_sums_are_those_of_the_stretches(facts: Facts, shut: tuple[Shut, ...]) -> None:
    for day, stretches in zip(by_sums(facts, shut), by_stretches(facts, shut), strict=True):
        kinds = {one.kind for one in stretches}
        refused = [one.reasons for one in stretches if one.kind == "gap-no"]
        assert day.free == free_of(stretches)
        assert (day.kind == "free") == ("gap" in kinds)
        if day.kind == "gap-no":
            assert day.reasons == refused[0]
        if day.kind not in ("free", "gap-no"):
            assert not refused
        if day.kind in ("lock", "shut"):
            assert day.reasons


@given(machines(), closures)
@settings(deadline=None)
def test_every_gap_is_answered_as_the_booking_form_would(
    facts: Facts, shut: tuple[Shut, ...]
) -> None:
    """The slot a gap links to passes every rule; of one that cannot be had, every rule says why."""
    for stretches in by_stretches(facts, shut):
        for one in stretches:
            if one.kind == "gap":
                assert one.first is not None and refusals(facts, one.first) == ()
            if one.kind == "gap-no" and one.reasons[0].code != "gap-too-short":
                assert set(codes(one.reasons)) <= against(facts, one)


def codes(reasons: Sequence[Reason]) -> list[str]:
    return [reason.code for reason in reasons]


def against(facts: Facts, gap: Segment) -> set[str]:
    """What the rules have against the shortest booking at the first starts of the gap."""
    policy = facts.policy
    begins = (gap.starts, max(gap.starts, NOW + policy.notice))
    starts = [first_start(facts, moment) for moment in begins]
    length = -(-policy.shortest // policy.step) * policy.step
    slots = [Slot(start, start + length) for start in starts]
    return {code for slot in slots for code in codes(refusals(facts, slot))}


def test_a_hole_without_an_end_lasts() -> None:
    (hole,) = holes_of("Laser 1", "laser-1", (LockoutFact("belt", Span(NOW)),), (), NOW)
    assert (hole.kind, hole.ends) == ("lock", EVER)


def test_where_both_are_so_a_machine_is_locked_out_not_closed() -> None:
    lock = LockoutFact("belt", Span(at(8)), expected_until=NOW + HOUR)
    shut = Shut(at(4), NOW + 2 * HOUR, "calibration")
    found = holes_of("Laser 1", "laser-1", (lock,), (shut,), NOW)
    assert [(hole.kind, hole.starts) for hole in found] == [
        ("shut", at(4)),
        ("lock", at(8)),
        ("shut", NOW + HOUR),
    ]
