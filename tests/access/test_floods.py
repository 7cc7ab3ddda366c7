"""A device that taps and talks without end fills no table, and is in nobody's way but its own."""

import pytest

import wire
from access.limits import ALARMS, KEPT, LINES, NOBODYS, REFUSALS, TAPS, Limit, Limits
from access.models import AccessEvent, Alarm, Device
from access.services.states import MOST_FAULTS
from equipment.models import Lockout
from members.models import Badge
from notices.models import Outbox
from tests.access.world import BADGES, BOOT, Site, replace
from tests.people import a_certification

NOBODYS_AT_ONCE = NOBODYS.at_once
MINUTE = 60


def taps():
    return AccessEvent.objects.filter(kind="tap")


def flood(site, count=200, seconds=60, **tap):
    """What is said to `count` taps of unknown badges in so many seconds."""
    said = []
    for _ in range(count):
        said += site.wait(seconds / count).handle(site.a_tap("stranger", **tap))
    return said


def test_two_hundred_unknown_badges_a_minute_are_fifty_rows(site):
    said = flood(site)
    recorded = taps().count()
    assert recorded <= NOBODYS_AT_ONCE + MINUTE * NOBODYS.a_second
    assert recorded >= NOBODYS_AT_ONCE
    assert AccessEvent.objects.count() == recorded + 1  # the alarm
    assert site.box().messages_dropped == 200 - recorded
    assert [message.code for message in said].count("slow-down") == 200 - recorded


def test_every_one_is_answered_and_none_of_them_lets_in(site):
    site.book()
    said = flood(site)
    assert len(said) == 200
    assert not any(message.ok or message.grant for message in said)


def test_staff_hear_of_it_once(site):
    flood(site, 400, 120)
    (alarm,) = Alarm.objects.all()
    assert (alarm.code, alarm.device) == ("flood", site.device)
    assert site.events("alarm") == ["flood"]


def test_whoever_has_booked_is_let_in_at_once_behind_a_flood(site):
    site.book()
    flood(site, 500, 1)
    assert site.tap("stranger").code == "slow-down"
    assert site.tap("alice").grant is not None
    assert taps().filter(code="granted").count() == 1


def test_one_reader_takes_nothing_from_another(site):
    flood(site, 100, 1)
    Device.objects.create(
        name="lathe-1", space=site.world.space, is_interlock=False, boot=BOOT, online=True
    )
    (answer,) = site.handle(replace(site.a_tap("stranger"), device="lathe-1"))
    assert answer.code == "unknown-badge"


def test_a_revoked_badge_and_a_tap_too_late_are_nobodys_too(site):
    Badge.objects.filter(member=site.world.alice).update(revoked_at=site.now)
    site.state()
    late = wire.Tap("mill-1", BOOT, site.up - 60, "f" * 24, BADGES["bob"])
    for n in range(NOBODYS_AT_ONCE + 5):
        said = site.handle(replace(late, nonce=f"{n:024x}"[::-1]), site.a_tap("alice"))
        assert len(said) == 1  # for what is late there is no answer
    assert taps().count() == NOBODYS_AT_ONCE
    assert set(taps().values_list("code", flat=True)) == {"stale", "badge-revoked"}


@pytest.mark.parametrize("name", ["arm", "stop"])
def test_a_button_pressed_to_no_end_is_passed_over_too(site, name):
    for n in range(2 * NOBODYS_AT_ONCE):
        site.handle(wire.Button("mill-1", BOOT, site.up, f"{n:024x}", name))
    assert len(site.events("button")) == NOBODYS_AT_ONCE
    assert site.events("alarm") == ["flood"]


def test_whoever_is_at_the_machine_stops_it_behind_a_flood(site):
    site.arm()
    flood(site, 500, 1)
    (off,) = site.handle(wire.Button("mill-1", BOOT, site.up, "f" * 24, "stop"))
    assert off.kind == "off"
    assert site.events("button") == ["stop"]


def test_a_tap_that_was_passed_over_may_come_again(site):
    flood(site, 100, 1)
    tap = site.a_tap("stranger")
    (first,) = site.handle(tap)
    (again,) = site.wait(4).handle(tap)
    assert (first.code, again.code) == ("slow-down", "unknown-badge")
    (recorded,) = site.handle(tap)
    assert recorded == again


