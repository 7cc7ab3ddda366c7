"""Leave to mend: it passes a lockout, for a named person, for minutes, for a reason."""

from datetime import timedelta

import pytest

from access.answers import would_answer
from access.models import Session
from access.services.maintenance import (
    MaintenanceError,
    grant_maintenance,
    withdraw_maintenance,
)
from access.services.relay_tests import start_relay_test
from equipment.models import Machine, Suspension
from equipment.services import lock_out
from members.models import Change, Closure, Hold
from tests.access.world import MINUTE, Site, kinds


@pytest.fixture
def site(db):
    return Site(walk_up=False)


@pytest.fixture
def mend(site):
    def mend(who="bob", minutes=30, why="New belt", **how):
        return grant_maintenance(
            machine=site.mill,
            member=getattr(site.world, who),
            why=why,
            minutes=minutes,
            by=site.world.dana,
            now=site.now,
            **how,
        )

    return mend


def out(site, **how):
    return lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now, **how)


def page(site, who):
    machine = Machine.objects.select_related("tool_class", "space").get(pk=site.mill.pk)
    return would_answer(member=getattr(site.world, who), machine=machine, now=site.now)


def mending(site, mend):
    """Bob, whose certification has lapsed, is at the locked-out mill with leave."""
    out(site)
    grant = mend()
    answer = site.tap("bob")
    site.sid = answer.sid
    site.state("armed", site.sid)
    return grant


def test_it_passes_a_lockout_and_needs_no_booking_and_no_certification(site, mend):
    mending(site, mend)
    assert (site.session.ground, site.session.booking) == ("maintenance", None)
    assert site.session.until == site.now + 30 * MINUTE


def test_the_page_says_what_the_tap_does(site, mend):
    out(site)
    assert page(site, "bob").code == "certification-ended"
    mend()
    assert page(site, "bob").ground == "maintenance"
    answer = site.tap("bob")
    assert (answer.ok, answer.code) == (True, "granted-maintenance")


def test_for_nobody_else(site, mend):
    out(site)
    mend("bob")
    assert site.tap("alice").code == "locked-out"


def test_it_ends_at_its_end(site, mend):
    mending(site, mend)
    site.now += 30 * MINUTE
    site.booted_at += 30 * MINUTE
    assert kinds(site.sweep()) == ["off"]


def test_withdrawn_it_ends_at_once(site, mend):
    grant = mending(site, mend)
    withdraw_maintenance(grant=grant, by=site.world.dana, now=site.now)
    (off,) = site.wait(1).sweep()
    assert off.mode == "stop"


def test_a_lockout_placed_in_the_middle_does_not_end_it(site, mend):
    mending(site, mend)
    out(site)
    assert kinds(site.wait(10).state("armed", site.sid)) == ["lease"]


def test_one_marked_do_not_energise_does(site, mend):
    mending(site, mend)
    out(site, do_not_energise=True)
    assert kinds(site.wait(1).sweep()) == ["off"]


def test_nor_does_one_begin_under_it(site, mend):
    mend()
    out(site, do_not_energise=True)
    assert site.tap("bob").code == "certification-ended"
    assert not Session.objects.exists()


def test_never_while_somebody_else_is_at_it(site, mend):
    site.arm("alice")
    mend()
    assert site.wait(1).tap("bob").code == "in-use"


def test_never_in_somebody_elses_time_on_a_machine_that_works(site, mend):
    site.book("alice")
    mend()
    assert not site.tap("bob").ok
    assert not Session.objects.exists()


def test_until_their_time_begins(site, mend):
    site.book("alice", begins=10)
    mend()
    site.sid = site.tap("bob").sid
    assert site.session.until == site.now + 10 * MINUTE


def test_a_machine_that_is_out_is_nobodys(site, mend):
    site.book("alice")
    out(site)
    mend()
    assert site.tap("bob").ok


def test_once_it_works_again_it_is_theirs(site, mend):
    site.book("alice")
    mending(site, mend)
    site.mill.lockouts.update(cleared_at=site.now)
    assert kinds(site.wait(1).sweep()) == ["off"]


@pytest.mark.parametrize("what", ["closed account", "hold", "suspension", "revoked"])
def test_what_was_taken_from_this_very_person_stays_taken(site, mend, what):
    bob = site.world.bob
    mend()
    if what == "closed account":
        bob.is_active = False
        bob.save()
    elif what == "hold":
        Hold.objects.create(member=bob, reason="Ban", remedy="Ask", since=site.now)
    elif what == "suspension":
        kind = site.world.certification
        Suspension.objects.create(member=bob, type=kind, why="x", since=site.now)
    else:
        bob.certifications.update(until=None, revoked_at=site.now)
    assert not site.tap("bob").ok


