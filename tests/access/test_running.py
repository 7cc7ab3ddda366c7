"""A session while it is on: warned, left idle, ended early, extended, taken over."""

from datetime import timedelta

import pytest

import wire
from access import running, services, sessions
from access.answers import would_answer
from access.decision import Grant
from access.models import AccessEvent, Device, Session
from access.records import receive
from access.sessions import Session as Record
from access.watch import Watch
from bookings.models import Booking
from members.services import issue_badge
from notices.models import Outbox
from tests.access.world import BOOT, MINUTE, Site, kinds, replace
from tests.people import NOW, a_certification

ON = Record(
    sid="5e55",
    machine_id=1,
    member_id=1,
    booking_id=1,
    badge_id=1,
    interlock_id=1,
    boot=BOOT,
    ground="booking",
    state="active",
    offered_at=NOW,
    until=NOW + timedelta(hours=1),
)


def texts(said):
    return [message.text for message in said if message.kind == "text"]


class TestWarningsPurely:
    @pytest.mark.parametrize(
        ("left", "warned", "due"),
        [
            (11, 0, 0), (10, 0, 10), (9, 10, 0), (5, 10, 5), (5, 0, 5), (4, 5, 0), (1, 5, 1),
            (0.5, 1, 0), (1, 0, 1),
        ],
    )  # fmt: skip
    def test_each_is_due_once(self, left, warned, due):
        session = replace(ON, until=NOW + left * MINUTE, warned=warned)
        assert running.warning_due(session, NOW) == due

    @pytest.mark.parametrize(("got", "warned"), [(60, 0), (8, 10), (3, 5)])
    def test_more_time_forgets_what_was_told(self, got, warned):
        nearly = replace(ON, until=NOW + MINUTE / 2, warned=1)
        assert running.given_until(nearly, NOW + got * MINUTE, 1, NOW).warned == warned

    def test_less_time_does_not(self):
        told = replace(ON, warned=10)
        assert running.given_until(told, NOW + 4 * MINUTE, 1, NOW).warned == 10


class TestWarnings:
    def run_out(self, site, minutes):
        """The words on the display, with the minutes that were left."""
        told = []
        for _ in range(minutes * 6):
            for text in texts(site.wait(10).state("running", site.sid)):
                told.append((round((site.session.until - site.now).total_seconds()), text))
        return told

    def test_three_times_before_the_end(self, site):
        site.arm(minutes=12)
        assert self.run_out(site, 11) == [
            (600, "10 min left."),
            (300, "5 min left."),
            (60, "1 min left."),
        ]

    def test_none_that_a_short_booking_began_within(self, site):
        site.arm(minutes=4)
        assert self.run_out(site, 3) == [(60, "1 min left.")]

    def test_one_that_was_lost_is_told_by_the_leases_after_it(self, site):
        """A text is said once, and nobody says that it was heard."""
        site.arm(minutes=12)
        told = [
            (round((site.session.until - site.now).total_seconds()), said.text)
            for _ in range(71)
            for said in site.wait(10).state("running", site.sid)
            if said.kind == "lease" and said.text
        ]
        assert told == [
            *((590, "10 min left."), (580, "10 min left.")),
            *((290, "5 min left."), (280, "5 min left.")),
            *((50, "1 min left."), (40, "1 min left.")),
        ]

    def test_no_lease_talks_over_the_answer_that_began_it(self, site):
        site.arm(minutes=10)
        assert [said.text for said in site.wait(5).state("running", site.sid)] == [None]

    def test_none_twice_because_the_gatekeeper_restarted(self, site):
        site.arm(minutes=12)
        self.run_out(site, 3)
        site.watch = Watch()
        site.watch.connect(site.mono)
        assert self.run_out(site, 3) == []

    def test_on_the_reader_too_where_the_interlock_is_in_a_cabinet(self, site):
        site.arm(minutes=12)
        Device.objects.filter(name="mill-1").update(is_reader=False)
        Device.objects.create(
            name="booth", space=site.world.space, machine=site.mill, is_interlock=False, boot=BOOT
        )
        site.wait(125)
        inbound = [receive(*wire.encode_up(site.a_state("running", site.sid)))]
        said = services.handle(inbound, now=site.now, mono=site.mono, watch=site.watch)
        topics = [out.topic for out in said if out.topic.endswith("/text")]
        assert topics == ["bk/1/mill-1/down/text", "bk/1/booth/down/text"]

    def test_again_after_an_extension(self, site):
        site.arm(minutes=12)
        self.run_out(site, 8)
        booking = Booking.objects.get()
        booking.ends = booking.blocked_until = booking.ends + 10 * MINUTE
        booking.save()
        site.sweep()
        assert [left for left, _text in self.run_out(site, 13)] == [600, 300, 60]

    def test_they_beep_the_more_the_nearer_the_end(self, site):
        site.arm(minutes=12)
        beeps = []
        for _ in range(70):
            said = site.wait(10).state("running", site.sid)
            beeps += [message.beep for message in said if message.kind == "text"]
        assert beeps == [1, 2, 3]

    def test_an_ordinary_state_is_answered_by_a_lease_alone(self, site):
        site.arm(minutes=60)
        assert kinds(site.wait(10).state("running", site.sid)) == ["lease"]


