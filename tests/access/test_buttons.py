"""Buttons at the device: stop has been done already, arm switches nothing on."""

import pytest

import wire
from access import services
from access.models import Device
from access.records import receive
from access.watch import Watch
from tests.access.world import BOOT, OTHER_BOOT, kinds


def press(site, name, up=None):
    at = site.up if up is None else up
    return site.handle(wire.Button("mill-1", BOOT, at, next(site.nonces), name))


class TestStop:
    def test_it_ends_the_session_and_says_how_long_the_rest_is_kept(self, site):
        site.arm()
        (off,) = press(site.wait(5), "stop")
        assert (off.kind, off.mode, off.code) == ("off", "stop", "stopped")
        assert off.text.startswith("Locked. Tap before")
        site.state()
        assert site.session.end_reason == "stopped"
        assert site.events("button") == ["stop"]

    def test_pressed_again_it_is_only_logged(self, site):
        site.arm()
        press(site, "stop")
        assert press(site, "stop") == []
        site.state()
        assert press(site, "stop") == []

    def test_an_old_press_ends_nothing_that_began_after_it(self, site):
        site.arm()
        assert press(site, "stop", up=site.up - 1) == []
        assert site.session.state == "active"

    def test_what_the_broker_kept_ends_nothing(self, site):
        site.arm()
        button = wire.Button("mill-1", BOOT, site.up, next(site.nonces), "stop")
        assert site.handle(button, retain=True) == []
        assert site.session.state == "active"

    def test_an_offer_that_was_not_taken_up_is_over_too(self, site):
        site.book()
        site.sid = site.tap().grant.sid
        press(site, "stop")
        assert site.session.state == "closing"


class TestAtAReaderBesideTheInterlock:
    @pytest.fixture
    def site(self, site):
        """mill-1 is the interlock, and Alice is at it; mill-2 is the reader."""
        site.arm()
        Device.objects.update(is_reader=False)
        Device.objects.create(
            name="mill-2",
            space=site.world.space,
            machine=site.mill,
            is_interlock=False,
            boot=OTHER_BOOT,
            online=True,
            up=900,
        )
        return site

    def press(self, site, up=900):
        return site.handle(wire.Button("mill-2", OTHER_BOOT, up, next(site.nonces), "stop"))

    def test_stop_tells_the_interlock_and_who_pressed(self, site):
        off, text = self.press(site)
        assert (off.kind, off.sid, off.code) == ("off", site.sid, "stopped")
        assert text.text == off.text
        site.state()
        assert (site.session.state, site.session.end_reason) == ("ended", "stopped")

    def test_it_speaks_to_each_at_its_own_address(self, site):
        button = wire.Button("mill-2", OTHER_BOOT, 900, next(site.nonces), "stop")
        inbound = receive(*wire.encode_up(button))
        out = services.handle([inbound], now=site.now, mono=site.mono, watch=site.watch)
        assert [said.topic for said in out] == ["bk/1/mill-1/down/off", "bk/1/mill-2/down/text"]

    def test_a_press_that_was_long_under_way_ends_nothing(self, site):
        assert self.press(site, up=894) == []
        assert site.session.state == "active"

    def test_taken_off_the_machine_it_ends_nothing(self, site):
        Device.objects.filter(name="mill-2").update(machine=None)
        self.press(site)
        assert site.session.state == "active"


class TestTwice:
    def test_a_press_is_one_line_to_a_second_gatekeeper_too(self, site):
        site.arm()
        button = wire.Button("mill-1", BOOT, site.up, next(site.nonces), "arm")
        site.handle(button)
        site.handle(button, button)
        site.watch = Watch()
        site.handle(button)
        assert site.events("button") == ["arm"]

    def test_in_one_batch_too(self, site):
        button = wire.Button("mill-1", BOOT, site.up, next(site.nonces), "arm")
        assert kinds(site.handle(button, button)) == ["text"]
        assert site.events("button") == ["arm"]


class TestArm:
    def test_it_begins_nothing_and_says_what_does(self, site):
        site.book()
        (text,) = press(site, "arm")
        assert text.text == "Tap your badge first, then press start."
        assert not site.open_sessions().exists()

    def test_while_somebody_is_at_it_it_changes_nothing(self, site):
        site.arm()
        assert press(site, "arm") == []
        assert site.session.state == "active"

    @pytest.mark.parametrize("name", ["arm", "stop"])
    def test_on_no_machine_it_is_logged(self, site, name):
        site.device.machine = None
        site.device.save()
        assert kinds(press(site, name)) == []
        assert site.events("button") == [name]
