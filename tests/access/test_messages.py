"""What a message comes to, rules S1 to S4: committed first, answered after, once and for all."""

import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test.utils import CaptureQueriesContext

import wire
from access import facts, services
from access.models import AccessEvent, Candidate, Device, Session
from access.records import receive
from access.services import messages as messages_module
from access.services.batch import Batch
from access.watch import Watch
from bookings.models import Booking
from equipment.models import Lockout
from equipment.services import clear_lockout, lock_out
from members.models import Badge
from members.services.badges import BadgeError, badge_hash
from notices.models import Outbox
from tests.access.world import BADGES, BOOT, OTHER_BOOT, Site, kinds, replace

LEASE = 30


class TestTap:
    def test_booked_and_certified_is_granted_on_the_devices_clock(self, site):
        site.book(minutes=60)
        answer = site.tap("alice")
        assert (answer.ok, answer.code) == (True, "granted")
        assert answer.text.startswith("Hello Alice. Yours until")
        assert "14:30" in answer.text
        assert answer.grant.exp == site.up + LEASE
        assert answer.grant.hard == site.up + 3600
        assert answer.left == answer.grant.left == 3600
        assert Session.objects.get().state == "offered"

    def test_the_lease_is_never_longer_than_the_booking(self, site):
        site.book(minutes=0.2)
        assert site.tap("alice").grant.exp == site.up + 12

    @pytest.mark.parametrize(
        ("who", "code"),
        [
            ("bob", "certification-ended"),
            ("charlie", "not-certified"),
            ("stranger", "unknown-badge"),
        ],
    )
    def test_others_are_refused_and_told_why(self, site, who, code):
        site.book("alice")
        answer = site.tap(who)
        assert (answer.ok, answer.code, answer.grant) == (False, code, None)
        assert answer.text
        assert not Session.objects.exists()
        assert site.events("tap") == [code]

    def test_certified_but_not_booked_is_refused(self, site):
        assert site.tap("alice").code == "not-booked"

    def test_a_revoked_badge_says_so(self, site):
        Badge.objects.filter(member=site.world.alice).update(revoked_at=site.now)
        assert site.tap("alice").code == "badge-revoked"

    def test_another_machine_than_the_readers_own_is_not_meant(self, site):
        site.book()
        assert site.tap("alice", machine="another").code == "no-machine"
        assert site.tap("alice", machine=site.mill.slug).ok

    def test_an_interlock_in_fault_grants_nothing(self, site):
        Device.objects.update(state="fault")
        site.book()
        assert site.tap("alice").code == "fault"

    def test_the_answer_is_in_the_members_language(self, site):
        site.world.alice.language = "de"
        site.world.alice.save()
        assert site.tap("alice").code == "not-booked"

    def test_two_taps_in_one_batch_meet_the_same_session(self, site):
        site.book("alice")
        Badge.objects.filter(member=site.world.dana).update(member=site.world.alice)
        said = site.handle(site.a_tap("alice"), site.a_tap("charlie"))
        assert [m.code for m in said] == ["granted", "in-use"]


