"""The reference device as it is started by people: a process, a broker, a control port."""

import time
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

import wire
from tests.device.process import PATIENCE, forged_server, running_device
from wire import sign

pytestmark = pytest.mark.broker

ALICE = "04A11CE0"
SID = "a" * 24


@contextmanager
def started(name, broker, *options):
    """A connected device and a server that hears it."""
    with (
        forged_server(name, broker.port) as server,
        running_device(name, broker.port, *options) as device,
    ):
        device.until(connected=True)
        yield device, server


def granted(device, server, **changes):
    device.do("tap", badge=ALICE)
    tap = server.next("tap")
    server.grant(tap, SID, **changes)
    return device.until(st="armed")


def retained(broker, topic):
    """The last words a newcomer would be shown."""
    found = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _c, _u, message: found.append(message)
    client.connect("127.0.0.1", broker.port)
    client.subscribe(topic, qos=1)
    deadline = time.monotonic() + PATIENCE
    while not found:
        assert time.monotonic() < deadline, topic
        client.loop(0.1)
    client.disconnect()
    assert found[0].retain
    return wire.parse_up(found[0].topic, found[0].payload)


def test_a_device_introduces_itself(broker):
    with started("intro-1", broker) as (device, server):
        avail = server.next("avail", on=True)
        hello = server.next("hello")
        state = server.next("state")
        assert avail.boot == hello.boot == state.boot == device.do()["boot"]
        assert (state.st, state.relay, state.n) == ("locked", False, 1)


def test_a_granted_tap_closes_the_relay_at_once(broker, at_once):
    with started("grant-1", broker) as (device, server):
        status = granted(device, server)
        assert status["relay"]
        assert status["answer"]["text"] == "Yours until 15:00."
        assert 0 < status["answer"]["ms"] < at_once * 1000
        assert (status["state"], status["lamp"]) == ("ARMED", "blue-slow")
        assert server.next("state", st="armed", relay=True).sid == SID


def test_an_interlock_without_a_reader_asks_for_what_it_is_offered(broker):
    with started("offer-1", broker, "--caps", "relay,current") as (device, server):
        boot = device.do()["boot"]
        server.say(wire.Offer(boot=boot, sid=SID))
        asking = server.next("state", want=SID)
        assert not asking.relay
        server.say(
            wire.Grant(
                boot=boot,
                re=asking.n,
                sid=SID,
                exp=asking.up + 30,
                hard=asking.up + 90,
                fin=60,
                idle_s=2,
                run_ma=800,
                left=600,
            )
        )
        assert server.next("state", st="armed", relay=True).sid == SID


def test_a_refused_tap_shows_the_reason(broker):
    with started("refuse-1", broker) as (device, server):
        device.do("tap", badge=ALICE)
        tap = server.next("tap")
        server.say(
            wire.Answer(
                boot=tap.boot, nonce=tap.nonce, ok=False, code="no-booking", text="Book it first."
            )
        )
        status = device.until(refused=True)
        assert status["display"] == ["LOCKED", "Book it first."]
        assert not status["relay"]


def test_a_job_runs_finishes_and_the_machine_locks(broker):
    with started("job-1", broker) as (device, server):
        granted(device, server)
        assert device.do("start")["ma"] == 3400
        device.until(st="running")
        boot = device.do()["boot"]
        server.say(wire.Off(boot=boot, sid=SID, mode="after-job", code="time-up"))
        assert device.until(st="grace")["relay"]
        device.do("finish")
        status = device.until(st="locked")
        assert (status["relay"], status["ma"], status["sid"]) == (False, 0, None)


def test_pressing_start_on_a_locked_machine_does_nothing(broker):
    with started("locked-1", broker) as (device, _):
        assert device.do("start")["ma"] == 0


