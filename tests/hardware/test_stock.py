"""Stock firmware, set up by the lines of the page, behind a real broker that guards its topics."""

import subprocess
import time
from types import SimpleNamespace

import paho.mqtt.client as paho
import pytest

from access.adapters import adapter_of
from access.mqtt import Address
from tests.deploy.guarded import Guarded, needs_plugin
from tests.firmware.plugs import FIRMWARES
from tests.hardware.conftest import running_site
from tests.hardware.plug import PlugProcess
from tests.hardware.scene import BADGES

pytestmark = [pytest.mark.broker, needs_plugin]

LEASE = 30  # seconds on the plug's clock
DEBOUNCE = 3.2  # seconds in which the same badge counts once


@pytest.fixture(scope="module", params=FIRMWARES)
def site(tmp_path_factory, migrated, request):
    """One for each firmware: at the mill there is a plug with it, and a reader at the desk."""
    guarded = Guarded(tmp_path_factory.mktemp("guarded"))
    guarded.run("setup")
    guarded.start()
    broker = SimpleNamespace(url="", port=guarded.port)
    there = guarded.environment() | {"STAFF_SECOND_FACTOR": "false"}
    with running_site(guarded.directory, broker, migrated, **there) as site:
        site.firmware, site.guarded = request.param, guarded
        site.start_gatekeeper()
        site.mill = Bench(site, "mill", request.param)
        password = site.run("desk", "desk")
        site.wait_for(lambda: site.run("known", "desk"))
        site.device("desk", "--caps", "reader,display", BENCHKEY_DEVICE_PASSWORD=password)
        yield site
    guarded.stop()


class Bench:
    """A machine with a plug at it, and whatever reads badges there."""

    def __init__(self, site, machine, firmware):
        self.site, self.machine, self.firmware = site, machine, firmware
        self._counts_at = {}  # the same badge, again
        site.run("stock", machine, firmware)
        (lines,) = site.run("recipes", machine)
        site.wait_for(lambda: site.run("known", machine))
        self.plug = site.devices[f"{machine}-plug"] = PlugProcess(firmware)
        SET_UP[firmware](self.plug, lines)
        self.plug.until(connected=True)
        site.wait_for(lambda: site.run("box", machine)["online"])
        if firmware == "shelly":
            self.reader = f"{machine}-reader"
            password = site.run("credential", self.reader)
            site.wait_for(lambda: site.run("known", self.reader))
            caps = ("--caps", "reader,display")
            site.device(self.reader, *caps, BENCHKEY_DEVICE_PASSWORD=password)

    def tap(self, who="alice"):
        time.sleep(max(0, self._counts_at.get(who, 0) - time.monotonic()))
        self._counts_at[who] = time.monotonic() + DEBOUNCE
        if self.firmware == "shelly":
            self.site.devices[self.reader].do("tap", badge=BADGES[who])
        else:
            self.plug.do("tap", badge=BADGES[who])

    def switch_on(self):
        self.tap()
        return self.plug.until(relay=True, patience=8)

    def run_out(self):
        """Let its clock run, twenty times as fast, until it is off; the seconds that took."""
        began = self.plug.do("speed", factor=20)["clock"]
        off = self.plug.until(relay=False, patience=10)["clock"]
        self.plug.do("speed", factor=1)
        return off - began

    def last_session(self):
        return self.site.run("sessions")[-1]


def type_it(plug, lines):
    """Into its console, one after the other."""
    for line in lines.splitlines():
        said = plug.do("type", line=line)["said"]
        assert not [answer for answer in said if "Unknown" in answer], line


def send_it(plug, lines):
    """In a shell, its address in place of the one that is printed."""
    first, rest = lines.split("\n", 1)
    assert first.startswith("SHELLY=")
    script = f"SHELLY=127.0.0.1:{plug.web}\n{rest}"
    subprocess.run(["bash", "-ec", script], check=True, capture_output=True, timeout=20)


def flash_it(plug, yaml):
    plug.do("flash", yaml=yaml)


SET_UP = {"tasmota": type_it, "shelly": send_it, "esphome": flash_it}


@pytest.fixture
def bench(site):
    """The mill, with nobody at it and nothing booked."""
    site.run("clear", "mill")
    site.mill.plug.until(relay=False, connected=True)
    site.wait_for(lambda: all(" ended " in each for each in site.run("sessions")))
    return site.mill


def as_server(site, commands, *, retain):
    """Say again what the server said: nobody else could."""
    address = Address.of(site.environment["BROKER_URL"])
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, "somebody")
    client.username_pw_set(address.username, address.password)
    client.connect(address.host, address.port)
    client.loop_start()
    for topic, payload in commands:
        client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def switch_on_of(bench):
    """What this firmware is told to switch on, as the broker hears it."""
    commands = adapter_of(bench.firmware).on(bench.machine, LEASE)
    return [(f"bk/1/{bench.machine}/{each.topic}", each.payload) for each in commands]