class TestIdle:
    @pytest.fixture
    def site(self, db):
        return Site(idle_end_minutes=5)

    def idle(self, site, seconds):
        """What is said beside the leases meanwhile."""
        said = []
        for _ in range(seconds // 10):
            said += [m for m in site.wait(10).state("armed", site.sid) if m.kind != "lease"]
        return said

    def test_armed_and_unused_it_is_told_and_then_over(self, site):
        site.arm()
        assert self.idle(site, 230) == []
        warnings = texts(self.idle(site, 60))
        assert warnings[0] == "Nothing runs. Start within 60 s, or it locks."
        assert warnings[-1] == "Nothing runs. Start within 10 s, or it locks."
        (off,) = self.idle(site, 10)
        assert (off.kind, off.mode, off.code) == ("off", "stop", "idle")
        assert off.text == "Locked: nothing ran for 5 min. Your time was given back."
        site.wait(1).state()
        assert site.session.end_reason == "idle"

    def test_a_job_begins_the_count_anew(self, site):
        site.arm()
        self.idle(site, 240)
        site.wait(5).state("running", site.sid)
        assert site.session.idle_up is None
        assert self.idle(site, 240) == []
        assert site.session.state == "active"

    def test_a_job_is_never_idle(self, site):
        site.arm()
        for _ in range(60):
            assert kinds(site.wait(10).state("running", site.sid)) == ["lease"]

    def test_a_wall_clock_that_is_set_ends_and_keeps_nothing(self, site):
        site.arm(minutes=120)
        self.idle(site, 60)
        for moved in (20 * MINUTE, -3 * MINUTE):
            inbound = receive(*wire.encode_up(site.a_state("armed", site.sid)))
            now = site.now + moved
            (said,) = services.handle([inbound], now=now, mono=site.mono, watch=site.watch)
            assert wire.parse_down(said.topic, said.payload).kind == "lease"
        assert self.idle(site, 170) == []
        assert texts(self.idle(site, 60))[0] == "Nothing runs. Start within 60 s, or it locks."
        (off,) = self.idle(site, 10)
        assert (off.mode, off.code) == ("stop", "idle")

    def test_what_is_not_sensed_is_not_idle(self, site):
        site.mill.feedback = "none"
        site.mill.save()
        site.arm()
        assert self.idle(site, 600) == []

    def test_a_class_without_the_rule_writes_nothing_of_it(self, site):
        site.world.tool_class.idle_end_minutes = None
        site.world.tool_class.save()
        site.arm()
        assert self.idle(site, 600) == []
        assert site.session.idle_up is None


class TestEarly:
    def test_the_display_says_how_long_the_rest_is_kept(self, site):
        site.arm(minutes=60)
        answer = site.tap()
        assert (answer.ok, answer.code) == (True, "finished-kept")
        assert answer.text.startswith("Locked. Tap before")
        assert "13:45" in answer.text
        site.state()
        assert site.wait(60).tap().grant

    def test_nothing_is_said_of_a_rest_that_is_shorter(self, site):
        site.arm(minutes=10)
        assert site.tap().code == "finished"

    def test_nor_where_it_stays_theirs(self, db):
        site = Site(keep_minutes=None)
        site.arm(minutes=60)
        assert site.tap().code == "finished"

    def test_two_taps_give_it_back_at_once(self, site):
        site.arm(minutes=60)
        site.state("running", site.sid)
        site.tap()
        site.wait(4).tap()
        (off,) = site.wait(5).state("armed", site.sid)
        assert off.text == "Finished and locked. Your time is free for others now."


@pytest.mark.parametrize(("ground", "kept"), [("supervised", 15), ("class", None)])
def test_only_ones_own_time_is_kept_and_given_back(ground, kept):
    session = replace(ON, ground=ground)
    until = running.kept_until(session, 15 * MINUTE, NOW)
    assert until == (NOW + kept * MINUTE if kept else None)


class TestExtend:
    @pytest.fixture
    def site(self, db):
        site = Site(extend_by_tap_minutes=15, step_minutes=5, shortest_minutes=5, finish_seconds=60)
        site.arm(minutes=8)
        site.state("running", site.sid)
        return site

    def test_a_tap_in_the_last_minutes_extends(self, site):
        before = Booking.objects.get().ends
        answer = site.tap()
        assert (answer.ok, answer.code) == (True, "extended")
        assert answer.text.startswith("Extended until")
        assert "13:53" in answer.text
        assert Booking.objects.get().ends == before + 15 * MINUTE
        site.sweep()
        assert site.session.until == before + 15 * MINUTE
        (lease,) = site.wait(2).state("running", site.sid)
        assert lease.left == (8 + 15) * 60 - 2

    def test_a_second_tap_still_ends_it_after_the_job(self, site):
        site.tap()
        assert site.wait(5).tap().code == "ends-when-idle"
        assert kinds(site.wait(5).state("armed", site.sid)) == ["off"]

    def test_before_the_last_minutes_it_shows_the_time(self, site):
        site.tap()
        site.sweep()
        assert site.wait(11).tap().code == "running"

    def test_what_the_booking_rules_refuse_is_told_and_changes_nothing(self, site):
        a_certification(site.world.charlie, site.world.certification)
        site.book("charlie", begins=8, minutes=60)
        before = Booking.objects.get(member=site.world.alice).ends
        answer = site.tap()
        assert not answer.ok
        assert answer.code == "taken"
        assert answer.text
        assert Booking.objects.get(member=site.world.alice).ends == before
        assert site.wait(3).tap().code == "ends-when-idle"

    def test_a_booking_with_hours_to_go_is_not_extended_because_something_else_ends(self, site):
        ends = site.now + 180 * MINUTE
        Booking.objects.update(ends=ends, blocked_until=ends)
        site.world.alice.certifications.update(until=site.now + 5 * MINUTE)
        site.sweep()
        assert site.session.until == site.now + 5 * MINUTE
        assert site.tap().code == "running"
        assert Booking.objects.get().ends == ends

    def test_the_warning_says_that_a_tap_extends(self, site):
        (text, _lease) = site.wait(200).state("running", site.sid)
        assert text.text == "5 min left. Tap to extend."

    def test_it_is_one_extension_however_often_the_tap_is_repeated(self, site):
        tap = site.a_tap()
        before = Booking.objects.get().ends
        site.handle(tap)
        site.wait(1).handle(tap)
        assert Booking.objects.get().ends == before + 15 * MINUTE


class TestTakeOver:
    """Alice's time is over, nobody else's has begun, and she has left it on."""

    @pytest.fixture
    def site(self, db):
        site = Site(overrun_minutes=30, early_start_minutes=30, take_over_minutes=5)
        a_certification(site.world.charlie, site.world.certification)
        site.arm("alice", minutes=1)
        site.book("charlie", begins=25, minutes=60)
        return site

    def after(self, site, minutes, st="armed"):
        """So long after her time; the device says what it does."""
        site.wait(60 * (minutes + 1)).state(st, site.sid)
        return site

    def test_whoever_is_booked_takes_it_over(self, site):
        alices = self.after(site, 6).session
        tap = site.a_tap("charlie")
        (off,) = site.handle(tap)
        assert (off.kind, off.sid, off.code) == ("off", alices.sid, "taken-over")
        assert off.text == "Your time was over. Charlie O. is booked now and took over."
        site.state()  # the proof
        (answer,) = site.wait(1).handle(tap)  # the reader's first repeat
        assert answer.grant.exp == tap.up + 30
        assert Session.objects.exclude(state="ended").get().member == site.world.charlie
        alices.refresh_from_db()
        assert alices.end_reason == "taken-over"

    def test_the_log_knows_who_took_over_from_whom_and_she_is_told(self, site):
        self.after(site, 6).handle(site.a_tap("charlie"))
        event = AccessEvent.objects.get(code="take-over")
        assert event.member_id == site.world.charlie.pk
        assert event.detail == {"from": site.world.alice.pk}
        letter = Outbox.objects.get(kind="session-taken-over")
        assert letter.to == site.world.alice

    def test_without_proof_there_is_no_start(self, site):
        tap = self.after(site, 6).a_tap("charlie")
        site.handle(tap)
        (answer,) = site.wait(4).handle(tap)
        assert (answer.code, answer.grant) == ("machine-finishing", None)

    @pytest.mark.parametrize("late", [0, 2.5])
    def test_a_second_gatekeeper_or_a_late_proof_does_not_answer_the_tap_away(self, site, late):
        tap = self.after(site, 6).a_tap("charlie")
        site.handle(tap)
        site.watch = Watch()  # the other one's; it handles the same tap
        assert site.wait(late).handle(tap) == []
        site.state()  # the proof
        (answer,) = site.wait(1).handle(tap)
        assert answer.grant is not None

    def test_who_did_not_take_it_over_is_told_at_once_what_to_wait_for(self, site):
        self.after(site, 6).handle(site.a_tap("charlie"))
        assert site.tap("bob").code == "machine-finishing"

    def test_brought_twice_in_one_batch_it_is_as_once(self, site):
        tap = self.after(site, 6).a_tap("charlie")
        assert kinds(site.handle(tap, tap)) == ["off"]

    @pytest.mark.parametrize(("minutes", "st"), [(2, "armed"), (6, "running"), (2, "running")])
    def test_the_page_says_what_the_tap_does(self, site, minutes, st):
        self.after(site, minutes, st)
        (reason,) = self.page(site).reasons
        assert reason.code == site.tap("charlie").code

    def test_the_page_says_yes_where_a_tap_takes_over(self, site):
        assert isinstance(self.page(self.after(site, 6)), Grant)

    def page(self, site):
        return would_answer(member=site.world.charlie, machine=site.mill, now=site.now)

    def test_a_running_job_is_let_finish(self, site):
        answer = self.after(site, 6, "running").tap("charlie")
        assert answer.code == "machine-finishing"
        assert site.session.state == "active"

    def test_before_that_it_says_from_when(self, site):
        answer = self.after(site, 2).tap("charlie")
        assert (answer.code, answer.ok) == ("left-on", False)
        assert answer.text.startswith("Alice M. left it on")
        assert "13:36" in answer.text

    def test_while_her_time_lasts_nobody_does(self, site):
        Booking.objects.filter(member=site.world.alice).update(
            ends=site.now + 20 * MINUTE, blocked_until=site.now + 20 * MINUTE
        )
        assert self.after(site, 6).tap("charlie").code == "in-use"

    def test_nor_does_who_is_not_booked(self, site):
        issue_badge(member=site.world.alice, number="04AAAAAA", by=None, now=site.now)
        Booking.objects.filter(member=site.world.charlie).delete()
        assert self.after(site, 6).tap("charlie").code == "in-use"

    def test_nor_does_who_may_not_use_it(self, site):
        site.world.charlie.certifications.all().delete()
        assert self.after(site, 6).tap("charlie").code == "in-use"

    def test_where_no_job_is_sensed_nobody_does(self, site):
        site.mill.feedback = "none"
        site.mill.save()
        assert self.after(site, 6).tap("charlie").code == "in-use"


class TestOverrun:
    """A quarter of an hour after the booking, which nobody plans with: people are told its end."""

    @pytest.fixture
    def site(self, db):
        return Site(overrun_minutes=15, finish_seconds=60)

    def start(self, site, minutes=60):
        site.book(minutes=minutes)
        answer = site.tap()
        site.sid = answer.sid
        site.state("running", site.sid)
        return answer

    def renewed(self, site, minutes):
        """The lease so many minutes on."""
        said = site.wait(60 * minutes).state("running", site.sid)
        return next(message for message in said if message.kind == "lease")

    def test_the_answer_tells_when_the_booking_ends(self, site):
        answer = self.start(site)
        assert answer.left == answer.grant.left == 3600
        assert "14:30" in answer.text
        assert site.session.until == site.now + 75 * MINUTE

    def test_the_page_tells_the_same(self, site):
        site.book()
        grant = would_answer(member=site.world.alice, machine=site.mill, now=site.now)
        assert sessions.told_until(grant, site.now) == site.now + 60 * MINUTE

    def test_leases_count_down_to_it_and_show_nothing_left_beyond(self, site):
        self.start(site)
        assert self.renewed(site, 20).left == 2400
        assert self.renewed(site, 39).left == 60
        beyond = self.renewed(site, 6)
        assert (beyond.left, beyond.exp) == (0, site.up + 30)

    def test_the_relay_may_stay_on_for_it_and_the_job_after_it(self, site):
        grant = self.start(site).grant
        assert grant.hard == site.up + 75 * 60 + 60
        assert self.renewed(site, 74).exp == site.up + 30
        lease = self.renewed(site, 0.75)
        assert (lease.exp, lease.hard) == (site.up + 15, site.up + 15 + 60)

    def test_warnings_come_before_the_booking_ends_and_none_after(self, site):
        self.start(site, minutes=12)
        booked = site.now + 12 * MINUTE
        told = [
            (round((booked - site.now).total_seconds()), text)
            for _ in range(6 * 26)
            for text in texts(site.wait(10).state("running", site.sid))
        ]
        assert told == [(600, "10 min left."), (300, "5 min left."), (60, "1 min left.")]

    def test_a_neighbour_in_the_overrun_changes_nothing_that_is_told(self, site):
        self.start(site)
        site.book("charlie", begins=65, minutes=120)
        assert self.renewed(site, 1).left == 59 * 60
        assert site.session.until == site.start + 65 * MINUTE
        assert site.tap().left == 59 * 60

    def test_others_are_told_the_end_of_the_booking_and_then_of_the_overrun(self, site):
        self.start(site)
        assert "14:30" in site.tap("bob").text
        site.wait(62 * 60).state("running", site.sid)
        assert "14:45" in site.tap("bob").text

    def test_who_comes_back_in_the_overrun_is_told_its_end(self, site):
        site.book()
        answer = site.wait(65 * 60).tap()
        assert (answer.left, answer.grant.left, answer.grant.exp) == (0, 0, site.up + 30)
        assert "14:45" in answer.text
        site.sid = answer.sid
        assert kinds(site.state("armed", site.sid)) == ["lease"]