class TestRepeats:
    def test_a_repeat_gets_the_recorded_answer_with_its_first_exp(self, site):
        site.book()
        tap = site.a_tap()
        (first,) = site.handle(tap)
        (again,) = site.wait(3).handle(tap)
        assert again == first
        assert Session.objects.count() == 1
        assert site.events("tap") == ["granted"]

    def test_a_repeat_in_the_same_batch_is_one_tap(self, site):
        site.book()
        tap = site.a_tap()
        first, again = site.handle(tap, tap)
        assert again == first
        assert AccessEvent.objects.filter(kind="tap").count() == 1

    def test_a_refusal_is_repeated_even_when_the_facts_have_changed(self, site):
        tap = site.a_tap()
        site.handle(tap)
        site.book()
        (again,) = site.wait(1).handle(tap)
        assert again.code == "not-booked"

    def test_its_grant_dies_with_the_session(self, site):
        site.book()
        tap = site.a_tap()
        site.handle(tap)
        Session.objects.update(state="ended", ended_at=site.now)
        (again,) = site.wait(1).handle(tap)
        assert (again.ok, again.grant) == (False, None)

    def test_after_ten_minutes_it_gets_none(self, site):
        tap = site.a_tap()
        site.handle(tap)
        assert site.wait(601).handle(tap) == []
        assert site.events("tap") == ["not-booked"]

    def test_one_nonce_for_two_badges_is_an_alarm(self, site):
        site.book()
        site.tap("charlie", nonce="a" * 24)
        answer = site.tap("alice", nonce="a" * 24)
        assert (answer.ok, answer.code) == (False, "nonce-reuse")
        assert site.events("alarm") == ["nonce-reuse"]
        assert Outbox.objects.filter(kind="alarm", to=site.world.dana).count() == 1

    def test_a_tap_older_than_what_was_heard_is_stale(self, site):
        site.book()
        site.state(up=site.up + 6)
        assert site.handle(site.a_tap()) == []
        assert site.events("tap") == ["stale"]
        assert not Session.objects.exists()

    def test_also_when_the_newer_message_still_waits(self, site):
        site.book()
        tap = site.a_tap()
        site.watch.hear_second("mill-1", BOOT, tap.up + 6)
        assert site.handle(tap) == []

    def test_also_for_a_gatekeeper_that_has_just_started(self, site):
        site.book()
        Device.objects.update(up=site.up + 6)
        assert site.handle(site.a_tap()) == []


class TestInUse:
    def test_a_stranger_is_told_until_when_and_nothing_changes(self, site):
        session = site.arm()
        site.world.charlie.certifications.create(
            type=site.world.certification, given_at=site.now, level=2
        )
        answer = site.tap("charlie")
        assert (answer.ok, answer.code) == (False, "in-use")
        assert "Alice M." in answer.text
        assert "14:30" in answer.text
        assert site.session.until == session.until
        assert site.session.state == "active"

    def test_ones_own_tap_on_an_armed_machine_ends_it(self, site):
        site.arm()
        off, answer = site.handle(site.a_tap())
        assert (off.kind, off.sid, off.mode) == ("off", site.sid, "stop")
        assert (answer.ok, answer.code) == (True, "finished-kept")
        site.wait(1).state()
        assert (site.session.state, site.session.end_reason) == ("ended", "finished")

    def test_on_a_running_machine_it_shows_the_time(self, site):
        site.arm()
        site.state("running", site.sid)
        (answer,) = site.handle(site.a_tap())
        assert (answer.ok, answer.code, answer.left) == (True, "running", 3600)
        assert site.session.state == "active"

    def test_twice_within_ten_seconds_ends_it_when_the_job_is_done(self, site):
        site.arm()
        site.state("running", site.sid)
        site.tap()
        assert site.wait(4).tap().code == "ends-when-idle"
        assert kinds(site.wait(5).state("running", site.sid)) == ["lease"]
        (off,) = site.wait(5).state("armed", site.sid)
        assert (off.kind, off.mode) == ("off", "stop")

    def test_twice_but_slowly_only_shows_the_time_again(self, site):
        site.arm()
        site.state("running", site.sid)
        site.tap()
        assert site.wait(11).tap().code == "running"

    def test_while_a_job_finishes_the_next_is_told_until_when(self, site):
        site.arm(minutes=10)
        next_booking = site.book("dana", begins=10, minutes=60)
        site.world.dana.certifications.create(
            type=site.world.certification, given_at=site.now, level=2
        )
        site.state("running", site.sid)
        site.wait(601).state("grace", site.sid)
        assert site.tap("dana").code == "machine-finishing"
        next_booking.refresh_from_db()
        assert next_booking.state == Booking.State.RUNNING  # came, and so is no no-show

    def test_a_lost_answer_costs_a_second_tap_of_the_same_session(self, site):
        site.book()
        first = site.tap()
        again = site.wait(2).tap()
        assert again.grant.sid == first.grant.sid
        assert again.grant.exp == first.grant.exp + 2
        assert Session.objects.count() == 1

    def test_not_if_the_right_to_it_has_gone(self, site):
        booking = site.book()
        site.tap()
        Booking.objects.filter(pk=booking.pk).update(state="cancelled", holds=False)
        assert site.wait(1).tap().code == "not-booked"
        assert Session.objects.get().state == "closing"


