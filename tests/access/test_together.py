"""Two taps, one start: a trainee beside who may certify, and machines that ask for two."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.answers import would_answer
from access.models import AccessEvent, Device, Session
from access.watch import Watch
from bookings.models import Booking
from equipment.models import Certification, Level, Machine, Suspension
from equipment.services import lock_out
from members import busy
from members.models import AccessEpoch, Badge, Hold, Pause
from members.services import issue_badge, revoke_badge
from tests.access.world import BOOT, MINUTE, OTHER_BOOT, Site, kinds
from tests.people import YEAR, a_certification


def gives(site, who, level):
    """Somebody's only certification is at this level."""
    member = getattr(site.world, who)
    Certification.objects.filter(member=member).delete()
    certification = a_certification(member, site.world.certification)
    certification.level = level
    certification.save()
    return certification


@pytest.fixture
def site(db):
    """Charlie is a trainee, Alice may certify, Dana may use the mill alone."""
    site = Site(walk_up=True)
    gives(site, "charlie", Level.PROVISIONAL)
    gives(site, "alice", Level.MAY_CERTIFY)
    gives(site, "dana", Level.FULL)
    return site


@pytest.fixture
def page(site):
    """What the machine's page tells somebody now."""

    def page(who):
        machine = Machine.objects.select_related("tool_class", "space").get(pk=site.mill.pk)
        return would_answer(member=getattr(site.world, who), machine=machine, now=site.now)

    return page


def supervised(site):
    """Charlie taps, Alice taps, the mill is armed; the open session."""
    assert site.tap("charlie").code == "needs-supervisor"
    answer = site.wait(4).tap("alice")
    site.sid = answer.sid
    site.state("armed", site.sid)
    return site.session


class TestSupervised:
    def test_a_trainee_then_a_supervisor_begin_a_session_of_both(self, site, page):
        assert page("charlie").code == "needs-supervisor"
        assert site.tap("charlie").code == "needs-supervisor"
        answer = site.wait(20).tap("alice")
        assert (answer.ok, answer.code) == (True, "granted-supervised")
        assert answer.grant is not None
        session = Session.objects.get()
        assert (session.member, session.companion) == (site.world.charlie, site.world.alice)
        assert (session.ground, session.state) == ("supervised", "offered")

    def test_walking_up_the_time_is_the_supervisors(self, site):
        session = supervised(site)
        assert session.booking.member == site.world.alice
        assert (session.booking.origin, session.booking.state) == ("walk-up", "running")

    def test_the_first_tap_alone_books_nothing(self, site):
        site.tap("charlie")
        assert not Booking.objects.exists()

    def test_the_supervisors_booking_will_do(self, site, page):
        booking = site.book("alice")
        assert page("charlie").code == "needs-supervisor"
        assert supervised(site).booking == booking

    def test_the_trainees_booking_will_do(self, site):
        booking = site.book("charlie")
        assert supervised(site).booking == booking

    def test_neither_of_them_rests_while_it_runs(self, site):
        site.book("charlie")
        supervised(site)
        for who in ("charlie", "alice"):
            member = getattr(site.world, who)
            assert busy.machine_of(member, site.now, site.now) == "CNC mill"
            assert busy.machine_of(member, site.now + YEAR, site.now) == ""
        assert busy.machine_of(site.world.dana, site.now, site.now) == ""

    def test_in_the_time_of_somebody_else_nobody_is_called(self, site, page):
        site.book("dana")
        page_says, answer = page("charlie"), site.tap("charlie")
        assert page_says.code == answer.code == "level-too-low"
        assert site.wait(4).tap("alice").code == "booked-by-other"

    def test_without_walk_up_and_booking_nobody_is_called(self, site, page):
        site.world.tool_class.walk_up = False
        site.world.tool_class.save()
        assert page("charlie").code == site.tap("charlie").code == "level-too-low"

    def test_a_class_that_lets_nobody_learn_at_it(self, site, page):
        site.world.tool_class.supervised = False
        site.world.tool_class.save()
        assert page("charlie").code == site.tap("charlie").code == "level-too-low"
        assert site.wait(4).tap("alice").code == "granted"

    @pytest.mark.parametrize("who", ["dana"])
    def test_who_may_only_use_it_supervises_nobody(self, site, who):
        site.tap("charlie")
        assert site.wait(4).tap(who).code == "granted"
        session = Session.objects.get()
        assert (session.member, session.companion) == (site.world.dana, None)

    def test_whoever_lacks_more_than_the_level_is_told_that(self, site):
        Hold.objects.create(member=site.world.charlie, reason="Dues", remedy="Pay", since=site.now)
        assert site.tap("charlie").code == "on-hold"
        assert site.wait(4).tap("alice").code == "granted"

    @pytest.mark.parametrize("what", ["hold", "pause", "suspension", "expired"])
    def test_a_supervisor_who_may_not_is_told_why(self, site, what):
        alice = site.world.alice
        if what == "hold":
            Hold.objects.create(member=alice, reason="Dues", remedy="Pay", since=site.now)
        elif what == "pause":
            membership = alice.memberships.get()
            Pause.objects.create(
                member=alice,
                membership=membership,
                starts=site.now - MINUTE,
                until=site.now + YEAR,
                asked_at=site.now,
            )
        elif what == "suspension":
            Suspension.objects.create(
                member=alice, type=site.world.certification, why="Asked to", since=site.now
            )
        else:
            alice.certifications.update(until=site.now)
        site.tap("charlie")
        codes = {
            "hold": "on-hold",
            "pause": "membership-paused",
            "suspension": "certification-suspended",
            "expired": "certification-ended",
        }
        assert site.wait(4).tap("alice").code == codes[what]
        assert not Session.objects.exists()

    def test_who_may_certify_no_more_begins_nothing_by_mistake(self, site):
        """Alice may still use it alone, and has come to supervise."""
        site.world.alice.certifications.update(until=site.now)
        a_certification(site.world.alice, site.world.certification)
        site.tap("charlie")
        assert site.wait(4).tap("alice").code == "level-too-low"
        assert site.wait(4).tap("alice").code == "granted"

    def test_neither_may_be_booked_out_by_a_lockout(self, site):
        site.tap("charlie")
        lock_out(machine=site.mill, why="Belt torn", by=None, now=site.now)
        assert site.wait(4).tap("alice").code == "locked-out"