def test_a_button_that_ends_nothing_is_passed_over_beside_a_session_too(site):
    site.arm()
    for n in range(2 * NOBODYS_AT_ONCE):
        site.handle(wire.Button("mill-1", BOOT, site.up, f"{n:024x}", "arm"))
    assert len(site.events("button")) == NOBODYS_AT_ONCE
    (off,) = site.handle(wire.Button("mill-1", BOOT, site.up, "f" * 24, "stop"))
    assert off.kind == "off"


def refused(site, count, seconds, who="alice"):
    """The codes that so many fresh taps of one badge are answered with, in so many seconds."""
    return [site.wait(seconds / count).tap(who).code for _ in range(count)]


def counts():
    """What the lines that count say, together."""
    lines = AccessEvent.objects.filter(kind="repeated").order_by("id")
    return sum(line.detail["times"] for line in lines)


class TestOneBadgeRefusedAgainAndAgain:
    def test_whoever_really_taps_sees_each_on_record(self, site):
        """As fast as a reader lets through, for a minute and a half."""
        assert refused(site, 30, 90) == ["not-booked"] * 30
        assert taps().count() == 30
        assert not Alarm.objects.exists()

    def test_each_is_answered_truly_and_the_rest_is_counted(self, site):
        assert set(refused(site, 300, 900)) == {"not-booked"}
        site.wait(MINUTE).sweep()
        written = taps().count()
        assert written <= REFUSALS.at_once + 960 * REFUSALS.a_second + 1
        assert written + counts() == 300
        assert site.box().messages_dropped == counts()

    def test_the_line_says_whose_where_and_since_when(self, site):
        refused(site, 40, 40)
        since = site.now
        site.wait(MINUTE).sweep()
        line = AccessEvent.objects.get(kind="repeated")
        like = taps().last()
        assert (line.code, line.ok, line.detail["times"]) == ("not-booked", False, 9)
        for column in ("device_id", "member_id", "machine_id", "badge_hash", "boot"):
            assert getattr(line, column) == getattr(like, column)
        assert like.at.isoformat() < line.detail["since"] <= since.isoformat()

    def test_a_minute_of_them_is_one_line(self, site):
        for _ in range(200):
            refused(site, 1, 3)
            site.sweep()
        assert AccessEvent.objects.filter(kind="repeated").count() <= 10

    def test_what_was_counted_is_said_once(self, site):
        refused(site, 40, 40)
        for _ in range(3):
            site.wait(MINUTE).sweep()
        assert counts() == 40 - taps().count() > 0

    def test_staff_hear_of_it_once(self, site):
        refused(site, 200, 200)
        (alarm,) = Alarm.objects.all()
        assert (alarm.code, alarm.device) == ("repeats", site.device)

    def test_none_that_may_is_held_up_by_it(self, site):
        refused(site, 40, 130)
        site.book()
        assert site.wait(3).tap("alice").grant is not None
        assert taps().filter(code="granted").count() == 1

    def test_another_refusal_of_that_badge_has_its_line(self, site):
        refused(site, 40, 130)
        Device.objects.filter(name="mill-1").update(is_reader=False)
        assert site.wait(3).tap("alice").code == "no-machine"
        assert taps().last().code == "no-machine"

    def test_another_badge_has_its_line(self, site):
        refused(site, 40, 40)
        refused(site, 1, 3, "charlie")
        assert taps().last().member_id == site.world.charlie.pk

    def test_what_was_counted_comes_again_and_is_decided_again(self, site):
        refused(site, 30, 30)
        tap = site.a_tap("alice")
        (first,) = site.handle(tap)
        site.book()
        (again,) = site.wait(1).handle(tap)
        assert (first.code, again.code) == ("not-booked", "granted")
        assert taps().filter(nonce=tap.nonce).count() == 1


@pytest.fixture
def workshop(db):
    """Two people at one machine: the second of two taps, or a supervisor's."""
    return Site(two_person=True)


class TestTwoPeopleBehindIt:
    def test_the_second_tap_counts_from_the_first_without_a_line(self, workshop):
        workshop.book()
        assert set(refused(workshop, 40, 120)) == {"needs-second"}
        assert taps().count() < 40
        a_certification(workshop.world.charlie, workshop.world.certification)
        assert workshop.wait(20).tap("charlie").code == "granted-together"

    def test_a_tap_between_ends_the_wait_without_a_line_too(self, workshop):
        workshop.book()
        a_certification(workshop.world.charlie, workshop.world.certification)
        refused(workshop, 40, 40, "bob")
        refused(workshop, 1, 3)
        refused(workshop, 1, 3, "bob")
        assert workshop.wait(3).tap("charlie").code != "granted-together"