class TestWalkUp:
    @pytest.fixture
    def site(self, db):
        return Site(walk_up=True, walk_up_minutes=60)

    def test_a_tap_on_a_free_machine_books_it(self, site):
        answer = site.tap()
        assert answer.ok
        booking = Booking.objects.get()
        assert booking.member == site.world.alice
        assert booking.origin == Booking.Origin.WALK_UP
        assert booking.ends == site.now + timedelta(hours=1)
        assert answer.left == 3600

    def test_until_the_next_claim(self, site):
        site.book("dana", begins=30, minutes=90)
        assert site.tap().left == 1800

    def test_not_for_one_who_is_not_certified(self, site):
        assert site.tap("bob").code == "certification-ended"
        assert not Booking.objects.exists()

    def test_not_on_a_machine_another_has_booked(self, site):
        site.book("dana")
        assert site.tap().code == "booked-by-other"

    def test_a_repeat_books_nothing_more(self, site):
        tap = site.a_tap()
        site.handle(tap)
        site.wait(1).handle(tap)
        assert Booking.objects.count() == 1


class TestState:
    def test_the_first_that_names_it_makes_it_active_and_checks_in(self, site):
        booking = site.book()
        site.sid = site.tap().grant.sid
        (lease,) = site.state("armed", site.sid, n=5)
        assert (lease.kind, lease.re, lease.exp) == ("lease", 5, site.up + LEASE)
        assert (site.session.state, site.session.first_n) == ("active", 5)
        booking.refresh_from_db()
        assert booking.state == Booking.State.RUNNING
        assert booking.checked_in_by_tap

    def test_a_lease_never_reaches_beyond_the_booking(self, site):
        site.arm(minutes=1)
        (lease,) = site.wait(50).state("running", site.sid)
        assert lease.exp == site.up + 10

    def test_an_extended_booking_moves_hard_and_left(self, site):
        site.arm(minutes=10)
        Booking.objects.update(
            ends=site.now + timedelta(hours=1), blocked_until=site.now + timedelta(hours=1)
        )
        (lease,) = site.wait(10).state("running", site.sid)
        assert lease.left == 3590
        assert lease.hard == site.up + 3590

    def test_the_next_of_ones_own_bookings_is_not_missed(self, site):
        first = site.arm(minutes=5).booking
        following = site.book(begins=5, minutes=65)
        Booking.objects.filter(pk=following.pk).update(
            lapses_at=following.starts + timedelta(minutes=15)
        )
        site.wait(299).state("running", site.sid)
        assert site.session.booking == first
        site.wait(1).state("running", site.sid)
        following.refresh_from_db()
        assert (site.session.booking, following.state) == (following, "running")
        assert kinds(site.wait(16 * 60).state("running", site.sid)) == ["lease"]

    def test_high_risk_without_finishing_has_short_leases(self, db):
        site = Site(risk="high").sign()
        site.book()
        assert site.tap().grant.exp == site.up + 15

    def test_a_session_nobody_knows_is_switched_off_with_an_alarm(self, site):
        (off,) = site.state("running", "f" * 24)
        assert (off.kind, off.sid, off.mode) == ("off", "f" * 24, "stop")
        assert site.events("alarm") == ["unknown-session"]

    def test_an_ended_one_too(self, site):
        site.arm()
        Session.objects.update(state="ended", ended_at=site.now)
        assert kinds(site.state("armed", site.sid)) == ["off"]

    def test_an_older_state_changes_nothing(self, site):
        site.arm()
        site.state("running", site.sid, n=90)
        assert site.state(n=89) == []
        assert site.session.state == "active"
        assert site.box().state == "running"

    def test_a_later_one_without_the_session_proves_its_end(self, site):
        site.arm()
        site.state()
        assert (site.session.state, site.session.end_reason) == ("ended", "lease-over")

    def test_one_said_before_the_grant_arrived_proves_nothing(self, site):
        site.book()
        site.sid = site.tap().grant.sid
        site.wait(3).state()
        assert site.session.state == "offered"
        site.wait(3).state()
        assert (site.session.state, site.session.end_reason) == ("ended", "unclaimed")

    def test_renewals_are_written_once_in_half_a_minute(self, site):
        site.arm()
        marks = []
        for _ in range(9):
            assert kinds(site.wait(10).state("running", site.sid)) == ["lease"]
            marks.append(site.session.mark)
        assert marks == [1, 1, 2, 2, 2, 3, 3, 3, 4]

    def test_a_fault_locks_the_machine_out_once(self, site):
        for _ in range(2):
            site.wait(10).state("fault", fault="contactor-stuck", relay=False)
        lockout = Lockout.objects.get()
        assert lockout.machine == site.mill
        assert "Contactor stuck" in lockout.why
        assert site.events("alarm") == ["contactor-stuck"]

    def test_a_fault_that_comes_again_is_one_lockout_until_it_is_cleared(self, site):
        for _ in range(3):
            site.wait(10).state("fault", fault="contactor-stuck", relay=False)
            site.wait(10).state("locked")
        clear_lockout(lockout=Lockout.objects.get(), by=site.world.dana, now=site.now)
        site.wait(10).state("fault", fault="contactor-stuck", relay=False)
        assert Lockout.objects.filter(cleared_at=None).count() == 1
        assert Lockout.objects.count() == 2


