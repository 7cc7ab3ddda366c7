"""Buttons at the device: stop has been done already, arm switches nothing on."""

import pytest

import wire
from tests.access.world import BOOT, kinds


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
