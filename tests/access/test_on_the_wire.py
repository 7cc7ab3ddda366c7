"""Sessions, doors and peripherals with devices that keep the protocol, through every restart."""

from datetime import time

import pytest

from access.models import AccessEvent, Device, Door, DoorWindow, Peripheral, Session
from bookings.models import Booking
from tests.access.on_the_wire import LOAD, Rig
from tests.people import a_certification

EXTRACTOR = ("relay",)


@pytest.fixture
def rig(db):
    return Rig(finish_seconds=60)


def with_extractor(rig, run_on=60):
    box = rig.add("extractor-1", EXTRACTOR, is_reader=False)
    peripheral = Peripheral.objects.create(
        name="Extractor",
        device_id=Device.objects.get(name="extractor-1").pk,
        run_on_seconds=run_on,
    )
    peripheral.machines.add(rig.site.mill)
    return box, peripheral


def codes(kind):
    return list(AccessEvent.objects.filter(kind=kind).values_list("code", flat=True))


class TestSession:
    def test_it_begins_runs_and_ends(self, rig):
        rig.site.book(minutes=60)
        assert rig.tap().startswith("Hello Alice.")
        assert (rig.mill.st, rig.mill.relay) == ("armed", True)
        rig.mill.load = LOAD
        rig.run(300)
        assert rig.mill.st == "running"
        rig.mill.load = 0
        rig.run(30)
        rig.tap()
        assert (rig.mill.st, rig.mill.relay) == ("locked", False)
        assert Session.objects.get().end_reason == "finished"

    def test_the_stop_button_ends_it(self, rig):
        rig.site.book(minutes=60)
        rig.tap()
        rig.press("stop")
        assert rig.mill.relay is False
        rig.run(1)
        assert Session.objects.get().end_reason == "stopped"
        assert any("Tap before" in told for told in rig.mill.told)

    def test_the_next_takes_over_with_one_tap(self, db):
        rig = Rig(overrun_minutes=30, early_start_minutes=30, take_over_minutes=5)
        a_certification(rig.site.world.charlie, rig.site.world.certification)
        rig.site.book("alice", minutes=1)
        rig.tap("alice")
        rig.site.book("charlie", begins=25, minutes=60)
        rig.run(7 * 60)
        assert rig.mill.st == "armed"
        hers = rig.mill.sid
        assert rig.tap("charlie", seconds=3).startswith("Hello Charlie.")
        assert rig.mill.relay
        assert rig.mill.sid != hers
        assert Session.objects.get(sid=rig.mill.sid).member == rig.site.world.charlie
        assert Session.objects.get(sid=hers).end_reason == "taken-over"
        assert codes("alarm") == []


class TestDoor:
    def test_it_opens_for_a_moment_and_locks_by_itself(self, rig):
        front = rig.add("front", ("relay", "reader", "door"), is_interlock=False)
        device = Device.objects.get(name="front")
        door = Door.objects.create(space=rig.site.world.space, name="Front", device=device)
        for day in range(7):
            DoorWindow.objects.create(
                door=door, plan=rig.site.world.plan, weekday=day, opens=time(0), closes=time(0)
            )
        assert rig.tap("alice", front, seconds=1) == "Hello Alice. Come in."
        assert (front.relay, front.st) == (True, "locked")
        rig.run(3)
        assert front.relay is False
        assert codes("alarm") == []
        rig.tap("bob", front, seconds=1)  # lapsed at the mill, a member at the door
        assert front.relay