class TestBoots:
    def test_an_unknown_boot_is_asked_and_its_tap_waits(self, site):
        site.book()
        tap = site.a_tap(boot=OTHER_BOOT, up=3)
        (sync,) = site.handle(tap)
        assert (sync.kind, sync.boot) == ("sync", OTHER_BOOT)
        assert AccessEvent.objects.count() == 0
        site.handle(site.a_state(boot=OTHER_BOOT, up=3, n=1, id=sync.id))
        (answer,) = site.handle(tap)
        assert answer.ok

    def test_a_new_boot_ends_what_the_old_one_held(self, site):
        site.arm()
        hello = wire.Hello("mill-1", OTHER_BOOT, 1, "1.0", "reference", "power", ("relay",), 0, 0)
        (sync,) = site.wait(5).handle(hello)
        assert site.session.state == "active"  # a late hello of an old boot would look the same
        site.handle(site.a_state(boot=OTHER_BOOT, up=1, n=1, id=sync.id))
        assert (site.session.state, site.session.end_reason) == ("ended", "reboot")

    def test_an_old_boot_that_says_the_wrong_id_stays_old(self, site):
        (sync,) = site.state(boot=OTHER_BOOT)
        assert sync.kind == "sync"
        site.wait(2).state(boot=OTHER_BOOT, id="wrong")
        assert site.box().boot == BOOT

    def test_the_same_boot_is_asked_the_same_and_no_more_than_once_a_second(self, site):
        (first,) = site.state(boot=OTHER_BOOT)
        assert site.wait(0.5).state(boot=OTHER_BOOT) == []
        (again,) = site.wait(0.6).state(boot=OTHER_BOOT)
        assert again == first

    def test_a_question_asked_since_makes_an_older_echo_worthless(self, site):
        (first,) = site.state(boot=OTHER_BOOT)
        site.wait(2).state(boot="cafe" * 4)
        site.wait(2).state(boot=OTHER_BOOT, id=first.id)
        assert site.box().boot == BOOT