class TestWaiting:
    """The first tap waits 30 seconds at its reader, and for nothing but the next tap there."""

    def test_at_thirty_seconds_it_still_counts(self, site):
        site.tap("charlie")
        assert site.wait(30).tap("alice").code == "granted-supervised"

    def test_at_thirty_one_it_does_not(self, site):
        site.tap("charlie")
        assert site.wait(31).tap("alice").code == "granted"

    def test_tapping_again_begins_the_wait_anew(self, site):
        site.tap("charlie")
        site.wait(25).tap("charlie")
        assert site.wait(25).tap("alice").code == "granted-supervised"

    def test_the_same_badge_twice_starts_nothing(self, site):
        site.tap("charlie")
        assert site.wait(4).tap("charlie").code == "needs-supervisor"
        assert not Session.objects.exists()

    def test_who_may_certify_supervises_not_themselves(self, site):
        assert site.tap("alice").code == "granted"
        assert Session.objects.get().companion is None

    def test_a_third_in_between_ends_the_wait(self, site):
        site.tap("charlie")
        site.wait(4).tap("bob")
        assert site.wait(4).tap("alice").code == "granted"

    def test_the_last_of_two_trainees_is_meant(self, site):
        gives(site, "bob", Level.PROVISIONAL)
        site.tap("charlie")
        site.wait(4).tap("bob")
        assert site.wait(4).tap("alice").code == "granted-supervised"
        assert Session.objects.get().member == site.world.bob

    def test_a_replayed_first_tap_does_not_wait_longer(self, site):
        first = site.a_tap("charlie")
        site.handle(first)
        site.wait(4).handle(first)
        assert AccessEvent.objects.filter(kind="tap").count() == 1
        site.wait(28).handle(first)
        assert site.tap("alice").code == "granted"

    def test_a_replayed_second_tap_begins_no_second_session(self, site):
        site.tap("charlie")
        second = site.wait(4).a_tap("alice")
        (answer,) = site.handle(second)
        (again,) = site.handle(second)
        assert again == answer
        assert Session.objects.count() == 1

    def test_a_wait_is_used_once(self, site):
        session = supervised(site)
        site.wait(4).tap("charlie")
        site.state("locked", n=900)
        assert not site.open_sessions().exists()
        assert site.wait(1).tap("alice").code == "granted"
        assert Session.objects.exclude(sid=session.sid).get().companion is None

    def test_both_taps_in_one_batch(self, site):
        answers = site.handle(site.a_tap("charlie"), site.a_tap("alice"))
        assert [answer.code for answer in answers] == ["needs-supervisor", "granted-supervised"]

    def test_a_restart_and_another_gatekeeper_know_of_it(self, site):
        site.tap("charlie")
        site.watch = Watch()
        site.watch.connect(site.mono)
        assert site.wait(4).tap("alice").code == "granted-supervised"

    def test_a_reboot_of_the_reader_forgets_it(self, site):
        site.tap("charlie")
        site.device.refresh_from_db()
        site.device.boot = OTHER_BOOT
        site.device.save()
        assert site.wait(4).tap("alice", boot=OTHER_BOOT).code == "granted"

    @pytest.mark.parametrize("boot", [OTHER_BOOT, BOOT])  # or one that lies about its own
    def test_the_same_second_tap_at_another_reader_is_a_tap_of_its_own(self, site, boot):
        Device.objects.create(
            name="mill-2",
            space=site.world.space,
            machine=site.mill,
            boot=boot,
            online=True,
            state="locked",
            is_interlock=False,
        )
        site.tap("charlie")
        site.wait(4)
        tap = replace(site.a_tap("alice", boot=boot), device="mill-2")
        answer = next(m for m in site.handle(tap) if m.kind == "answer")
        assert answer.code == "granted"

    def test_a_tap_that_names_another_machine_starts_nothing(self, site):
        site.tap("charlie")
        assert site.wait(4).tap("alice", machine="cnc-router").code == "no-machine"
        assert site.wait(4).tap("alice").code == "granted"

    @pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1)])
    def test_a_clock_that_jumps_ends_it(self, site, jump):
        site.tap("charlie")
        site.now += jump
        site.booted_at += jump
        site.wait(4)
        assert site.tap("alice").code == "granted"

    def test_a_device_that_says_the_second_came_first_gets_none(self, site):
        site.tap("charlie")
        assert site.wait(4).tap("alice", up=site.up - 5).code == "granted"

    def test_a_badge_revoked_in_between_waits_for_nobody(self, site):
        site.tap("charlie")
        revoke_badge(badge=Badge.objects.get(member=site.world.charlie), by=None, now=site.now)
        assert site.wait(4).tap("alice").code == "granted"

    def test_a_trainee_held_in_between_is_not_let_in(self, site):
        site.tap("charlie")
        Hold.objects.create(member=site.world.charlie, reason="Dues", remedy="Pay", since=site.now)
        assert site.wait(4).tap("alice").code == "on-hold"
        assert not Session.objects.exists()