def test_a_stop_cuts_a_running_job_at_once(broker, at_once):
    with started("stop-1", broker) as (device, server):
        granted(device, server)
        device.do("start")
        device.until(st="running")
        asked = time.monotonic()
        server.say(wire.Off(sid=SID, mode="stop", code="lockout"))
        status = device.until(st="locked")
        assert time.monotonic() - asked < at_once
        assert (status["relay"], status["ma"]) == (False, 0)


def test_a_pulled_network_cable_ends_the_lease_on_time_and_plugging_it_in_starts_nothing(
    broker, at_once
):
    with started("cable-1", broker) as (device, server):
        exp = granted(device, server, exp=int(device.do()["up"]) + 6)["exp"]
        assert device.do("network", up=False)["network"] is False
        assert server.next("avail", on=False).boot is None
        locked = device.until(st="locked", connected=False)["up"]
        assert exp <= locked < exp + at_once
        device.do("network", up=True)
        device.until(connected=True)
        assert server.next("state", st="locked").sid is None
        assert not device.do()["relay"]


def test_the_stop_button_stops_without_asking_the_server(broker):
    with started("button-1", broker) as (device, server):
        granted(device, server)
        assert device.do("press", button="stop")["relay"] is False
        assert server.next("button").name == "stop"
        assert server.next("state", st="locked", sid=None).relay is False


def test_a_door_opens_for_a_moment(broker):
    with started("door-1", broker, "--caps", "reader,door") as (device, server):
        device.do("tap", badge=ALICE)
        tap = server.next("tap")
        server.say(
            wire.Answer(
                boot=tap.boot, nonce=tap.nonce, ok=True, code="door", text="Hi.", pulse_ms=500
            )
        )
        assert server.next("state", relay=True).st == "locked"
        assert server.next("state", relay=False).st == "locked"
        assert device.do()["relay"] is False


def test_a_welded_contactor_is_a_fault_until_the_reboot(broker):
    with started("weld-1", broker) as (device, server):
        device.do("weld")
        status = device.until(st="fault")
        assert (status["fault"], status["lamp"]) == ("contactor-stuck", "red-fast")
        assert server.next("state", st="fault").fault == "contactor-stuck"
        device.do("unweld")
        assert device.do()["st"] == "fault"
        before = device.do()["boot"]
        status = device.do("reboot")
        assert status["st"] == "locked"
        assert status["boot"] != before
        device.until(connected=True)


def test_a_reboot_under_a_grant_comes_up_locked_and_stays_so(broker):
    with started("reboot-1", broker) as (device, server):
        granted(device, server)
        old = server.next("state", st="armed")
        assert device.do("reboot")["relay"] is False
        device.until(connected=True)
        server.say(
            wire.Lease(boot=old.boot, re=old.n, sid=SID, exp=old.up + 40, hard=999, left=500)
        )
        new = server.next("hello", why="reset")
        assert new.boot != old.boot
        assert device.until_noted("ignored: lease")["relay"] is False


def test_a_retained_grant_left_at_the_broker_is_inert(broker):
    with started("retain-1", broker) as (device, server):
        boot = device.do()["boot"]
        grant = wire.Grant(
            boot=boot, re=1, sid=SID, exp=50, hard=90, fin=9, idle_s=2, run_ma=8, left=99
        )
        server.say(grant, retain=True)
        device.do("network", up=False)
        device.until(connected=False)
        device.do("network", up=True)
        device.until(connected=True)
        assert device.until_noted("ignored: grant")["relay"] is False


def test_garbage_from_the_broker_is_dropped_and_the_device_goes_on(broker):
    with started("garbage-1", broker) as (device, server):
        for payload in (b"\xff\xfe", b"[" * 1000, b'{"boot":1}', b"x" * 5000):
            server.client.publish("bk/1/garbage-1/down/grant", payload, qos=1)
            server.client.publish("bk/1/garbage-1/down/dance", payload, qos=1)
        granted(device, server)
        device.until_noted("dropped a message", times=8)