class TestRetained:
    @pytest.mark.parametrize("kind", ["tap", "hello"])
    def test_a_retained_copy_is_counted_and_dropped(self, site, kind):
        site.book()
        hello = wire.Hello("mill-1", BOOT, 1, "1.0", "reference", "power", ("relay",), 0, 0)
        message = site.a_tap() if kind == "tap" else hello
        assert site.handle(message, retain=True) == []
        assert site.events("tap") == []
        assert site.events("dropped") == ["retained"]
        assert site.box().messages_dropped == 1

    def test_a_retained_state_is_no_proof_and_gets_no_lease(self, site):
        site.arm()
        assert site.handle(site.a_state("running", site.sid), retain=True) == []
        assert site.handle(site.a_state(), retain=True) == []
        assert site.session.state == "active"

    def test_but_the_boot_it_tells_of_is_asked(self, site):
        (sync,) = site.handle(site.a_state(boot=OTHER_BOOT), retain=True)
        assert sync.boot == OTHER_BOOT
        assert site.box().boot == BOOT

    def test_and_it_tells_how_late_a_tap_is(self, site):
        site.book()
        site.handle(site.a_state(up=site.up + 6), retain=True)
        assert site.handle(site.a_tap()) == []


class TestRubbish:
    @pytest.mark.parametrize(
        ("topic", "payload", "code"),
        [
            ("bk/1/mill-1/up/tap", b"{", "not-json"),
            ("bk/1/mill-1/up/tap", b"\xff\xfe", "not-utf8"),
            ("bk/1/mill-1/up/tap", b"{}", "bad-field"),
            ("bk/1/mill-1/up/tap", b"x" * 5000, "too-long"),
            ("bk/2/mill-1/up/tap", b"{}", "wrong-version"),
            ("bk/1/mill-1/up/dance", b"{}", "unknown-kind"),
            ("bk/1/MILL\x00/up/tap", b"{}", "bad-topic"),
        ],
    )
    def test_it_is_recorded_cut_short_and_counted(self, site, topic, payload, code):
        assert site.handle(receive(topic, payload)) == []
        event = AccessEvent.objects.get(kind="dropped")
        assert event.code == code
        assert len(str(event.detail)) < 500
        assert site.watch.dropped == 1

    def test_it_does_not_stop_what_comes_with_it(self, site):
        site.book()
        said = site.handle(receive("bk/1/mill-1/up/tap", b"{"), site.a_tap())
        assert [m.code for m in said] == ["granted"]

    def test_unknown_and_revoked_devices_wait_without_power(self, site):
        Device.objects.update(revoked_at=site.now)
        site.book()
        assert site.handle(site.a_tap()) == []
        assert site.handle(wire.Tap("nobody", BOOT, 1, "a" * 24, BADGES["alice"])) == []
        assert site.events() == ["revoked-device", "unknown-device"]

    def test_a_flood_fills_no_table(self, site):
        for n in range(200):
            site.handle(receive(f"bk/1/nobody-{n}/up/tap", b"{"))
        assert AccessEvent.objects.count() == 20
        assert site.watch.dropped == 200
        site.wait(61).handle(receive("bk/1/nobody/up/tap", b"{"))
        assert AccessEvent.objects.count() == 21

    def test_what_breaks_its_own_handling_is_recorded_and_the_rest_goes_on(
        self, site, monkeypatch, caplog
    ):
        site.book()
        handle_tap = messages_module.handle_tap

        def break_on_charlie(batch, context, tap):
            if tap.badge == BADGES["charlie"]:
                raise ZeroDivisionError
            handle_tap(batch, context, tap)

        monkeypatch.setattr(messages_module, "handle_tap", break_on_charlie)
        said = site.handle(site.a_tap("charlie"), site.a_tap("alice"))
        assert [m.code for m in said] == ["granted"]
        assert "unhandled" in site.events("dropped")
        assert "ZeroDivisionError" in caplog.text

    def test_the_tables_take_what_the_wire_lets_through(self, site):
        site.state("locked", "x" * 40, relay=True, ma=0xFFFF_FFFF)
        event = AccessEvent.objects.get(kind="state")
        assert AccessEvent._meta.get_field("sid").clean(event.sid, event) == "x" * 40
        kind = Device._meta.get_field("ma").get_internal_type()
        assert BaseDatabaseOperations.integer_field_ranges[kind][1] >= site.box().ma == 0xFFFF_FFFF

    def test_a_database_that_is_not_there_is_the_callers_to_wait_for(self, site, monkeypatch):
        def gone(*_, **__):
            raise OperationalError("database is locked")

        monkeypatch.setattr(facts, "where", gone)
        with pytest.raises(OperationalError):
            site.handle(site.a_tap())