class TestSupervisorFirst:
    def test_the_trainee_is_told_who_taps_first(self, site, page):
        site.sid = site.tap("alice").sid
        site.state("armed", site.sid)
        assert page("charlie").code == site.wait(4).tap("charlie").code == "trainee-first"

    def test_anybody_else_is_told_that_it_is_in_use(self, site, page):
        site.sid = site.tap("alice").sid
        site.state("armed", site.sid)
        assert page("dana").code == site.wait(4).tap("dana").code == "in-use"

    def test_beside_who_may_not_certify_it_is_in_use(self, site, page):
        site.sid = site.tap("dana").sid
        site.state("armed", site.sid)
        assert page("charlie").code == site.wait(4).tap("charlie").code == "in-use"


class TestWhileItLasts:
    """Decided again with both people's facts."""

    def test_a_lease_while_both_may(self, site):
        supervised(site)
        assert kinds(site.wait(10).state("armed", site.sid)) == ["lease"]

    @pytest.mark.parametrize("who", ["alice", "charlie"])
    def test_a_hold_on_either_ends_it(self, site, who):
        supervised(site)
        member = getattr(site.world, who)
        Hold.objects.create(member=member, reason="Dues", remedy="Pay", since=site.now)
        assert kinds(site.wait(1).sweep()) == ["off"]
        assert site.session.state == "closing"

    def test_a_certification_taken_from_the_supervisor_ends_it(self, site):
        supervised(site)
        site.world.alice.certifications.update(revoked_at=site.now)
        (off,) = site.wait(1).sweep()
        assert (off.mode, off.code) == ("stop", "companion-may-not")

    def test_its_mode_is_the_revocations(self, site):
        supervised(site)
        site.world.alice.certifications.update(revoked_at=site.now, revoked_mode="after-job")
        (off,) = site.wait(1).sweep()
        assert off.mode == "after-job"

    def test_it_ends_with_the_supervisors_certification(self, site):
        site.book("alice")
        soon = site.now + 7 * MINUTE
        site.world.alice.certifications.update(until=soon)
        assert supervised(site).until == soon

    @pytest.mark.parametrize("who", ["alice", "charlie"])
    def test_either_badge_revoked_ends_it(self, site, who):
        supervised(site)
        badge = Badge.objects.get(member=getattr(site.world, who))
        revoke_badge(badge=badge, by=None, now=site.now)
        (off,) = site.wait(1).sweep()
        assert off.code == "badge-revoked"

    @pytest.mark.parametrize("who", ["alice", "charlie"])
    def test_either_of_them_ends_it_by_a_tap(self, site, who):
        supervised(site)
        assert site.wait(5).tap(who).ok
        assert site.session.state == "closing"

    def test_the_second_badge_tapped_again_gets_the_same_session(self, site):
        site.tap("charlie")
        sid = site.wait(4).tap("alice").sid
        answer = site.wait(4).tap("alice")
        assert (answer.code, answer.sid) == ("granted-supervised", sid)
        assert answer.grant is not None

    @pytest.mark.parametrize(("revoked", "taps"), [("alice", "charlie"), ("charlie", "alice")])
    def test_not_if_the_others_badge_was_revoked_since(self, site, revoked, taps):
        site.tap("charlie")
        site.sid = site.tap("alice").sid
        badge = Badge.objects.get(member=getattr(site.world, revoked))
        revoke_badge(badge=badge, by=None, now=site.now)
        answer = site.wait(4).tap(taps)
        assert (answer.ok, answer.code, answer.grant) == (False, "companion-may-not", None)
        assert revoked.title() in answer.text
        assert site.session.closing_code == "companion-may-not"

    def test_a_new_badge_of_the_second_is_the_one_it_stands_on_from_then(self, site):
        site.tap("charlie")
        site.sid = site.tap("alice").sid
        lost = Badge.objects.get(member=site.world.alice)
        issue_badge(member=site.world.alice, number="04A11CE1", by=None, now=site.now)
        again = site.wait(4).tap("alice", badge="04A11CE1")
        assert again.grant.sid == site.sid
        revoke_badge(badge=lost, by=None, now=site.now)
        assert kinds(site.state("armed", site.sid)) == ["lease"]

    def test_a_trainee_who_learns_enough_stays_until_it_ends(self, site):
        supervised(site)
        site.world.charlie.certifications.update(level=Level.FULL)
        assert kinds(site.wait(10).state("armed", site.sid)) == ["lease"]

    def test_a_revocation_before_the_second_tap_wins(self, site):
        """Whatever is committed before the tap is handled counts."""
        site.tap("charlie")
        site.world.alice.certifications.update(revoked_at=site.now)
        AccessEpoch.bump()
        answer = site.wait(4).tap("alice")
        assert (answer.ok, answer.grant) == (False, None)