class TestOneBadgeLetInAgainAndAgain:
    """On and off without end: no reader that keeps rule D8 can do that."""

    def cycle(self, site, pause):
        """Alice taps in, and taps out; what the two are answered."""
        first = site.wait(pause).tap("alice")
        if first.grant is None:
            return [first.code]
        site.state("armed", sid=first.grant.sid, relay=True)
        second = site.wait(pause).tap("alice")
        site.state()
        return [first.code, second.code]

    def test_as_fast_as_a_reader_can_send_it_never_is_slowed_down(self, site):
        site.book(minutes=120)
        said = [code for _ in range(100) for code in self.cycle(site, 3)]
        assert set(said) == {"granted", "finished-kept"}
        assert not Alarm.objects.exists()

    def test_faster_than_that_it_is_and_staff_hear_of_it(self, site):
        site.book(minutes=120)
        said = [code for _ in range(300) for code in self.cycle(site, 0.1)]
        assert "slow-down" in said
        site.wait(MINUTE).sweep()
        assert taps().count() <= TAPS.at_once + MINUTE * TAPS.a_second
        assert counts() == said.count("slow-down")
        assert site.events("alarm")[0] == "repeats"

    def test_somebody_else_is_served_meanwhile(self, site):
        site.book()
        for _ in range(2 * TAPS.at_once):
            site.tap("charlie")
        assert site.tap("charlie").code == "slow-down"
        assert site.tap("alice").grant is not None


class TestNewsWithoutEnd:
    def test_a_contact_that_chatters_has_no_line_for_each_time(self, site):
        for n in range(600):
            site.wait(0.1).state("running" if n % 2 else "locked")
        lines = len(site.events("state"))
        assert LINES.at_once <= lines <= LINES.at_once + MINUTE * LINES.a_second
        assert "restless" in site.events("alarm")
        assert site.box().state == "running"

    def test_a_hello_of_each_second_there_ever_was_neither(self, site):
        for up in range(300):
            site.handle(wire.Hello("mill-1", BOOT, up, "1", "box", "power", (), 0, 0))
        assert len(site.events("hello")) == LINES.at_once

    def test_a_session_it_makes_up_each_time_raises_no_alarm_each_time(self, site):
        for n in range(50):
            site.state("armed", sid=f"{n:024x}", relay=True)
        assert Alarm.objects.filter(code="unknown-session").count() == ALARMS.at_once
        assert Outbox.objects.filter(kind="alarm").count() <= 2 * ALARMS.at_once
        (off,) = site.state("armed", sid="f" * 24, relay=True)
        assert off.sid == "f" * 24

    def test_a_fault_it_makes_up_each_time_locks_out_often_enough(self, site):
        for n in range(50):
            site.state("fault", fault=f"smoke-{n}")
            site.state()
        assert Lockout.objects.filter(cleared_at=None).count() == MOST_FAULTS
        assert Alarm.objects.exclude(code="restless").count() == ALARMS.at_once
        Alarm.objects.all().delete()
        site.watch.standing.clear()
        site.state("fault", fault="contactor-stuck")
        assert "contactor-stuck" in Alarm.objects.values_list("code", flat=True)


class TestLimits:
    FEW = Limit("few", 20, 0.5)

    @pytest.mark.parametrize("rest", [60, 3600])
    def test_it_is_never_fuller_than_full(self, rest):
        limits = Limits()
        for start in (0, rest):
            passed = sum(limits.allow(self.FEW, "mill-1", start) for _ in range(100))
            assert passed == self.FEW.at_once

    def test_it_fills_while_it_is_asked(self):
        limits = Limits()
        passed = sum(limits.allow(self.FEW, "mill-1", second / 10) for second in range(6000))
        assert passed == pytest.approx(self.FEW.at_once + 600 * self.FEW.a_second, abs=1)

    def test_it_is_forgotten_only_when_it_would_be_full(self):
        limits = Limits()
        limits.allow(self.FEW, "mill-1", 0)
        limits.tidy(self.FEW.filled_after - 1)
        assert limits.left
        limits.tidy(self.FEW.filled_after)
        assert not limits.left

    def test_whatever_it_is_asked_about_it_keeps_no_more_than_so_many(self):
        limits = Limits()
        for n in range(2 * KEPT):
            limits.allow(self.FEW, n, 0)
        assert len(limits.left) == KEPT
        assert (self.FEW, 2 * KEPT - 1) in limits.left