class TestTwoBoxes:
    """A reader at the booth, an interlock in the cabinet."""

    @pytest.fixture
    def site(self, db):
        site = Site()
        Device.objects.filter(name="mill-1").update(is_reader=False)
        Device.objects.create(
            name="booth", space=site.world.space, machine=site.mill, is_interlock=False, boot=BOOT
        )
        return site

    def a_tap(self, site):
        return wire.Tap("booth", BOOT, site.up, next(site.nonces), BADGES["alice"])

    def test_the_reader_is_answered_and_the_interlock_offered(self, site):
        site.book()
        offer, answer = site.handle(self.a_tap(site))
        assert (offer.kind, offer.boot) == ("offer", BOOT)
        assert answer.ok
        assert answer.grant is None
        (grant,) = site.state(want=offer.sid, n=7)
        assert (grant.kind, grant.re, grant.sid) == ("grant", 7, offer.sid)
        assert grant.exp == site.up + LEASE
        site.sid = offer.sid
        assert kinds(site.state("armed", site.sid, n=8)) == ["lease"]

    def test_a_repeat_offers_it_again_until_the_interlock_holds_it(self, site):
        site.book()
        tap = self.a_tap(site)
        offer, answer = site.handle(tap)
        site.watch = Watch()  # of another gatekeeper, which alone may play the interlock
        assert site.handle(tap) == [answer, offer]
        site.state(want=offer.sid, n=7)
        site.state("armed", offer.sid, n=8)
        assert site.handle(tap) == [answer]

    def test_wanting_what_was_not_offered_is_refused(self, site):
        (off,) = site.state(want="f" * 24)
        assert (off.kind, off.sid) == ("off", "f" * 24)

    def test_an_offer_nobody_asks_for_ends_by_itself(self, site):
        site.book()
        offer, _answer = site.handle(self.a_tap(site))
        site.sweep()
        site.wait(6).sweep()
        site.sid = offer.sid
        assert (site.session.state, site.session.end_reason) == ("ended", "unclaimed")

    def test_what_is_locked_out_meanwhile_is_not_granted(self, site):
        site.book()
        offer, _answer = site.handle(self.a_tap(site))
        lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
        assert kinds(site.state(want=offer.sid)) == []
        site.sid = offer.sid
        assert site.session.end_reason == "locked-out"

    def test_a_silent_interlock_is_not_waited_for(self, site):
        site.book()
        Device.objects.filter(name="mill-1").update(online=False)
        (answer,) = site.handle(self.a_tap(site))
        assert answer.code == "interlock-offline"


