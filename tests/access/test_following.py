"""When a peripheral is to run, purely; and what a forged question gets."""

from datetime import timedelta

import pytest

import wire
from access.following import OFF, Run, follow, grant, is_wanted, lease, shortened
from access.models import Alarm, Device, Peripheral, Session
from access.watch import Watch
from tests.access.world import BOOT, Site, kinds
from tests.people import NOW

MINUTE = timedelta(minutes=1)
ON = Run(sid="a" * 24, boot=BOOT)
RUNNING_ON = Run(sid="a" * 24, boot=BOOT, until=NOW + MINUTE)


@pytest.mark.parametrize(
    ("run", "busy", "follows", "wanted"),
    [
        (OFF, False, OFF, False),
        (OFF, True, OFF, True),  # to be offered
        (ON, True, ON, True),
        (ON, False, RUNNING_ON, True),
        (RUNNING_ON, True, ON, True),
        (RUNNING_ON, False, RUNNING_ON, True),
        (Run("a" * 24, BOOT, NOW), False, OFF, False),
    ],
)
def test_it_follows_its_machines(run, busy, follows, wanted):
    followed = follow(run, busy=busy, run_on=MINUTE, now=NOW)
    assert followed == follows
    assert is_wanted(followed, busy=busy, now=NOW) is wanted


def test_without_running_on_it_is_over_at_once():
    assert follow(ON, busy=False, run_on=timedelta(0), now=NOW) == OFF


@pytest.mark.parametrize(
    ("left", "becomes"),
    [
        (60, RUNNING_ON),
        (59.5, RUNNING_ON),  # nothing is written for that
        (30, Run("a" * 24, BOOT, NOW + MINUTE / 2)),
        (0, OFF),
        (-5, OFF),
    ],
)
def test_it_runs_on_no_longer_than_a_clock_that_nobody_sets_allows(left, becomes):
    assert shortened(RUNNING_ON, left, NOW) == becomes
    assert shortened(ON, left, NOW) == ON


def a_state(**changes):
    fields = {"boot": BOOT, "up": 100, "n": 7, "st": "locked", "relay": False} | changes
    return wire.State(device="extractor-1", **fields)


def test_no_lease_is_longer_than_half_a_minute_or_than_it_runs_on():
    assert lease(ON, a_state(sid=ON.sid), NOW).exp == 130
    assert lease(RUNNING_ON, a_state(sid=ON.sid), NOW + MINUTE * 0.75).exp == 115
    given = grant(ON, a_state(want=ON.sid), NOW)
    assert (given.re, given.exp, given.hard, given.fin) == (7, 130, 130, 0)


@pytest.fixture
def site(db):
    site = Site()
    device = Device.objects.create(
        name="extractor-1",
        space=site.world.space,
        is_reader=False,
        boot=BOOT,
        online=True,
        state="locked",
    )
    peripheral = Peripheral.objects.create(name="Extractor", device=device)
    peripheral.machines.add(site.mill)
    return site


class TestClockSetBack:
    """The wall clock goes back an hour while the extractor runs on; devices and seconds do not."""

    HOUR = timedelta(hours=1)

    @pytest.fixture
    def site(self, site):
        Peripheral.objects.update(sid=ON.sid, boot=BOOT, until=site.now + MINUTE)
        Device.objects.filter(name="extractor-1").update(state="armed", relay=True)
        site.sweep()
        site.wait(20)
        site.start -= self.HOUR  # mono goes on
        site.now -= self.HOUR
        site.booted_at -= self.HOUR
        return site

    def test_it_runs_on_for_its_seconds_and_ends(self, site):
        assert site.sweep() == []
        assert Peripheral.objects.get().until == site.now + timedelta(seconds=40)
        assert site.wait(39).sweep() == []
        (off,) = site.wait(1).sweep()
        assert (off.kind, off.sid) == ("off", ON.sid)

    def test_its_last_lease_is_no_longer_either(self, site):
        site.wait(25)
        (given,) = site.handle(a_state(st="armed", relay=True, sid=ON.sid, up=200))
        assert (given.kind, given.exp) == ("lease", 215)

    def test_once_somebody_is_at_it_again_all_its_seconds_are_before_it(self, site):
        site.arm()
        site.sweep()
        assert Peripheral.objects.get().until is None
        Session.objects.update(state="ended", ended_at=site.now)
        site.wait(1).sweep()
        assert Peripheral.objects.get().until == site.now + MINUTE


class TestMissed:
    def test_what_was_not_needed_meanwhile_has_all_its_seconds_again(self, site):
        """It fell silent at the end of one time, and is offered the next in a minute."""
        site.watch.connect(site.mono)
        site.arm()
        site.sweep()
        Session.objects.update(state="ended", ended_at=site.now)
        Peripheral.objects.update(sid="")
        site.wait(1).sweep()
        sid = site.wait(60).tap().grant.sid
        site.state("armed", sid=sid)
        site.sweep()
        assert "peripheral-off" not in site.events("alarm")

    def test_it_is_not_switched_on_for_a_moment(self, site):
        """Its own clock was a second ahead of its last lease."""
        Peripheral.objects.update(sid=ON.sid, boot=BOOT, until=site.now + timedelta(seconds=5))
        assert site.sweep() == []
        assert site.wait(1).sweep() == []
        assert kinds(site.wait(5).sweep()) == ["off"]


