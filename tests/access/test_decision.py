"""Who may switch a machine on now, and until when: one allowed member, and one thing changed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.decision import (
    AFTER_JOB,
    SOMEBODY,
    STOP,
    UNLEARNT,
    Claim,
    Closure,
    Companion,
    Denial,
    Facts,
    Grant,
    Leave,
    decide,
    hosts,
    wants_supervisor,
)
from equipment import eligibility
from equipment.eligibility import (
    CertificationFact,
    HoldFact,
    LockoutFact,
    Requirement,
    Span,
)
from tests.people import NOW

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)
ALICE, BOB = 1, 2

JUDGE = eligibility.Facts(
    known_at=NOW,
    machine="CNC mill",
    machine_slug="cnc-mill",
    memberships=(Span(NOW - YEAR, NOW + YEAR),),
    requirement=Requirement("CNC", "cnc", 2),
    certifications=(CertificationFact(2, Span(NOW - YEAR, NOW + YEAR)),),
)
CLAIM = Claim(7, ALICE, NOW - HOUR, NOW + HOUR, NOW + HOUR)
ALLOWED = Facts(
    judge=JUDGE,
    member_id=ALICE,
    claims=(CLAIM,),
    early_start=10 * MINUTE,
)


def claim(starts, ends, *, member=ALICE, buffer=timedelta(0), opens=True, id=8):
    """Starts and ends in minutes from NOW."""
    ends = NOW + ends * MINUTE
    return Claim(id, member, NOW + starts * MINUTE, ends, ends + buffer, opens)


def with_judge(**changes):
    return replace(ALLOWED, judge=replace(JUDGE, **changes))


def codes(decision):
    return [reason.code for reason in decision.reasons] if isinstance(decision, Denial) else []


def test_certified_and_booked_now_is_granted_until_the_booking_ends():
    assert decide(ALLOWED, NOW) == Grant(NOW + HOUR, "booking", 7)


REFUSED = {
    "account-closed": with_judge(active=False),
    "no-membership": with_judge(memberships=()),
    "membership-ended": with_judge(memberships=(Span(NOW - YEAR, NOW),)),
    "on-hold": with_judge(holds=(HoldFact("Unpaid dues", "Pay them", Span(NOW)),)),
    "not-certified": with_judge(certifications=()),
    "level-too-low": with_judge(certifications=(CertificationFact(1, Span(NOW - YEAR)),)),
    "locked-out": with_judge(lockouts=(LockoutFact("Belt torn", Span(NOW)),)),
    "retired": with_judge(retired_at=NOW),
    "badge-revoked": replace(ALLOWED, badge_revoked=True),
    "closed": replace(ALLOWED, closures=(Closure(Span(NOW, NOW + HOUR), "Flood"),)),
    "not-booked": replace(ALLOWED, claims=()),
    "booked-by-other": replace(ALLOWED, claims=(replace(CLAIM, member_id=BOB),)),
    "too-early": replace(ALLOWED, claims=(claim(11, 60),)),
    "time-up": replace(ALLOWED, claims=(claim(-60, 0),)),
}


@pytest.mark.parametrize(("code", "facts"), REFUSED.items(), ids=REFUSED)
def test_one_thing_missing_is_refused_by_its_name(code, facts):
    assert codes(decide(facts, NOW)) == [code]


def test_every_reason_is_told_at_once_the_judges_first():
    facts = replace(with_judge(certifications=(), memberships=()), claims=())
    assert codes(decide(facts, NOW)) == ["no-membership", "not-certified", "not-booked"]


@pytest.mark.parametrize("opens", [False])
def test_an_offer_that_nobody_took_opens_nothing(opens):
    assert codes(decide(replace(ALLOWED, claims=(claim(-5, 60, opens=opens),)), NOW)) == [
        "not-booked"
    ]


class TestUntil:
    def until(self, *claims, **changes):
        decision = decide(replace(ALLOWED, claims=claims, **changes), NOW)
        assert isinstance(decision, Grant), decision
        return (decision.until - NOW) / MINUTE

    def test_a_little_early_on_a_free_machine(self):
        assert self.until(claim(10, 60)) == 60

    def test_not_early_while_anothers_buffer_lasts(self):
        facts = replace(
            ALLOWED, claims=(claim(-60, -5, member=BOB, buffer=10 * MINUTE), claim(5, 60))
        )
        assert codes(decide(facts, NOW)) == ["booked-by-other"]

    def test_back_to_back_bookings_are_one_grant(self):
        assert self.until(CLAIM, claim(60, 90), claim(90, 120, id=9)) == 120

    def test_the_buffer_between_own_bookings_is_no_gap(self):
        assert self.until(claim(-5, 30, buffer=15 * MINUTE), claim(45, 60, id=9)) == 60

    def test_nor_is_it_while_it_lasts(self):
        assert (
            self.until(
                claim(-60, -5, buffer=15 * MINUTE), claim(10, 60, id=9), early_start=timedelta(0)
            )
            == 60
        )

    def test_a_gap_ends_the_grant(self):
        assert self.until(CLAIM, claim(61, 90)) == 60

    def test_overrun_lasts_on(self):
        assert self.until(CLAIM, overrun=5 * MINUTE) == 65

    def test_overrun_is_used_when_the_booking_is_over(self):
        assert self.until(claim(-60, -2), overrun=5 * MINUTE) == 3

    def test_overrun_ends_where_another_begins(self):
        assert self.until(CLAIM, claim(62, 90, member=BOB), overrun=5 * MINUTE) == 62

    def test_overrun_never_takes_anothers_time(self):
        facts = replace(
            ALLOWED, claims=(claim(-60, -2), claim(-2, 60, member=BOB)), overrun=5 * MINUTE
        )
        assert codes(decide(facts, NOW)) == ["booked-by-other"]

    def test_a_membership_that_ends_first_ends_it(self):
        judge = replace(JUDGE, memberships=(Span(NOW - YEAR, NOW + 7 * MINUTE),))
        assert self.until(CLAIM, judge=judge) == 7

    def test_a_hold_that_begins_ends_it(self):
        judge = replace(JUDGE, holds=(HoldFact("Dues", "Pay", Span(NOW + 9 * MINUTE)),))
        assert self.until(CLAIM, judge=judge) == 9

    def test_closing_ends_it(self):
        closures = (Closure(Span(NOW + 20 * MINUTE, NOW + HOUR), "Party"),)
        assert self.until(CLAIM, closures=closures) == 20


class TestMode:
    def mode(self, facts):
        return decide(facts, NOW).mode

    def test_time_up_follows_the_tool_class(self):
        over = REFUSED["time-up"]
        assert self.mode(over) == STOP
        assert self.mode(replace(over, finishes=True)) == AFTER_JOB

    def test_a_ban_never_waits_for_the_job(self):
        assert self.mode(replace(REFUSED["on-hold"], finishes=True)) == STOP

    @pytest.mark.parametrize("mode", [STOP, AFTER_JOB])
    def test_a_lockout_says_it_itself(self, mode):
        assert self.mode(replace(REFUSED["locked-out"], lockout_mode=mode)) == mode

    def test_what_must_not_be_on_at_all_waits_for_no_job(self):
        facts = replace(REFUSED["locked-out"], lockout_mode=AFTER_JOB, do_not_energise=True)
        assert self.mode(facts) == STOP

    @pytest.mark.parametrize("mode", [STOP, AFTER_JOB])
    def test_a_revocation_says_it_itself(self, mode):
        revoked = CertificationFact(2, Span(NOW - YEAR, NOW), revoked=True)
        facts = with_judge(certifications=(revoked,))
        assert self.mode(replace(facts, revocation_mode=mode)) == mode

    def test_the_strictest_of_several_counts(self):
        facts = replace(REFUSED["locked-out"], claims=(), finishes=False, lockout_mode=AFTER_JOB)
        assert self.mode(facts) == STOP


# --- for any facts whatever --------------------------------------------------------------------

moments = st.integers(-300, 300).map(lambda minutes: NOW + minutes * MINUTE)
spans = st.tuples(moments, st.integers(1, 400) | st.none()).map(
    lambda pair: Span(pair[0], None if pair[1] is None else pair[0] + pair[1] * MINUTE)
)


@st.composite
def claim_lists(draw):
    """Claims that do not overlap, as the database keeps them."""
    at, claims = NOW - 200 * MINUTE, []
    for number in range(draw(st.integers(0, 6))):
        starts = at + draw(st.integers(0, 60)) * MINUTE
        ends = starts + draw(st.integers(1, 120)) * MINUTE
        at = ends + draw(st.sampled_from([0, 0, 10])) * MINUTE
        member = draw(st.sampled_from([ALICE, ALICE, BOB]))
        opens = draw(st.sampled_from([True, True, True, False]))
        lesson = draw(st.sampled_from([False, False, True]))
        among = frozenset({ALICE} if lesson and member == BOB else ())
        begun = draw(st.booleans()) and starts <= NOW
        claims.append(Claim(number, member, starts, ends, at, opens, lesson, begun, "Bob L", among))
    return tuple(claims)


judges = st.builds(
    replace,
    st.just(JUDGE),
    active=st.sampled_from([True, True, True, False]),
    retired_at=st.none() | moments,
    memberships=st.lists(spans, max_size=3).map(tuple) | st.just(JUDGE.memberships),
    holds=st.lists(spans.map(lambda span: HoldFact("a", "b", span)), max_size=1).map(tuple),
    certifications=st.just(JUDGE.certifications)
    | st.lists(
        st.builds(CertificationFact, st.integers(1, 3), spans, st.booleans()), max_size=2
    ).map(tuple),
    lockouts=st.lists(spans.map(lambda span: LockoutFact("a", span)), max_size=1).map(tuple),
)
companions = st.builds(Companion, st.just(BOB), st.just("Bob L"), st.none() | judges, st.booleans())
anything = st.builds(
    replace,
    st.just(ALLOWED),
    judge=judges,
    claims=claim_lists(),
    walk_up=st.booleans(),
    two_person=st.sampled_from([False, False, True]),
    supervised=st.booleans(),
    companion=st.none() | companions,
    ground=st.sampled_from(["", "", "booking", "class"]),
    maintenance=st.lists(
        st.builds(Leave, spans.filter(lambda span: span.until), st.booleans()), max_size=2
    ).map(tuple),
    do_not_energise=st.sampled_from([False, False, True]),
    closures=st.lists(
        spans.filter(lambda span: span.until).map(lambda span: Closure(span, "shut")), max_size=1
    ).map(tuple),
    early_start=st.sampled_from([timedelta(0), 10 * MINUTE]),
    overrun=st.sampled_from([timedelta(0), 15 * MINUTE]),
)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_a_grant_is_true_at_every_moment_until_it_ends(facts):
    decision = decide(facts, NOW)
    if isinstance(decision, Denial):
        assert decision.reasons
        return
    assert decision.until > NOW
    at: datetime = NOW
    while at < decision.until:
        again = decide(facts, at)
        assert isinstance(again, Grant), (at, again)
        stands_at(facts, again, at)
        at += MINUTE


def stands_at(facts, grant, at):
    """What each ground promises at every moment, said anew and not as the decision says it."""
    missing = {reason.code for reason in eligibility.missing(facts.judge, at)}
    shut = any(closure.span.covers(at) for closure in facts.closures)
    if grant.ground == "maintenance":
        leaves = [leave for leave in facts.maintenance if leave.span.covers(at)]
        assert leaves
        if facts.two_person and not any(leave.one_person for leave in leaves):
            beside = eligibility.missing(facts.companion.judge, at) if facts.companion.judge else ()
            assert {reason.code for reason in beside} <= {"locked-out"}
        assert not facts.do_not_energise
        assert not missing & {"account-closed", "on-hold", "certification-revoked", "retired"}
        return
    assert not shut
    if grant.ground == "class":
        (lesson,) = (c for c in facts.claims if c.id == grant.booking_id)
        assert lesson.is_class
        assert lesson.begun
        assert ALICE in lesson.participants
        assert at < lesson.ends
        assert not missing - UNLEARNT
        return
    beside = facts.companion
    if beside is not None and beside.judge is not None:
        assert not eligibility.missing(beside.judge, at)
    if grant.ground == "supervised":
        assert beside.supervises
        assert not missing - {"level-too-low"}
    else:
        assert not missing
        assert beside is not None or not facts.two_person or is_lesson(facts, grant)
    assert not any(c.member_id not in facts.pair and c.holds(at) for c in facts.claims)


def is_lesson(facts, grant):
    return any(claim.is_class for claim in facts.claims if claim.id == grant.booking_id)


@given(anything)
def test_it_refuses_whom_the_judge_refuses_and_says_the_same(facts):
    facts = replace(facts, companion=None, maintenance=())
    judged = eligibility.missing(facts.judge, NOW)
    decision = decide(facts, NOW)
    if isinstance(decision, Grant):
        assert not judged or decision.ground == "class"
    elif judged and not any(claim.is_class for claim in facts.claims):
        assert decision.reasons[: len(judged)] == judged


@given(anything)
def test_nobody_is_granted_without_a_claim_of_their_own(facts):
    decision = decide(facts, NOW)
    if isinstance(decision, Grant) and decision.ground in ("booking", "supervised"):
        (stood_on,) = (c for c in facts.claims if c.id == decision.booking_id)
        assert stood_on.member_id in facts.pair
        assert stood_on.opens
        assert stood_on.starts - facts.early_start <= NOW < stood_on.ends + facts.overrun


@given(anything)
def test_a_supervisor_is_called_only_where_one_would_do(facts):
    facts = replace(facts, companion=None)
    if wants_supervisor(facts, NOW):
        assert facts.supervised
        beside = decide(replace(facts, companion=SOMEBODY), NOW)
        assert isinstance(beside, Grant) or (facts.walk_up and beside.is_unclaimed())


class TestClockSetBack:
    """What was taken away an hour “from now” stays taken away."""

    def test_a_lockout_stands(self):
        facts = with_judge(lockouts=(LockoutFact("Belt torn", Span(NOW + HOUR)),))
        assert codes(decide(facts, NOW)) == ["locked-out"]

    def test_a_certification_taken_back_stays_so(self):
        revoked = CertificationFact(2, Span(NOW - YEAR, NOW + HOUR), revoked=True)
        assert codes(decide(with_judge(certifications=(revoked,)), NOW)) == [
            "certification-revoked"
        ]


class TestCompanion:
    """Alice is there with Bob."""

    BOBS = Claim(9, BOB, NOW - HOUR, NOW + HOUR, NOW + HOUR)
    TRAINEE = replace(JUDGE, certifications=(CertificationFact(1, Span(NOW - YEAR)),))

    def beside(self, supervises=True, judge=JUDGE, **changes):
        companion = Companion(BOB, "Bob L", judge, supervises)
        return replace(ALLOWED, companion=companion, **changes)

    def test_a_trainee_beside_a_supervisor(self):
        facts = self.beside(judge=JUDGE, supervised=True)
        decision = decide(replace(facts, judge=self.TRAINEE), NOW)
        assert decision == Grant(NOW + HOUR, "supervised", 7)

    def test_in_the_companions_time(self):
        decision = decide(self.beside(claims=(self.BOBS,)), NOW)
        assert decision.booking_id == 9

    def test_in_nobody_elses(self):
        third = replace(self.BOBS, member_id=3)
        assert codes(decide(self.beside(claims=(third,)), NOW)) == ["booked-by-other"]

    def test_what_the_companion_lacks_stands_behind_who_they_are(self):
        held = replace(JUDGE, holds=(HoldFact("Dues", "Pay", Span(NOW)),))
        assert codes(decide(self.beside(judge=held), NOW)) == ["companion-may-not", "on-hold"]

    def test_what_both_lack_is_told_once(self):
        out = replace(JUDGE, lockouts=(LockoutFact("Belt torn", Span(NOW)),))
        facts = replace(self.beside(judge=out), judge=out)
        assert codes(decide(facts, NOW)) == ["locked-out"]

    @pytest.mark.parametrize("mode", [STOP, AFTER_JOB])
    def test_how_it_ends_is_what_ends_it(self, mode):
        taken = CertificationFact(3, Span(NOW - YEAR, NOW), revoked=True)
        facts = self.beside(judge=replace(JUDGE, certifications=(taken,)), revocation_mode=mode)
        assert decide(facts, NOW).mode == mode

    def test_it_lasts_no_longer_than_the_companion_may(self):
        soon = replace(JUDGE, memberships=(Span(NOW - YEAR, NOW + 7 * MINUTE),))
        assert decide(self.beside(judge=soon), NOW).until == NOW + 7 * MINUTE

    def test_where_two_are_asked_for_one_is_not_enough(self):
        assert codes(decide(replace(ALLOWED, two_person=True), NOW)) == ["needs-second"]
        assert isinstance(decide(self.beside(supervises=False, two_person=True), NOW), Grant)

    def test_whose_time_it_is_may_host(self):
        facts = replace(ALLOWED, claims=(self.BOBS,))
        assert hosts(facts, NOW) == {BOB}
        assert hosts(replace(facts, claims=(replace(self.BOBS, opens=False),)), NOW) == set()