class TestEnrolment:
    @pytest.fixture
    def site(self, db):
        site = Site()
        Device.objects.create(
            name="desk", space=site.world.space, is_interlock=False, is_enrolment=True, boot=BOOT
        )
        return site

    def tap(self, site, badge):
        (answer,) = site.handle(wire.Tap("desk", BOOT, site.up, next(site.nonces), badge))
        return answer

    def test_an_unknown_badge_waits_for_staff(self, site):
        for _ in range(2):
            assert self.tap(site, "04FFFFFF").code == "candidate"
        candidate = Candidate.objects.get()
        assert (candidate.hint, candidate.taps) == ("FFFF", 2)

    def bind(self, site):
        return services.assign_candidate(
            candidate=Candidate.objects.get(),
            member=site.world.alice,
            by=site.world.dana,
            now=site.now,
        )

    def test_staff_bind_it_and_it_opens(self, site):
        self.tap(site, "04FFFFFF")
        site.wait(15)
        self.tap(site, "04FFFFFF")
        site.wait(60)
        self.bind(site)
        site.book("alice")
        assert site.tap("stranger").ok

    @pytest.mark.parametrize(
        ("between", "since"), [(None, 0), (16, 0), (3, 61)], ids=["once", "too slowly", "long ago"]
    )
    def test_not_one_that_nobody_shows_just_now(self, site, between, since):
        self.tap(site, "04FFFFFF")
        if between is not None:
            site.wait(between)
            self.tap(site, "04FFFFFF")
        site.wait(since)
        with pytest.raises(BadgeError, match="twice now"):
            self.bind(site)
        assert not site.world.alice.badges.filter(number_hash=badge_hash("04FFFFFF")).exists()

    def test_the_reader_asks_for_a_second_tap(self, site):
        assert "Tap it once more" in self.tap(site, "04FFFFFF").text

    def test_a_known_one_is_greeted(self, site):
        answer = self.tap(site, BADGES["alice"])
        assert (answer.code, answer.text) == ("badge-known", "Hello Alice. This badge works.")

    def test_what_nobody_claims_is_forgotten_after_a_day(self, site):
        self.tap(site, "04FFFFFF")
        assert services.purge_candidates(site.now + timedelta(hours=23)) == 0
        assert services.purge_candidates(site.now + timedelta(hours=25)) == 1

    def test_badge_after_badge_pushes_out_the_oldest(self, site):
        for n in range(60):
            services.note_candidate(
                device_id=Device.objects.get(name="desk").pk,
                number=f"04{n:06X}",
                now=site.now + timedelta(seconds=n),
            )
        assert Candidate.objects.count() == 50
        assert Candidate.objects.order_by("first_at").first().hint == "000A"


def test_a_full_batch_reads_its_facts_in_two_statements(site):
    site.book()
    taps = [site.a_tap(["alice", "bob", "charlie", "stranger"][n % 4]) for n in range(16)]
    with CaptureQueriesContext(connection) as queries:
        site.handle(*taps)
    said = [query["sql"].strip() for query in queries]
    reading = re.compile(".*(WITH asked|EXECUTE (places_asked|known_of)|UNION ALL)", re.DOTALL)
    assert len([sql for sql in said if reading.match(sql)]) == 2
    plans = [sql for sql in said if sql.startswith("PREPARE")]  # PostgreSQL's
    assert len(said) - len(plans) <= 2 + 2 + 4  # reads, savepoint, and each table written once


def test_a_tap_that_another_gatekeeper_has_answered_is_answered_from_the_record(site):
    """Each handles every message: whoever comes second asks only where it was said."""
    site.book()
    tap = site.a_tap()
    (first,) = site.handle(tap)
    site.watch = Watch()  # the other one's
    with CaptureQueriesContext(connection) as queries:
        (again,) = site.handle(tap)
    assert again == first
    said = [query["sql"].strip() for query in queries]
    assert len([sql for sql in said if "WITH asked" in sql or "EXECUTE places_asked" in sql]) == 1
    assert not [sql for sql in said if "UNION ALL" in sql or "known_of" in sql]