def test_on_a_day_when_the_space_is_shut(site, mend):
    Closure.objects.create(
        space=site.world.space, starts=site.now, ends=site.now + MINUTE, reason="Works"
    )
    mend()
    assert site.tap("bob").ok


def test_without_a_membership(site, mend):
    site.world.bob.memberships.all().delete()
    mend()
    assert site.tap("bob").ok


def test_own_time_goes_before_and_lasts_on(site, mend):
    """Alice is booked for an hour; with leave for ten minutes she is no worse off."""
    site.book("alice", minutes=60)
    mend("alice", minutes=10)
    site.sid = site.tap("alice").sid
    assert (site.session.ground, site.session.until) == ("booking", site.now + 60 * MINUTE)


def test_what_began_as_mending_goes_on_in_own_time(site, mend):
    mend("alice", minutes=10)
    site.sid = site.tap("alice").sid
    site.state("armed", site.sid)
    site.book("alice", minutes=60)
    site.wait(10).state("armed", site.sid)
    assert site.session.ground == "booking"


def test_a_second_leave_takes_the_place_of_the_first(site, mend):
    first, second = mend(minutes=30), mend(minutes=5)
    first.refresh_from_db()
    assert first.withdrawn_at == site.now
    assert site.tap("bob").left == int(timedelta(minutes=5).total_seconds())
    assert second.withdrawn_at is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"why": " "}, "on record"), ({"minutes": 31}, "30 minutes"), ({"minutes": 0}, "30 minutes")],
)
def test_what_cannot_be_given(mend, wrong, said):
    with pytest.raises(MaintenanceError, match=said):
        mend(**wrong)


def test_none_for_a_closed_account_or_where_nothing_may_be_switched_on(site, mend):
    out(site, do_not_energise=True)
    with pytest.raises(MaintenanceError, match="by anybody"):
        mend()
    site.world.bob.is_active = False
    site.world.bob.save()
    with pytest.raises(MaintenanceError, match="closed"):
        mend()


def test_giving_and_taking_back_leave_a_change_each(site, mend):
    grant = mend()
    for _ in range(2):
        withdraw_maintenance(grant=grant, by=site.world.dana, now=site.now)
    verbs = list(Change.objects.values_list("verb", flat=True))
    assert verbs.count("grant_maintenance") == verbs.count("withdraw_maintenance") == 1


class TestMachineForTwo:
    """The rule that two are to be there holds for mending, too."""

    @pytest.fixture
    def site(self, db):
        return Site(walk_up=False, two_person=True)

    def test_whoever_mends_waits_for_a_second_and_the_page_says_so(self, site, mend):
        out(site)
        mend()
        assert page(site, "bob").code == site.tap("bob").code == "needs-second"
        assert not Session.objects.exists()

    def test_somebody_who_may_use_it_stands_by(self, site, mend):
        out(site)
        mend()
        site.tap("bob")
        answer = site.wait(4).tap("alice")
        assert answer.code == "granted-together"
        session = Session.objects.get()
        assert (session.ground, session.member) == ("maintenance", site.world.bob)
        assert session.companion == site.world.alice

    def test_not_somebody_who_may_not(self, site, mend):
        out(site)
        mend()
        site.tap("bob")
        assert not site.wait(4).tap("charlie").ok
        assert not Session.objects.exists()

    def test_nor_past_what_says_that_nobody_may_switch_it_on(self, site, mend):
        mend()
        out(site, do_not_energise=True)
        site.tap("bob")
        assert not site.wait(4).tap("alice").ok

    def test_it_ends_when_the_second_may_not_any_more(self, site, mend):
        mend()
        site.tap("bob")
        site.sid = site.wait(4).tap("alice").sid
        assert kinds(site.state("armed", site.sid)) == ["lease"]
        Hold.objects.create(
            member=site.world.alice, reason="Fees", remedy="Pay", since=site.now, placed_by=None
        )
        assert "off" in kinds(site.wait(10).state("armed", site.sid))

    def test_one_will_do_where_it_is_isolated_and_that_is_on_record(self, site, mend):
        leave = mend(one_person=True)
        assert page(site, "bob").ground == "maintenance"
        assert site.tap("bob").code == "granted-maintenance"
        assert leave.one_person
        assert Change.objects.get(verb="grant_maintenance").after["one_person"] is True

    def test_the_relay_is_heard_by_one(self, site):
        start_relay_test(device=site.device, by=site.world.dana, now=site.now)
        answer = site.tap("dana")
        assert (answer.code, answer.grant.left) == ("granted-maintenance", 20)
