"""What time and other people's changes do to open sessions, rules S4 and S5."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import OperationalError

import wire
from access import facts, services
from access.models import AccessEvent, Device, Session
from access.services.batch import Batch
from access.watch import Watch
from bookings.models import Booking
from bookings.services import book
from equipment.services import lock_out, revoke_certification
from members.models import AccessEpoch, Badge, Member, Space
from members.services import end_membership, place_hold, revoke_badge
from notices.models import Outbox
from tests.access.world import Site, kinds
from tests.people import NOW, a_certification, a_machine


def offs(messages):
    return [(message.mode, message.code) for message in messages if message.kind == "off"]


class TestGroundTakenAway:
    """Whatever ends a grant reaches the machine without its asking."""

    @pytest.fixture
    def armed(self, site):
        site.arm()
        return site

    def end(self, site, mode, code):
        assert offs(site.sweep()) == [(mode, code)]
        assert site.session.state == "closing"
        site.state()
        assert (site.session.state, site.session.end_reason) == ("ended", code)

    def test_nothing_has_changed(self, armed):
        assert armed.sweep() == []
        assert armed.session.state == "active"

    @pytest.mark.parametrize("mode", ["stop", "after-job"])
    def test_a_lockout(self, armed, mode):
        lock_out(machine=armed.mill, why="Belt torn", by=None, now=armed.now, mode=mode)
        self.end(armed, mode, "locked-out")

    @pytest.mark.parametrize("mode", ["stop", "after-job"])
    def test_a_certification_taken_back(self, armed, mode):
        revoke_certification(
            certification=armed.world.alice.certifications.get(),
            by=armed.world.dana,
            why="No goggles",
            now=armed.now,
            mode=mode,
        )
        self.end(armed, mode, "certification-revoked")

    def test_a_hold(self, armed):
        place_hold(
            member=armed.world.alice,
            reason="Dues",
            remedy="Pay",
            by=armed.world.dana,
            now=armed.now,
        )
        self.end(armed, "stop", "on-hold")

    def test_the_badge_that_began_it(self, armed):
        revoke_badge(
            badge=Badge.objects.get(member=armed.world.alice), by=armed.world.dana, now=armed.now
        )
        self.end(armed, "stop", "badge-revoked")

    def test_a_membership(self, armed):
        end_membership(
            membership=armed.world.alice.memberships.get(),
            by=armed.world.dana,
            until=armed.now,
            now=armed.now,
        )
        self.end(armed, "stop", "membership-ended")

    def test_an_account(self, armed):
        Member.objects.filter(pk=armed.world.alice.pk).update(is_active=False)
        self.end(armed, "stop", "account-closed")

    def test_a_booking_cancelled(self, armed):
        Booking.objects.update(state="cancelled", holds=False)
        self.end(armed, "stop", "not-booked")

    def test_a_booking_over(self, armed):
        armed.wait(3600)
        self.end(armed, "stop", "time-up")

    def test_a_booking_of_others_where_one_stays_over(self, db):
        site = Site(overrun_minutes=10, step_minutes=5, shortest_minutes=5)
        a_certification(site.world.charlie, site.world.certification)
        site.arm(minutes=1)
        site.wait(297).state("armed", site.sid)
        before, charlie = services.epoch(), site.world.charlie
        starts = site.now + timedelta(seconds=3)
        book(
            member=charlie,
            machine=site.mill,
            starts=starts,
            ends=starts + timedelta(minutes=30),
            by=charlie,
            now=site.now,
        )
        assert services.epoch() > before
        site.wait(3)
        self.end(site, "stop", "booked-by-other")

    def test_every_change_of_these_moves_the_epoch(self, armed):
        before = services.epoch()
        lock_out(machine=armed.mill, why="Belt torn", by=None, now=armed.now)
        assert services.epoch() > before
        AccessEpoch.bump()
        assert services.epoch() == before + 2


class TestTimeUp:
    @pytest.fixture
    def site(self, db):
        return Site(finish_seconds=60)

    def test_a_class_with_finishing_time_lets_the_job_end(self, site):
        site.arm(minutes=10)
        site.state("running", site.sid)
        site.wait(600).state("grace", site.sid)
        assert offs(site.sweep()) == []  # told already, in answer to the state
        assert (site.session.closing_mode, site.session.closing_code) == ("after-job", "time-up")
        assert offs(site.wait(5).sweep()) == []  # GRACE is what was asked for
        site.wait(20).state()
        assert site.session.end_reason == "time-up"

    def test_a_lockout_cuts_what_was_allowed_to_finish(self, site):
        site.arm(minutes=10)
        site.wait(600).state("grace", site.sid)
        lock_out(machine=site.mill, why="Smoke", by=None, now=site.now)
        assert offs(site.wait(1).sweep()) == [("stop", "locked-out")]

    def test_but_nothing_turns_a_cut_into_letting_it_finish(self, site):
        site.arm(minutes=1)
        lock_out(machine=site.mill, why="Smoke", by=None, now=site.now)
        site.sweep()
        site.wait(60)
        assert offs(site.sweep()) == [("stop", "locked-out")]


class TestProof:
    def test_off_is_repeated_each_second_until_there_is_proof(self, site):
        site.arm()
        lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
        assert kinds(site.sweep()) == ["off"]
        assert kinds(site.wait(0.5).sweep(redecide_all=False)) == []
        assert kinds(site.wait(0.6).sweep(redecide_all=False)) == ["off"]
        site.state("armed", site.sid)
        assert kinds(site.wait(1.1).sweep(redecide_all=False)) == ["off"]
        site.state()
        assert kinds(site.wait(1.1).sweep(redecide_all=False)) == []

    def test_a_closing_session_gets_no_lease(self, site):
        site.arm()
        lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
        site.sweep()
        assert kinds(site.wait(10).state("running", site.sid)) == []

    def test_unconfirmed_for_half_a_minute_is_an_alarm_given_once(self, site):
        site.arm()
        lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
        site.sweep()
        for second in range(40):
            site.wait(1).sweep(redecide_all=False)
            if second % 10 == 0:
                site.state("armed", site.sid)
        assert site.events("alarm") == ["off-unconfirmed"]
        assert Outbox.objects.filter(kind="alarm", to=site.world.dana).exists()

    def test_what_is_simply_gone_is_silent_and_then_lost_but_disobeys_nobody(self, site):
        site.arm()
        services.revoke_device(device=site.device, by=site.world.dana, now=site.now)
        for second in range(70):
            site.wait(1).sweep(redecide_all=False)
            if second % 10 == 0:
                site.state("armed", site.sid)  # believed no more
        assert site.events("alarm") == ["lost"]
        assert site.session.end_reason == "lost"

    def test_an_unclaimed_grant_is_asked_for_proof(self, site):
        site.book()
        site.sid = site.tap().grant.sid
        site.sweep()
        (sync,) = site.wait(6).sweep(redecide_all=False)
        assert sync.kind == "sync"
        assert site.session.state == "offered"
        site.state(id=sync.id)
        assert (site.session.state, site.session.end_reason) == ("ended", "unclaimed")


class TestLost:
    def test_given_up_when_no_sign_came_for_longer_than_any_lease(self, site):
        site.arm()
        for _ in range(62):
            site.wait(1).sweep(redecide_all=False)
        assert site.session.state == "active"
        for _ in range(7):  # such sessions are looked at every five seconds
            site.wait(1).sweep(redecide_all=False)
        assert (site.session.state, site.session.end_reason) == ("ended", "lost")
        assert "lost" in site.events("alarm")

    def test_not_while_another_gatekeeper_leaves_signs(self, site):
        site.arm()
        for second in range(200):
            site.wait(1).sweep(redecide_all=False)
            if second % 30 == 0:
                Session.objects.update(mark=second)
        assert site.session.state == "active"

    def test_not_by_one_that_was_disconnected_meanwhile(self, site):
        site.arm()
        site.sweep()
        site.watch.disconnect()
        site.wait(100).watch.connect(site.mono)
        site.wait(50).sweep(redecide_all=False)
        assert site.session.state == "active"

    def test_not_by_one_that_stood_still_meanwhile(self, site):
        site.arm()
        site.sweep()
        site.wait(100).watch.resume(site.mono)
        site.sweep(redecide_all=False)
        assert site.session.state == "active"

    def test_never_by_the_wall_clock(self, site):
        site.arm(minutes=600)
        site.sweep()
        site.start += timedelta(hours=1)  # the wall clock jumps, the monotonic one does not
        site.now += timedelta(hours=1)
        site.sweep()
        assert site.session.state == "active"


class TestSilence:
    def test_an_alarm_is_in_the_language_of_whoever_gets_it(self, site):
        site.world.dana.language = "de"
        site.world.dana.save()
        site.state()
        site.wait(36).sweep(redecide_all=False)
        letter = Outbox.objects.get(kind="alarm", to=site.world.dana)
        assert letter.context["words"] == f"Seit 35 Sekunden nichts von {letter.context['device']}."

    def test_no_state_for_35_seconds_is_offline_and_an_alarm(self, site):
        site.state()
        site.wait(34).sweep(redecide_all=False)
        assert site.box().online
        site.wait(2).sweep(redecide_all=False)
        assert not site.box().online
        assert site.events("alarm") == ["silent"]
        site.wait(60).sweep(redecide_all=False)
        assert site.events("alarm") == ["silent"]
        site.state()
        assert site.box().online

    def test_a_device_never_heard_since_the_start_counts_from_then(self, site):
        services.start_listening(site.watch, site.mono)
        site.wait(36).sweep(redecide_all=False)
        assert not site.box().online

    def restart(self, site):
        site.watch = Watch()
        site.watch.connect(site.mono)
        services.start_listening(site.watch, site.mono)

    def test_one_that_died_just_before_a_restart_is_missed(self, site):
        site.state()
        site.handle(wire.Avail(device="mill-1", on=False))
        self.restart(site)
        site.wait(34).sweep(redecide_all=False)
        assert site.events("alarm") == []
        site.wait(2).sweep(redecide_all=False)
        assert site.events("alarm") == ["silent"]

    def test_one_that_is_missed_already_is_not_missed_again(self, site):
        site.state()
        site.wait(36).sweep(redecide_all=False)
        before = site.events()
        for _ in range(3):
            self.restart(site)
            site.wait(36).sweep(redecide_all=False)
        assert site.events() == before
        assert Outbox.objects.filter(kind="alarm", to=site.world.dana).count() == 1

    @pytest.mark.parametrize("fields", [{"online": False}, {"seen_at": NOW, "revoked_at": NOW}])
    def test_one_that_was_never_heard_or_is_revoked_is_not_missed(self, site, fields):
        Device.objects.update(**fields)
        self.restart(site)
        site.wait(36).sweep(redecide_all=False)
        assert site.events("alarm") == []

    def test_without_a_broker_nobody_is_called_silent(self, site):
        site.state()
        site.watch.disconnect()
        site.wait(100).sweep(redecide_all=False)
        assert site.box().online
        site.watch.connect(site.mono)
        site.wait(30).sweep(redecide_all=False)
        assert site.box().online


class TestLostTransaction:
    """What was not written is not remembered either, and so comes again."""

    @pytest.fixture
    def locked(self, monkeypatch):
        @contextmanager
        def locked():
            with monkeypatch.context() as broken, pytest.raises(OperationalError):
                broken.setattr(Batch, "write", Mock(side_effect=OperationalError("locked")))
                yield

        return locked

    def test_an_alarm_is_given_all_the_same(self, site, locked):
        state = site.a_state("fault", fault="contactor-stuck")
        with locked():
            site.handle(state)
        site.handle(state)
        assert site.events("alarm") == ["contactor-stuck"]

    def test_silence_is_noticed_all_the_same(self, site, locked):
        site.state()
        site.wait(36)
        with locked():
            site.sweep(redecide_all=False)
        site.sweep(redecide_all=False)
        assert not site.box().online
        assert site.events("alarm") == ["silent"]


def test_the_next_end_is_that_of_the_first_grant(site):
    assert services.next_end(site.now) is None
    session = site.arm(minutes=10)
    assert services.next_end(site.now) == session.until
    assert services.next_end(site.now + timedelta(minutes=11)) is None


def test_a_sweep_without_news_writes_nothing(site):
    site.arm()
    before = AccessEvent.objects.count()
    device = Device.objects.values().get()
    site.wait(1).sweep()
    assert AccessEvent.objects.count() == before
    assert Device.objects.values().get() == device


def test_of_sessions_that_go_well_their_signs_alone_are_read(site, monkeypatch):
    site.arm()
    read = []
    monkeypatch.setattr(facts, "open_sessions", lambda **which: read.append(which) or [])
    for _ in range(12):
        site.wait(5).sweep(redecide_all=False)
    assert read == [{"unsettled": True}] * 12
    site.wait(15).sweep(redecide_all=False)
    assert read[-1] == {"unsettled": False}


def test_what_another_gatekeeper_has_ended_is_not_remembered(site):
    site.arm()
    site.sweep()
    assert site.watch.signs
    Session.objects.update(state="ended", ended_at=site.now, end_reason="finished")
    site.sweep()
    assert not (site.watch.signs or site.watch.marked)


def test_one_session_that_cannot_be_looked_at_holds_up_no_other(site, caplog):
    site.arm()
    nowhere = Space.objects.create(name="Nowhere", slug="nowhere", zone="No/Where")
    odd = a_machine("Odd mill", site.mill.tool_class, nowhere)
    interlock = Device.objects.create(name="odd-1", space=nowhere, machine=odd, boot="0" * 16)
    Session.objects.create(
        sid="odd",
        machine=odd,
        member=site.world.alice,
        interlock=interlock,
        boot="0" * 16,
        ground="booking",
        state="active",
        offered_at=site.now - timedelta(hours=1),
        until=site.now + timedelta(hours=1),
        granted_up=1,
    )
    lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
    assert [(m.kind, m.sid) for m in site.sweep()] == [("off", site.sid)]
    assert "cannot look at session odd" in caplog.text
