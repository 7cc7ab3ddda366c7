"""Two readers of one judge's facts, and three who ask it: they always agree."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access import facts
from access.answers import would_answer
from access.decision import Denial, Grant, decide
from access.models import MaintenanceGrant, Session
from bookings.models import Booking, Participant
from equipment import eligibility
from equipment.facts import facts_for
from equipment.models import Certification, Lockout, Machine, Suspension, ToolClass
from members.models import Closure, Hold, Membership, Pause
from tests.access.world import Site
from tests.people import NOW, a_certification

MINUTE = timedelta(minutes=1)
moments = st.integers(-120, 120).map(lambda minutes: NOW + minutes * MINUTE)
lengths = st.integers(1, 300).map(lambda minutes: minutes * MINUTE)
maybe = st.none() | lengths


@st.composite
def histories(draw):
    """What a member may have behind them: rows to be written, as functions of the world."""
    rows = []
    for _ in range(draw(st.integers(0, 2))):
        rows.append(("membership", draw(moments), draw(maybe)))
    for _ in range(draw(st.integers(0, 2))):
        idle, level = draw(st.none() | moments), draw(st.sampled_from([1, 2, 2, 3]))
        rows.append(
            ("certification", draw(moments), draw(maybe), draw(st.none() | moments), idle, level)
        )
    for kind in ("hold", "lockout", "suspension"):
        for _ in range(draw(st.integers(0, 1))):
            rows.append((kind, draw(moments), draw(maybe), draw(st.booleans())))
    for kind in ("pause", "maintenance"):
        for _ in range(draw(st.integers(0, 1))):
            rows.append((kind, draw(moments), draw(lengths), draw(st.sampled_from([0, 0, 1]))))
    return History(
        rows,
        keeps=draw(st.booleans()),
        active=draw(st.sampled_from([True, True, False])),
        time=draw(st.sampled_from(["own", "own", "class", "begun", "nobody's"])),
        two_person=draw(st.sampled_from([False, False, True])),
    )


@dataclass
class History:
    rows: list
    keeps: bool  # the membership and the certification of tests/people.py
    active: bool
    time: str  # whose it is: one's own, an induction's, or free
    two_person: bool

    @property
    def is_plain(self):
        """Whether only the judge and the claims count."""
        leave = any(row[0] == "maintenance" for row in self.rows)
        return not leave and self.time in ("own", "nobody's")


def write(site, history):
    alice = site.world.alice
    alice.is_active = history.active
    alice.save()
    ToolClass.objects.update(two_person=history.two_person)
    if not history.keeps:
        alice.memberships.all().delete()
        alice.certifications.all().delete()
    for kind, at, length, *more in history.rows:
        WRITERS[kind](site, at, at + length if length else None, *more)
    if history.time == "own":
        site.book("alice")
    elif history.time != "nobody's":
        lesson = site.book("dana")
        state = "running" if history.time == "begun" else "confirmed"
        Booking.objects.filter(pk=lesson.pk).update(purpose="induction", state=state)
        Participant.objects.create(booking=lesson, member=alice)


def a_membership(site, at, until):
    world = site.world
    Membership.objects.create(member=world.alice, plan=world.plan, starts=at, until=until)


def a_proof(site, at, until, revoked, idle, level):
    Certification.objects.create(
        member=site.world.alice,
        type=site.world.certification,
        level=level,
        given_at=at,
        until=until,
        revoked_at=revoked,
        idle_until=idle,
    )


def a_hold(site, at, until, lifted):
    lifted_at = at if lifted else None
    alice = site.world.alice
    Hold.objects.create(
        member=alice, reason="a", remedy="b", since=at, until=until, lifted_at=lifted_at
    )


def a_lockout(site, at, until, is_for_all):
    Lockout.objects.create(
        machine=site.mill, why="c", since=at, expected_until=until, do_not_energise=is_for_all
    )


def a_suspension(site, at, until, lifted):
    Suspension.objects.create(
        member=site.world.alice,
        type=site.world.certification,
        why="d",
        since=at,
        until=until,
        lifted_at=at if lifted else None,
    )


def a_pause(site, at, until, called_off):
    membership = site.world.alice.memberships.first()
    if membership is not None:
        Pause.objects.create(
            member=site.world.alice,
            membership=membership,
            starts=at,
            until=until,
            asked_at=at,
            called_off_at=at if called_off else None,
        )


def a_leave(site, at, until, withdrawn):
    MaintenanceGrant.objects.create(
        machine=site.mill,
        member=site.world.alice,
        why="e",
        since=at,
        until=until,
        withdrawn_at=at if withdrawn else None,
    )


WRITERS = {
    "membership": a_membership,
    "certification": a_proof,
    "hold": a_hold,
    "lockout": a_lockout,
    "suspension": a_suspension,
    "pause": a_pause,
    "maintenance": a_leave,
}


@pytest.fixture
def machine(site):
    return Machine.objects.select_related("tool_class__requires", "space").get(pk=site.mill.pk)


def check_agreement(site, machine, history):
    write(site, history)
    machine = Machine.objects.select_related("tool_class__requires", "space").get(pk=machine.pk)
    (bench,) = facts.benches([machine.pk])
    known = facts.know({site.world.alice.pk}, [bench], NOW)
    mine = known.judge(site.world.alice.pk, bench)
    theirs = facts_for(member_id=site.world.alice.pk, machines=[machine], now=NOW)[machine.pk]
    assert in_order(mine) == in_order(theirs)
    judged = [reason.code for reason in eligibility.missing(theirs, NOW)]
    page = would_answer(member=site.world.alice, machine=machine, now=NOW)
    answer = site.tap("alice")
    assert answer.ok == isinstance(page, Grant)
    if isinstance(page, Denial):
        codes = [reason.code for reason in page.reasons]
        assert answer.code == codes[0]
        told = codes[1:] if codes[0] == "needs-supervisor" else codes
        if history.is_plain:
            assert told[: len(judged)] == judged
    else:
        session = Session.objects.get()
        assert (session.until, session.ground) == (page.until, page.ground)
        assert not (history.is_plain and judged)
    if not judged and history.time == "own" and not history.two_person:
        assert isinstance(page, Grant)


def in_order(judge):
    """Rows that begin together have no order."""
    return replace(
        judge,
        memberships=tuple(sorted(judge.memberships, key=repr)),
        pauses=tuple(sorted(judge.pauses, key=repr)),
        suspensions=tuple(sorted(judge.suspensions, key=repr)),
        holds=tuple(sorted(judge.holds, key=repr)),
        certifications=tuple(sorted(judge.certifications, key=repr)),
        lockouts=tuple(sorted(judge.lockouts, key=repr)),
    )


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories())
def test_tap_page_and_judge_agree_whatever_happened_before(site, machine, history):
    """What follows for Alice's tap, her page, and the judge that bookings ask."""
    with transaction.atomic():
        site.watch.__init__()
        check_agreement(site, machine, history)
        transaction.set_rollback(True)