def test_the_last_will_and_the_last_state_are_there_for_a_newcomer(broker):
    with started("will-1", broker) as (device, _):
        assert retained(broker, "bk/1/will-1/up/state").st == "locked"
        assert retained(broker, "bk/1/will-1/up/avail").on is True
        device.kill()
        deadline = time.monotonic() + PATIENCE
        while retained(broker, "bk/1/will-1/up/avail").on:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_device_with_a_key_hears_only_what_is_signed_with_it(broker):
    key = bytes(range(32))
    options = ("--caps", "relay,reader,mac")
    with (
        forged_server("signed-1", broker.port, key) as server,
        running_device(
            "signed-1", broker.port, *options, environment={"BENCHKEY_DEVICE_KEY": key.hex()}
        ) as device,
    ):
        device.until(connected=True)
        device.do("tap", badge=ALICE)
        tap = server.next("tap")
        server.key = bytes(32)
        server.grant(tap, SID)
        server.key = None
        server.grant(tap, SID)
        assert device.until_noted("dropped a message", times=2)["relay"] is False
        server.key = key
        server.grant(tap, SID)
        assert device.until(st="armed")["relay"]


def test_the_store_outlives_the_process_and_the_network(own_broker, tmp_path, at_once):
    name, key = "offline-1", bytes(range(32))
    options = ("--caps", "relay,reader,list-hmac", "--store", str(tmp_path / "store.json"))
    environment = {"BENCHKEY_DEVICE_KEY": key.hex()}
    utc = int(time.time())
    entry = wire.Entry(sign.badge_in_list(key, ALICE), utc - 60, utc + 600, 0)
    found = wire.List(dev=name, seq=3, iss=utc - 60, exp=utc + 600, e=(entry,))
    with running_device(name, own_broker.port, *options, environment=environment) as device:
        with forged_server(name, own_broker.port) as server:
            device.until(connected=True)
            server.key = key
            server.say(found, retain=True)
            server.key = None
            server.say(wire.Sync(id="t", re=server.next("state").n, utc=int(time.time())))
            device.until(list=3, knows_time=True)
        own_broker.stop()
        device.until(connected=False)
        time.sleep(6)  # the list decides after five seconds without a network
        tapped = time.time()
        device.do("tap", badge=ALICE)
        status = device.until(relay=True, rows=1)
        started = time.time()
        assert status["sid"] == f"off-{status['boot']}-1"
    with running_device(name, own_broker.port, *options, environment=environment) as device:
        status = device.do("tap", badge=ALICE)
        assert (status["list"], status["rows"], status["relay"]) == (3, 1, False)
        own_broker.start()
        with forged_server(name, own_broker.port) as server:
            (row,) = server.next("journal").j
            assert row.ev == "on"
            assert tapped - at_once < row.utc < started + at_once
            server.say(wire.Filed(upto=row.i))
            device.until(rows=0)


def test_a_device_that_is_stopped_says_goodbye(broker):
    with started("bye-1", broker) as (device, server):
        assert device.stop() == 0
        assert server.next("avail", on=False)


def test_a_device_started_before_its_broker_connects_when_it_comes(own_broker):
    own_broker.stop()
    with running_device("early-1", own_broker.port) as device:
        device.do("tap", badge=ALICE)
        assert device.until(refused=True)["display"][1] == "No connection. Tap again in a moment."
        own_broker.start()
        device.until(connected=True)


def test_a_restarted_broker_energises_nothing(own_broker):
    with started("restart-1", own_broker) as (device, server):
        granted(device, server, exp=int(device.do()["up"]) + 6)
        own_broker.stop()
        device.until(st="locked", connected=False)
        own_broker.start()
        device.until(connected=True)
        assert device.do()["relay"] is False


def test_bad_commands_are_answered_and_do_no_harm(broker):
    bad = [b"tap", b"[]", b'{"do":"dance"}', b'{"do":"tap","badge":"04:A1"}', b"[" * 4000, b"\xff"]
    with running_device("command-1", broker.port) as device:
        for line in bad:
            assert list(device.ask(line)) == ["error"]
        assert device.do()["st"] == "locked"