class TestTwoPersons:
    @pytest.fixture
    def site(self, db):
        site = Site(walk_up=True, two_person=True)
        a_certification(site.world.dana, site.world.certification)
        return site

    def test_the_first_waits_and_the_second_begins(self, site, page):
        booking = site.book("alice")
        assert page("alice").code == site.tap("alice").code == "needs-second"
        answer = site.wait(10).tap("dana")
        assert (answer.code, answer.ok) == ("granted-together", True)
        session = Session.objects.get()
        assert (session.member, session.companion) == (site.world.alice, site.world.dana)
        assert (session.ground, session.booking) == ("booking", booking)

    def test_walking_up_books_for_the_first_once_the_second_taps(self, site, page):
        assert page("alice").code == site.tap("alice").code == "needs-second"
        assert not Booking.objects.exists()
        site.wait(10).tap("dana")
        assert Booking.objects.get().member == site.world.alice

    def test_alone_it_never_begins(self, site):
        site.book("alice")
        for _ in range(3):
            assert site.wait(4).tap("alice").code == "needs-second"
        assert not Session.objects.exists()

    def test_who_may_not_use_it_is_no_second(self, site):
        site.book("alice")
        site.tap("alice")
        assert site.wait(4).tap("bob").code == "certification-ended"
        assert site.wait(4).tap("dana").code == "booked-by-other"
        assert not Session.objects.exists()

    def test_after_thirty_seconds_the_second_is_a_first(self, site):
        site.tap("alice")
        assert site.wait(31).tap("dana").code == "needs-second"

    @pytest.mark.parametrize("who", ["alice", "dana"])
    def test_when_either_may_not_any_more_it_ends(self, site, who):
        site.tap("alice")
        site.sid = site.wait(4).tap("dana").sid
        site.state("armed", site.sid)
        member = getattr(site.world, who)
        Hold.objects.create(member=member, reason="Dues", remedy="Pay", since=site.now)
        assert kinds(site.wait(1).sweep()) == ["off"]

    def test_where_two_were_never_asked_for_one_is_enough_until_the_policy_changes(self, site):
        site.world.tool_class.two_person = False
        site.world.tool_class.save()
        site.sid = site.tap("alice").sid
        site.state("armed", site.sid)
        site.world.tool_class.two_person = True
        site.world.tool_class.save()
        (off,) = site.wait(1).sweep()
        assert off.code == "needs-second"


def test_an_ordinary_tap_asks_for_no_first(site):
    """What is rare costs one statement more, and nobody else pays for it."""
    site.tap("bob")  # and PostgreSQL has planned what follows
    site.book("dana")
    with CaptureQueriesContext(connection) as queries:
        site.tap("dana")
    statements = [query["sql"].lstrip() for query in queries]
    words = ("WITH asked", "SELECT 'person'", "EXECUTE places_asked", "EXECUTE known_of")
    reads = [sql for sql in statements if any(word in sql for word in words)]
    others = [sql for sql in statements if "access_accessevent" in sql and sql not in reads]
    assert len(reads) == 2
    assert all("insert" in sql.lower() for sql in others)