class TestPeripheral:
    def test_it_follows_its_machine_and_runs_on(self, rig):
        extractor, peripheral = with_extractor(rig)
        rig.run(5)
        assert not extractor.relay
        rig.site.book(minutes=60)
        rig.tap()
        assert extractor.relay
        rig.run(120)
        assert extractor.relay
        rig.tap()
        rig.run(50)
        assert not rig.mill.relay
        assert extractor.relay
        rig.run(12)
        assert not extractor.relay
        peripheral.refresh_from_db()
        assert (peripheral.sid, peripheral.until) == ("", None)
        assert codes("alarm") == []

    def test_whoever_comes_meanwhile_keeps_it_on(self, rig):
        extractor, _peripheral = with_extractor(rig)
        rig.site.book(minutes=60)
        rig.tap()
        rig.run(10)
        rig.tap()
        rig.run(30)
        rig.tap()
        rig.run(60)
        assert rig.mill.relay
        assert extractor.relay

    def test_it_runs_through_grace(self, rig):
        extractor, _peripheral = with_extractor(rig, run_on=0)
        rig.site.book(minutes=1)
        rig.tap()
        rig.mill.load = LOAD
        rig.run(80)
        assert rig.mill.st == "grace"
        assert extractor.relay
        rig.run(60)
        assert not rig.mill.relay
        assert not extractor.relay

    def test_without_a_server_it_stops_by_its_own_clock(self, rig):
        extractor, _peripheral = with_extractor(rig, run_on=3600)
        rig.site.book(minutes=60)
        rig.tap()
        rig.kill_gatekeeper()
        rig.run(31)
        assert not extractor.relay

    def test_it_comes_back_after_a_power_cut_a_network_cut_and_a_restart(self, rig):
        extractor, _peripheral = with_extractor(rig)
        rig.site.book(minutes=60)
        rig.tap()
        rig.power_cut(extractor)
        assert not extractor.relay
        rig.run(8)
        assert extractor.relay
        rig.unplug(extractor)
        rig.run(40)
        assert not extractor.relay
        rig.plug(extractor)
        rig.run(8)
        assert extractor.relay
        rig.restart_gatekeeper()
        rig.run(60)
        assert extractor.relay

    def test_one_that_does_not_run_is_an_alarm_given_once(self, rig):
        extractor, _peripheral = with_extractor(rig)
        rig.unplug(extractor)
        rig.site.book(minutes=60)
        rig.tap()
        rig.run(120)
        assert codes("alarm").count("peripheral-off") == 1


class TestRestarts:
    """State after every kind of restart, with somebody armed and somebody running."""

    @pytest.fixture(params=[0, LOAD], ids=["armed", "running"])
    def on(self, rig, request):
        rig.site.book(minutes=60)
        rig.tap()
        rig.mill.load = request.param
        rig.run(15)
        assert rig.mill.st == ("running" if request.param else "armed")
        return rig

    def test_a_gatekeeper_that_restarts_at_once_is_not_noticed(self, on):
        sid = on.mill.sid
        on.restart_gatekeeper()
        on.run(120)
        assert (on.mill.sid, on.mill.relay) == (sid, True)
        assert codes("alarm") == []

    def test_one_that_is_away_for_long_finds_the_machine_locked(self, on):
        on.kill_gatekeeper()
        on.run(100)
        assert not on.mill.relay
        on.restart_gatekeeper()
        on.run(15)
        assert Session.objects.get().state == "ended"
        on.mill.load = 0
        assert on.tap().startswith("Hello Alice.")
        assert on.mill.relay

    def test_a_device_that_restarts_is_locked_and_free_again(self, on):
        on.power_cut(on.mill)
        on.mill.load = 0
        assert not on.mill.relay
        on.run(3)
        assert Session.objects.get().end_reason == "reboot"
        on.tap()
        assert on.mill.relay

    def test_a_network_gone_for_a_moment_changes_nothing(self, on):
        sid = on.mill.sid
        on.unplug(on.mill)
        on.run(10)
        on.plug(on.mill)
        on.run(30)
        assert (on.mill.sid, on.mill.relay) == (sid, True)

    def test_a_network_gone_for_long_locks_and_is_told_of(self, on):
        on.unplug(on.mill)
        on.run(200)
        assert not on.mill.relay
        assert set(codes("alarm")) == {"silent", "lost"}
        on.mill.load = 0
        on.plug(on.mill)
        on.run(2)
        on.tap()
        assert on.mill.relay

    def test_a_booking_is_kept_through_all_of_it(self, on):
        on.power_cut(on.mill)
        on.run(3)
        assert Booking.objects.get().state == "running"
