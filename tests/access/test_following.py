"""When a peripheral is to run, purely; and what a forged question gets."""

from datetime import timedelta

import pytest

import wire
from access.following import OFF, Run, follow, grant, is_wanted, lease
from access.models import Device, Peripheral
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


def a_state(**changes):
    fields = {"boot": BOOT, "up": 100, "n": 7, "st": "locked", "relay": False} | changes
    return wire.State(device="extractor-1", **fields)


def test_no_lease_is_longer_than_half_a_minute_or_than_it_runs_on():
    assert lease(ON, a_state(sid=ON.sid), NOW).exp == 130
    assert lease(RUNNING_ON, a_state(sid=ON.sid), NOW + MINUTE * 0.75).exp == 115
    given = grant(ON, a_state(want=ON.sid), NOW)
    assert (given.re, given.exp, given.hard, given.fin) == (7, 130, 130, 0)


class TestForged:
    @pytest.fixture
    def site(self, db):
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
