"""Two readers of one judge's facts, and three who ask it: they always agree."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access import facts
from access.answers import would_answer
from access.decision import Denial, Grant, decide
from bookings.models import Booking
from equipment import eligibility
from equipment.facts import facts_for
from equipment.models import Certification, Lockout, Machine
from members.models import Closure, Hold, Membership
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
        rows.append(("certification", draw(moments), draw(maybe), draw(st.none() | moments)))
    for _ in range(draw(st.integers(0, 2))):
        rows.append(("hold", draw(moments), draw(maybe), draw(st.booleans())))
    for _ in range(draw(st.integers(0, 2))):
        rows.append(("lockout", draw(moments), draw(maybe), draw(st.booleans())))
    return rows, draw(st.booleans()), draw(st.sampled_from([True, True, False]))


def write(site, history):
    rows, keeps, active = history
    alice, mill = site.world.alice, site.mill
    alice.is_active = active
    alice.save()
    if not keeps:
        alice.memberships.all().delete()
        alice.certifications.all().delete()
    for kind, at, length, *more in rows:
        until = at + length if length else None
        if kind == "membership":
            Membership.objects.create(member=alice, plan=site.world.plan, starts=at, until=until)
        elif kind == "certification":
            Certification.objects.create(
                member=alice,
                type=site.world.certification,
                level=2,
                given_at=at,
                until=until,
                revoked_at=more[0],
            )
        elif kind == "hold":
            lifted = at if more[0] else None
            Hold.objects.create(
                member=alice, reason="a", remedy="b", since=at, until=until, lifted_at=lifted
            )
        else:
            cleared = at if more[0] else None
            Lockout.objects.create(
                machine=mill, why="c", since=at, expected_until=until, cleared_at=cleared
            )


@pytest.fixture
def machine(site):
    return Machine.objects.select_related("tool_class__requires", "space").get(pk=site.mill.pk)


def check_agreement(site, machine, history):
    write(site, history)
    (bench,) = facts.benches([machine.pk])
    known = facts.know({site.world.alice.pk}, [bench], NOW)
    mine = known.judge(site.world.alice.pk, bench)
    theirs = facts_for(member_id=site.world.alice.pk, machines=[machine], now=NOW)[machine.pk]
    assert in_order(mine) == in_order(theirs)
    judged = [reason.code for reason in eligibility.missing(theirs, NOW)]
    page = would_answer(member=site.world.alice, machine=machine, now=NOW)
    answer = site.tap("alice")
    if judged:
        assert isinstance(page, Denial)
        assert [reason.code for reason in page.reasons[: len(judged)]] == judged
        assert (answer.ok, answer.code) == (False, judged[0])
    else:
        assert isinstance(page, Grant)
        assert answer.ok


def in_order(judge):
    """Rows that begin together have no order."""
    return replace(
        judge,
        memberships=tuple(sorted(judge.memberships, key=repr)),
        holds=tuple(sorted(judge.holds, key=repr)),
        certifications=tuple(sorted(judge.certifications, key=repr)),
        lockouts=tuple(sorted(judge.lockouts, key=repr)),
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories())
def test_tap_page_and_judge_agree_whatever_happened_before(site, machine, history):
    """Booked by Alice; what follows for her tap, her page, and the judge that bookings ask."""
    with transaction.atomic():
        site.watch.__init__()
        site.book("alice")
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