class TestDoubles:
    """A state that comes twice, by QoS 1 or by a thief's hand, is no sign of life."""

    def test_one_old_state_keeps_no_dead_device_alive(self, site):
        site.arm()
        last = site.a_state("armed", site.sid)
        site.handle(last)
        seen_at, mark = site.box().seen_at, site.session.mark
        for _ in range(12):
            site.wait(10).handle(last)
            site.sweep(redecide_all=False)
        assert (site.box().seen_at, site.box().online) == (seen_at, False)
        assert (site.session.mark, site.session.end_reason) == (mark, "lost")
        assert site.events("alarm") == ["silent", "lost"]

    def test_a_double_has_the_same_answer_for_no_longer(self, site):
        site.arm()
        state = site.a_state("armed", site.sid)
        (lease,) = site.handle(state)
        (again,) = site.wait(3).handle(state)
        assert (again.re, again.exp) == (lease.re, lease.exp)
        (first, second) = site.handle(*[site.a_state("armed", site.sid)] * 2)
        assert first == second

    def test_one_that_asked_for_its_session_is_granted_it_again(self, site):
        site.book()
        reader = Device.objects.create(
            name="reader-1",
            space=site.world.space,
            machine=site.mill,
            is_interlock=False,
            boot=BOOT,
            online=True,
        )
        said = site.handle(replace(site.a_tap(), device=reader.name))
        (offer,) = [message for message in said if message.kind == "offer"]
        asks = site.a_state(want=offer.sid)
        (grant,) = site.handle(asks)
        assert grant.kind == "grant"
        assert site.handle(asks) == [grant]

    def test_of_a_session_that_is_closing_no_more_is_given(self, site):
        site.arm()
        state = site.a_state("armed", site.sid)
        site.handle(state)
        site.tap()
        assert site.handle(state) == []

    def test_another_state_under_the_same_number_counts_for_nothing(self, site):
        site.arm()
        state = site.a_state("armed", site.sid)
        site.handle(state)
        assert site.wait(20).handle(replace(state, up=site.up)) == []

    def test_what_was_not_committed_was_not_heard(self, site):
        state = site.a_state()
        with pytest.MonkeyPatch.context() as broken, pytest.raises(OperationalError):
            broken.setattr(Batch, "write", Mock(side_effect=OperationalError("locked")))
            site.handle(state)
        site.handle(state)
        assert site.box().seen_at == site.now

    def test_another_gatekeeper_counts_for_itself(self, site):
        site.arm()
        state = site.a_state("armed", site.sid)
        site.handle(state)
        site.watch = Watch()
        site.watch.connect(site.mono)
        (lease,) = site.handle(state)
        assert lease.re == state.n
        assert site.watch.heard == {"mill-1": site.mono}


class TestLeaps:
    """A count of seconds that leapt makes later taps stale for no longer than to the next state."""

    @pytest.fixture
    def site(self, site):
        site.book()
        site.state()
        return site

    def alarms(self, site):
        return site.events("alarm")

    def test_one_state_far_ahead_shuts_nobody_out(self, site):
        site.wait(10).state(up=2**32 - 1)
        assert site.handle(site.a_tap()) == []
        site.wait(10).state()
        assert self.alarms(site) == ["leap"]
        assert site.tap().grant
        assert site.box().up == site.up

    def test_nor_after_the_gatekeeper_has_started_anew(self, site):
        site.wait(40).state(up=2**32 - 1)
        site.watch = Watch()
        site.watch.connect(site.mono)
        site.wait(10).state()
        assert self.alarms(site) == ["leap"]
        assert site.tap().grant

    def test_nor_does_a_tap(self, site):
        site.handle(site.a_tap("nobody", up=2**32 - 1))
        assert site.handle(site.a_tap()) == []
        site.wait(10).state()
        assert self.alarms(site) == ["leap"]
        assert site.tap().grant

    def test_what_the_way_mixed_up_is_none(self, site):
        site.wait(30).handle(site.a_tap("nobody"))
        site.state(up=site.up - 30)
        site.wait(3600).state()
        assert self.alarms(site) == []

    def test_nor_is_what_waited_while_nobody_handled_it(self, site):
        waited = []
        for _ in range(12):
            waited.append(site.wait(10).a_state())
            site.watch.hear_second("mill-1", BOOT, site.up)
        for state in waited:
            site.handle(state)
        assert self.alarms(site) == []
        assert site.handle(site.a_tap(up=site.up - 60)) == []