class TestTwoGatekeepers:
    """Each looks once a second, a little apart, and remembers for itself."""

    @pytest.fixture
    def other(self, site):
        """What the second one says when it looks, hearing no message before the first did."""
        watch = Watch()

        def sweep():
            site.watch, mine = watch, site.watch
            try:
                return site.sweep()
            finally:
                site.watch = mine

        return sweep

    def test_one_of_them_offers(self, site, other):
        site.arm()
        said = [*site.sweep(), *other(), *site.wait(1).sweep(), *other()]
        assert kinds(said) == ["offer"]
        assert Peripheral.objects.get().sid == said[0].sid

    def test_the_other_offers_where_nobody_took_it_up(self, site, other):
        site.arm()
        (first,) = site.sweep()
        assert other() == []
        (again,) = site.wait(5).sweep()
        assert (again.kind, again.sid != first.sid) == ("offer", True)
        assert other() == []
        (taken,) = [said for second in range(6) for said in (site.wait(1) and other())]
        assert taken.kind == "offer"

    def test_one_of_them_tells_it_off(self, site, other):
        Peripheral.objects.update(sid=ON.sid, boot=BOOT, until=site.now + MINUTE)
        assert [*site.sweep(), *other()] == []
        site.wait(60)
        assert kinds([*site.sweep(), *other()]) == ["off"]

    def test_who_came_and_went_unseen_by_one_cuts_no_seconds(self, site, other):
        Peripheral.objects.update(sid=ON.sid, boot=BOOT, until=site.now + MINUTE)
        Device.objects.filter(name="extractor-1").update(state="armed", relay=True)
        other()
        site.wait(50)
        Peripheral.objects.update(until=site.now + MINUTE)
        site.wait(30)
        assert other() == []
        assert Peripheral.objects.get().until == site.now + MINUTE / 2


class TestForged:
    def test_what_was_not_offered_is_refused(self, site):
        (off,) = site.handle(a_state(want="f" * 24))
        assert (off.kind, off.sid) == ("off", "f" * 24)

    def test_what_it_holds_of_itself_is_switched_off(self, site):
        (off,) = site.handle(a_state(st="armed", relay=True, sid="f" * 24))
        assert (off.kind, off.mode) == ("off", "stop")

    def test_nor_the_run_of_another_boot(self, site):
        Peripheral.objects.update(sid="f" * 24, boot="dead" * 4, until=site.now + MINUTE)
        assert kinds(site.handle(a_state(want="f" * 24))) == ["off"]

    def test_while_nobody_is_at_a_machine_nothing_is_offered(self, site):
        assert site.sweep() == []
        assert Peripheral.objects.get().sid == ""


class TestOnByItself:
    """Nobody is at its machines, or its run is over, and its relay is on all the same."""

    def test_without_a_run_it_is_told_off_and_staff_are_told(self, site):
        (off,) = site.handle(a_state(relay=True))
        assert (off.kind, off.sid, off.mode) == ("off", "*", "stop")
        assert site.events("alarm") == ["on-unasked"]

    def test_it_is_told_with_every_word_it_says_and_staff_once(self, site):
        site.handle(a_state(relay=True))
        (off,) = site.wait(10).handle(a_state(relay=True, n=8, up=110))
        assert (off.kind, off.sid) == ("off", "*")
        assert site.events("alarm") == ["on-unasked"]

    def test_that_is_over_once_it_is_off(self, site):
        site.handle(a_state(relay=True))
        assert site.wait(1).handle(a_state(n=8, up=101)) == []
        site.sweep()
        assert not Alarm.objects.filter(cleared_at=None).exists()

    def test_so_while_a_machine_runs_it_belongs_to(self, site):
        site.arm()
        assert "off" in kinds(site.handle(a_state(relay=True)))
        assert "on-unasked" in site.events("alarm")

    def test_one_that_will_not_hear_that_its_run_is_over_is_an_alarm(self, site):
        of_its_own = {"st": "armed", "relay": True, "sid": "f" * 24}
        assert kinds(site.handle(a_state(**of_its_own))) == ["off"]
        assert site.events("alarm") == []
        assert kinds(site.wait(10).handle(a_state(**of_its_own, n=8, up=110))) == ["off"]
        assert site.events("alarm") == ["unknown-session"]

    def test_one_whose_seconds_of_running_on_have_just_ended_is_none(self, site):
        Peripheral.objects.update(sid=ON.sid, boot=BOOT, until=site.now + MINUTE)
        running = {"st": "armed", "relay": True, "sid": ON.sid}
        assert kinds(site.wait(30).handle(a_state(**running))) == ["lease"]
        site.wait(30).sweep()
        assert kinds(site.handle(a_state(**running, n=8, up=131))) == ["off"]
        assert site.wait(1).handle(a_state(n=9, up=132)) == []
        assert site.events("alarm") == []
