"""An induction's machine: those who learn may be at it while it lasts, once it was begun."""

import uuid

import pytest

from access.answers import would_answer
from access.models import Session
from bookings.models import Booking, Participant
from bookings.services import purposes
from bookings.services.participants import set_participants
from equipment.models import Level, Machine
from equipment.services import lock_out
from members.models import Hold
from tests.access.world import MINUTE, Site, kinds

GROUP = uuid.UUID(int=7)


@pytest.fixture
def site(db):
    """Alice gives an induction at the mill, for an hour from now; Charlie and Bob have seats."""
    site = Site(walk_up=False, overrun_minutes=15)
    world = site.world
    world.alice.certifications.update(level=Level.MAY_CERTIFY)
    site.lesson = site.book("alice", begins=0, minutes=60)
    site.lesson.purpose, site.lesson.group = "induction", GROUP
    site.lesson.save()
    set_participants(group=GROUP, members=[world.charlie, world.bob], now=site.now)
    return site


def page(site, who):
    machine = Machine.objects.select_related("tool_class", "space").get(pk=site.mill.pk)
    return would_answer(member=getattr(site.world, who), machine=machine, now=site.now)


def begin(site):
    """Alice taps, and taps again: it has begun and the machine is free for those who learn."""
    site.sid = site.tap("alice").sid
    site.state("armed", site.sid)
    site.wait(4).tap("alice")
    site.state("locked")
    assert not site.open_sessions().exists()


def learning(site, who="charlie"):
    begin(site)
    answer = site.wait(4).tap(who)
    site.sid = answer.sid
    site.state("armed", site.sid)
    return answer


def test_before_it_is_begun_they_are_told_who_begins_it(site):
    answer = site.tap("charlie")
    assert page(site, "charlie").code == answer.code == "class-not-begun"
    assert "Alice M" in answer.text


def test_the_certifiers_tap_begins_it(site):
    site.sid = site.tap("alice").sid
    site.state("armed", site.sid)
    site.lesson.refresh_from_db()
    assert site.lesson.state == "running"


def test_then_their_badges_work_though_they_are_not_certified(site):
    begin(site)
    assert page(site, "charlie").ground == "class"
    assert site.wait(4).tap("charlie").ok
    session = Session.objects.latest("offered_at")
    assert (session.ground, session.member) == ("class", site.world.charlie)
    assert session.until == site.lesson.ends  # and no minute of the overrun


def test_they_take_turns(site):
    learning(site, "charlie")
    assert site.wait(4).tap("bob").code == "in-use"
    assert site.wait(4).tap("charlie").ok
    site.state("locked")
    assert site.wait(4).tap("bob").ok


def test_nobody_else_learns(site):
    begin(site)
    assert site.wait(4).tap("dana").code == "not-certified"


@pytest.mark.parametrize("what", ["hold", "membership", "lockout", "account"])
def test_everything_else_counts(site, what):
    charlie = site.world.charlie
    begin(site)
    if what == "hold":
        Hold.objects.create(member=charlie, reason="Waiver", remedy="Sign", since=site.now)
    elif what == "membership":
        charlie.memberships.update(until=site.now)
    elif what == "lockout":
        lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
    else:
        charlie.is_active = False
        charlie.save()
    codes = {
        "hold": "on-hold",
        "membership": "membership-ended",
        "lockout": "locked-out",
        "account": "account-closed",
    }
    assert site.wait(4).tap("charlie").code == codes[what]


def test_it_ends_by_itself(site):
    learning(site)
    site.now += 60 * MINUTE
    site.booted_at += 60 * MINUTE
    (off,) = site.sweep()
    assert (off.code, off.mode) == ("time-up", "stop")


def test_a_running_job_may_finish_where_the_kind_lets_it(site):
    site.world.tool_class.finish_seconds = 60
    site.world.tool_class.save()
    learning(site)
    site.now += 60 * MINUTE
    site.booted_at += 60 * MINUTE
    (off,) = site.sweep()
    assert off.mode == "after-job"


def test_after_it_they_are_who_they_were(site):
    begin(site)
    site.now += 60 * MINUTE
    site.booted_at += 60 * MINUTE
    assert site.tap("charlie").code == "not-certified"


def test_cancelled_it_ends_for_all(site):
    learning(site)
    Booking.objects.filter(pk=site.lesson.pk).update(starts=site.now - 2 * MINUTE)
    purposes.release(member=site.world.alice, group=GROUP, by=None, now=site.now)
    assert kinds(site.wait(1).sweep()) == ["off"]
    site.lesson.refresh_from_db()
    assert site.lesson.state == "done"


def test_released_before_it_began_it_is_cancelled(site):
    purposes.release(member=site.world.alice, group=GROUP, by=None, now=site.now)
    assert site.tap("charlie").code == "not-certified"
    site.lesson.refresh_from_db()
    assert site.lesson.state == "cancelled"


def test_whoever_withdraws_leaves(site):
    learning(site)
    set_participants(group=GROUP, members=[site.world.bob], now=site.now)
    assert kinds(site.wait(1).sweep()) == ["off"]


def test_the_same_participants_again_change_nothing(site):
    before = set(Participant.objects.values_list("pk", flat=True))
    set_participants(group=GROUP, members=[site.world.charlie, site.world.bob], now=site.now)
    assert set(Participant.objects.values_list("pk", flat=True)) == before


def test_a_booking_for_use_has_no_class(site):
    """Participants count at an induction alone."""
    Booking.objects.filter(pk=site.lesson.pk).update(purpose="use")
    begin(site)
    assert site.wait(4).tap("charlie").code == "not-certified"


def test_two_are_not_asked_for_in_a_class(site):
    site.world.tool_class.two_person = True
    site.world.tool_class.save()
    assert site.tap("alice").code == "granted"