def test_from_the_printed_lines_to_the_end_of_a_booking(bench):
    """Set up by what the page shows, on by a tap, seen running by its current, off at the end."""
    bench.site.wait_for(lambda: bench.site.run("box", "mill")["firmware"])
    bench.site.wait_for(lambda: bench.site.run("box", "mill")["ma"] is not None)
    assert not bench.plug.do()["relay"]
    bench.site.run("book", "mill", 600)
    bench.tap("charlie")  # who is not certified
    time.sleep(0.5)
    assert not bench.plug.do()["relay"]
    began = time.monotonic()
    bench.switch_on()
    assert time.monotonic() - began < 2
    bench.site.wait_for(lambda: bench.site.run("box", "mill")["st"] == "armed")
    bench.plug.do("draw", amperes=3.2)
    bench.site.wait_for(lambda: bench.site.run("box", "mill")["st"] == "running")
    assert bench.site.run("box", "mill")["ma"] == 3200
    bench.plug.do("draw", amperes=0)
    bench.site.run("end", "mill")
    status = bench.plug.until(relay=False, patience=3)
    assert status["switched_on"] == 1
    bench.site.wait_for(lambda: bench.last_session() == "mill ended time-up")
    assert not [each for each in status["heard"] if each[2]]  # nothing it heard was retained


def test_its_own_timer_opens_it_when_the_server_or_the_broker_is_gone(bench):
    site = bench.site
    site.run("book", "mill", 600)
    bench.switch_on()
    site.kill_gatekeeper()
    assert bench.plug.do()["relay"]
    assert bench.run_out() <= LEASE + 1

    site.start_gatekeeper()
    site.wait_for(lambda: bench.last_session() == "mill ended reboot")
    assert not bench.plug.do()["relay"]
    bench.switch_on()
    site.guarded.stop()
    bench.plug.until(connected=False)
    assert bench.run_out() <= LEASE + 1
    switched_on = bench.plug.do()["switched_on"]
    site.guarded.start()
    bench.plug.until(connected=True, patience=20)
    site.wait_for(lambda: site.run("status"))
    time.sleep(1)
    assert bench.plug.do()["switched_on"] == switched_on


@pytest.mark.long
def test_its_own_timer_counts_real_seconds(bench):
    bench.site.run("book", "mill", 600)
    bench.switch_on()
    bench.site.kill_gatekeeper()
    killed = time.monotonic()
    bench.plug.until(relay=False, patience=LEASE + 2)
    assert time.monotonic() - killed > 5
    bench.site.start_gatekeeper()


def test_after_a_power_cut_it_stays_off(bench):
    site = bench.site
    site.run("book", "mill", 600)
    before = bench.switch_on()["switched_on"]
    bench.plug.do("cut")
    time.sleep(0.5)
    bench.plug.do("boot")
    bench.plug.until(connected=True)
    site.wait_for(lambda: bench.last_session().startswith("mill ended"))
    status = bench.plug.do()
    assert (status["relay"], status["switched_on"]) == (False, before)


@pytest.mark.parametrize("retain", [False, True], ids=["again", "retained"])
def test_an_on_that_is_said_by_another_is_undone_at_once(bench, retain):
    """Only who has the server's password can say it; nobody is at the machine."""
    before = bench.plug.do()["switched_on"]
    as_server(bench.site, switch_on_of(bench), retain=retain)
    bench.site.wait_for(lambda: bench.plug.do()["switched_on"] == before + 1)
    bench.plug.until(relay=False, patience=1)
    if retain:  # it waits at the broker for the next boot, too
        bench.plug.do("cut")
        bench.plug.do("boot")
        bench.site.wait_for(lambda: bench.plug.do()["switched_on"] == before + 2)
        bench.plug.until(relay=False, patience=1)
        as_server(bench.site, [(topic, b"") for topic, _ in switch_on_of(bench)], retain=True)


def test_a_revoked_one_is_off_at_once_and_its_machine_is_free(site):
    bench = Bench(site, "router", site.firmware)
    site.run("book", "router", 600)
    bench.switch_on()
    site.run("revoke", "router")
    bench.plug.until(relay=False, patience=1)
    bench.plug.until(connected=False, patience=3)
    began = time.monotonic()
    site.wait_for(lambda: bench.last_session() == "router ended device-revoked")
    assert time.monotonic() - began < 3


def test_one_that_answers_nothing_holds_up_nobody(bench):
    site = bench.site
    site.run("book", "mill", 600)
    before = bench.plug.do("mute", mute=True)["switched_on"]
    bench.tap()
    site.wait_for(lambda: "mill" in str(site.run("sessions")))
    began = time.monotonic()
    assert site.tap("desk", BADGES["charlie"])["code"] == "badge-known"
    assert time.monotonic() - began < 1
    site.wait_for(lambda: bench.last_session().startswith("mill ended"))
    assert bench.plug.do("mute", mute=False)["switched_on"] == before


def test_it_may_hear_nothing_beyond_its_own_root(site):
    """Tasmota asks for its group and its fallback, too; the broker lets it have neither."""
    refused = site.mill.plug.do()["refused"]
    beyond = {"bk/1/0/cmnd/#", "cmnd/mill_fb/#"} if site.firmware == "tasmota" else set()
    assert set(refused) == beyond