class TestKnow:
    """What is read about claims and closures."""

    def known(self, site):
        (bench,) = facts.benches([site.mill.pk])
        known = facts.know({site.world.alice.pk}, [bench], site.now)
        return known.facts(site.world.alice.pk, bench)

    def test_claims_around_now_in_order(self, site):
        later, now = site.book("dana", begins=70, minutes=90), site.book("alice")
        assert [claim.id for claim in self.known(site).claims] == [now.pk, later.pk]

    def test_a_no_show_whose_time_has_come_holds_nothing(self, site):
        site.book("dana")
        Booking.objects.update(lapses_at=site.now)
        assert self.known(site).claims == ()

    def test_what_is_cancelled_holds_nothing(self, site):
        site.book("dana")
        Booking.objects.update(state="cancelled", holds=False)
        assert self.known(site).claims == ()

    def test_an_offer_holds_and_opens_nothing(self, site):
        site.book("alice")
        Booking.objects.update(state="offered")
        (claim,) = self.known(site).claims
        assert not claim.opens

    def test_closures_of_the_space(self, site):
        Closure.objects.create(
            space=site.world.space, starts=site.now, ends=site.now + MINUTE, reason="Flood"
        )
        site.book("alice")
        decision = decide(self.known(site), site.now)
        assert decision.code == "closed"
        assert site.tap("alice").code == "closed"

    def test_the_strictest_of_standing_lockouts_counts(self, site):
        for mode in ("after-job", "stop", "after-job"):
            Lockout.objects.create(machine=site.mill, why="x", mode=mode, since=site.now)
        assert self.known(site).lockout_mode == "stop"

    def test_everything_in_one_statement(self, site):
        site.book("alice")
        (bench,) = facts.benches([site.mill.pk])
        with CaptureQueriesContext(connection) as queries:
            facts.know({site.world.alice.pk, site.world.bob.pk}, [bench], site.now)
        assert len(queries) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what is there")
def test_no_tap_reads_the_bookings_of_years(site):
    """Those of a machine are found by the index that knows when they are over."""
    (bench,) = facts.benches([site.mill.pk])
    with CaptureQueriesContext(connection) as queries:
        facts.know({site.world.alice.pk}, [bench], site.now)
    (know,) = queries
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {know['sql']}".replace("%", "%%"))
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "bookings_booking_held" in plan
    assert "bookings_booking_machine" not in plan
    assert "SCAN" not in plan


class TestPage:
    """What a machine's page says beforehand is what the tap is told."""

    @pytest.fixture
    def ask(self, site):
        def ask(who="alice"):
            machine = Machine.objects.select_related("tool_class", "space").get(pk=site.mill.pk)
            member = getattr(site.world, who)
            return would_answer(member=member, machine=machine, now=site.now)

        return ask

    def test_a_grant_until_the_same_moment(self, site, ask):
        site.book("alice")
        page = ask()
        site.sid = site.tap("alice").sid
        assert page.until == site.session.until

    def test_in_use_by_another(self, site, ask):
        site.arm("alice")
        a_certification(site.world.dana, site.world.certification)
        assert ask("dana").code == site.tap("dana").code == "in-use"

    def test_finishing(self, site, ask):
        site.arm("alice")
        site.state("grace", site.sid)
        assert ask("dana").code == site.tap("dana").code == "machine-finishing"

    def test_a_fault(self, site, ask):
        site.state("fault", fault="contactor-stuck", relay=False)
        assert ask().code == site.wait(1).tap("alice").code == "fault"

    def test_a_walk_up_until_the_same_moment_and_nothing_is_booked_by_asking(self, db):
        site = Site(walk_up=True)
        site.book("dana", begins=40, minutes=90)
        page = would_answer(member=site.world.alice, machine=site.mill, now=site.now)
        assert page.until == site.now + 40 * MINUTE
        assert page.booking_id is None
        assert Booking.objects.count() == 1
        site.sid = site.tap("alice").sid
        assert site.session.until == page.until

    def test_no_walk_up_where_another_has_booked(self, db):
        site = Site(walk_up=True)
        site.book("dana")
        page = would_answer(member=site.world.alice, machine=site.mill, now=site.now)
        assert page.code == site.tap("alice").code == "booked-by-other"
