"""The whole site behind a broker that lets in only whom the database knows, encrypted or not."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from access.mqtt import ANSWER_WITHIN, Address, Control
from access.parting import WITHIN
from tests.deploy.guarded import Client, Guarded, needs_plugin
from tests.device.process import PATIENCE, DeviceProcess
from tests.hardware.conftest import ROOT, running_site
from tests.hardware.scene import BADGES
from tests.hardware.test_alone import AWAY, CAPS

pytestmark = [pytest.mark.broker, needs_plugin]


@pytest.fixture
def guarded(tmp_path):
    guarded = Guarded(tmp_path)
    guarded.run("setup")
    guarded.start()
    yield guarded
    guarded.stop()


def open_site(guarded, migrated, **environment):
    broker = SimpleNamespace(url="", port=guarded.port)
    return running_site(guarded.directory, broker, migrated, **environment)


@pytest.fixture
def site(guarded, migrated):
    with open_site(guarded, migrated, **guarded.environment()) as site:
        site.start_gatekeeper()
        yield site


def issue(site, name):
    """A new password for a device, once the broker knows of it."""
    password = site.run("credential", name)
    site.wait_for(lambda: site.run("known", name))
    return password


def a_device(site, name, *options):
    return site.device(name, *options, BENCHKEY_DEVICE_PASSWORD=issue(site, name))


def seconds_until(condition):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.005)
    return time.monotonic() - began


def connects(guarded, name, password, **also):
    return Client(guarded.port, name, password, **also).connected == "Success"


def test_a_device_gets_its_credential_and_is_answered(site):
    mill = a_device(site, "mill")
    site.run("book", "mill", 600)
    assert site.tap("mill", BADGES["alice"])["ok"]
    mill.until(relay=True)


def test_the_lines_of_the_page_bring_a_device_online_and_its_relay_is_heard(guarded, migrated):
    """From the page to the click: as they stand there, in a shell, over TLS."""
    there = {
        "DEVICE_BROKER_URL": f"mqtts://localhost:{guarded.tls_port}",
        "STAFF_SECOND_FACTOR": "false",
    }
    with open_site(guarded, migrated, **guarded.environment(), **there) as site:
        site.start_gatekeeper()
        _, reference, by_hand = site.run("recipes", "mill")
        site.wait_for(lambda: site.run("known", "mill"))
        shutil.copy(guarded.ca, guarded.directory / "broker-ca.crt")

        if shutil.which("mosquitto_pub"):  # of another package than the broker
            subprocess.run(["bash", "-ec", by_hand], cwd=guarded.directory, check=True)
            site.wait_for(lambda: "bk/1/mill/up/hello" in guarded.log)

        mill = site.devices["mill"] = TypedDevice("mill", reference, guarded.directory)
        site.wait_until_heard("mill")
        assert site.run("steps", "mill") == {
            "credential": "done", "online": "done", "tap": "next", "machine": "done", "senses": "",
            "relay": "",
        }  # fmt: skip
        assert not site.tap("mill", BADGES["charlie"])["ok"]
        site.run("hear_relay", "mill")
        assert site.tap("mill", BADGES["dana"])["ok"]
        mill.until_noted("relay on")
        mill.until(relay=False)
        site.wait_for(lambda: undone(site) == {"senses"})  # no job has run yet


def undone(site):
    """The steps of the page that are left."""
    return {key for key, state in site.run("steps", "mill").items() if state != "done"}


class TypedDevice(DeviceProcess):
    """A device that was started by somebody who copied the lines."""

    def __init__(self, name, lines, directory):
        where, program = shlex.quote(str(ROOT)), shlex.quote(sys.executable)
        python = f"PYTHONPATH={where} exec {program} -m device"
        typed = lines.replace("python -m device", python) + " --control 127.0.0.1:0"
        self.name = name
        self.process = subprocess.Popen(
            ["bash", "-ec", typed], cwd=directory, stdout=subprocess.PIPE, text=True
        )
        self.listen()


def test_anothers_topic_and_client_id_are_refused(site, guarded):
    mill = a_device(site, "mill")
    password = issue(site, "router")
    router = Client(guarded.port, "router", password)
    assert router.publish("bk/1/mill/up/tap") == "Not authorized"
    assert router.publish("bk/1/mill/down/off") == "Not authorized"
    assert router.subscribe("bk/1/mill/down/#") == "Not authorized"
    assert router.publish("bk/1/router/up/avail", b'{"on":false}') == "Success"
    assert not connects(guarded, "router", password, client_id="mill")
    assert not connects(guarded, "router", password, client_id="benchkey-gatekeeper")
    assert mill.do()["connected"]


def test_a_revoked_device_is_off_and_out_within_a_second(site, guarded, at_once):
    password = issue(site, "mill")
    mill = site.device("mill", BENCHKEY_DEVICE_PASSWORD=password)
    site.run("book", "mill", 600)
    assert site.tap("mill", BADGES["alice"])["ok"]
    mill.until(relay=True)

    revoked = datetime.fromisoformat(site.run("revoke", "mill"))
    mill.until(relay=False, connected=False)
    took = (datetime.now(UTC) - revoked).total_seconds()
    assert took < at_once, f"{took:.2f} s"
    assert not connects(guarded, "mill", password)
    mill.do("tap", badge=BADGES["dana"])  # Alice's counts again in three seconds only
    assert not mill.until(refused=True)["relay"]
    site.wait_for(lambda: site.run("sessions") == ["mill ended device-revoked"])
    took = (datetime.now(UTC) - revoked).total_seconds()
    assert took < 2 * at_once, f"the machine was free after {took:.2f} s"


def test_a_revoked_device_starts_nothing_by_itself_either(site, guarded, tmp_path):
    """It had Alice in its list, and learns before it is thrown out that nobody is."""
    password, key = site.run("trusted", "mill")
    site.wait_for(lambda: site.run("known", "mill"))
    options = ("--caps", CAPS, "--key", key, "--store", str(tmp_path / "mill.json"))
    mill = site.device("mill", *options, BENCHKEY_DEVICE_PASSWORD=password)
    site.run("book", "mill", 1200)
    mill.until(list=1, knows_time=True)
    site.run("revoke", "mill")
    assert mill.until(connected=False)["list"] == 2
    time.sleep(AWAY)
    told = mill.do("tap", badge=BADGES["alice"])
    assert (told["relay"], told["refused"]) == (False, True)
    assert not mill.do()["rows"]


def test_a_revoked_device_that_answers_nothing_is_thrown_out_all_the_same(site, guarded, at_once):
    mill = a_device(site, "mill")
    os.kill(mill.process.pid, signal.SIGSTOP)
    try:
        site.run("revoke", "mill")
        took = seconds_until(lambda: site.run("known", "mill"))
    finally:
        os.kill(mill.process.pid, signal.SIGCONT)
    assert WITHIN - 0.2 < took < WITHIN + at_once
    mill.until(connected=False)


def test_a_new_credential_ends_the_old_one_within_a_second(site, guarded, at_once):
    old = issue(site, "mill")
    mill, router = site.device("mill", BENCHKEY_DEVICE_PASSWORD=old), a_device(site, "router")
    new = site.run("credential", "mill")
    assert seconds_until(lambda: not mill.do()["connected"]) < at_once
    assert not connects(guarded, "mill", old)
    assert connects(guarded, "mill", new)
    assert router.do()["connected"]


def test_a_gatekeeper_killed_amid_a_round_leaves_nothing_half_done(site, guarded):
    for after in (0.0, 0.02, 0.05, 0.1):
        passwords = {name: site.run("credential", name) for name in ("mill", "router")}
        time.sleep(after)
        site.kill_gatekeeper()
        site.start_gatekeeper()
        site.wait_for(lambda: all(site.run("known", name) for name in ("mill", "router")))
        for name, password in passwords.items():
            assert connects(guarded, name, password)


def test_a_broker_that_comes_back_with_an_old_file_is_set_right_at_once(site, guarded):
    file = guarded.directory / "var" / "dynamic-security.json"
    old = file.read_text()
    password = issue(site, "mill")
    guarded.stop()
    file.write_text(old)
    guarded.start()
    seconds_until(lambda: connects(guarded, "mill", password))
    mended = ["role-missing mill", "client-missing mill"]
    site.wait_for(lambda: site.run("broker")["mended"] == mended)


def test_a_meddler_is_undone_when_the_gatekeeper_starts(site, guarded):
    issue(site, "mill")
    url = site.environment["BROKER_ADMIN"]
    with Control(url) as control:
        topic = {"acltype": "publishClientSend", "topic": "bk/1/#", "allow": True}
        role = "benchkey-client-mill"
        control.ask([{"command": "addRoleACL", "rolename": role} | topic])
        control.ask([{"command": "createClient", "username": "grafana", "password": "x"}])
    site.kill_gatekeeper()
    site.start_gatekeeper()
    site.wait_for(lambda: site.run("broker")["mended"] == ["role mill"])
    assert site.run("broker")["foreign"] == ["grafana"]


def test_taps_are_answered_while_the_administration_hangs(site, guarded, at_once):
    """BROKER_ADMIN leads to something that accepts connections and says nothing."""
    mill = a_device(site, "mill")
    site.run("book", "mill", 600)
    site.kill_gatekeeper()
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        user = Address.of(site.environment["BROKER_ADMIN"])
        place = f"127.0.0.1:{hanging.getsockname()[1]}"
        site.environment["BROKER_ADMIN"] = f"mqtt://{user.username}:x@{place}"
        site.start_gatekeeper()
        mill.until(connected=True)
        site.wait_until_heard("mill")
        assert site.tap("mill", BADGES["alice"])["ok"]
        assert mill.do()["answer"]["ms"] < at_once * ANSWER_WITHIN / 2 * 1000
        site.wait_for(lambda: (site.run("broker") or {}).get("trouble", "") != "")
    assert mill.do()["relay"]


def test_everything_goes_encrypted_and_nothing_to_a_broker_that_is_not_ours(guarded, migrated):
    """Gatekeeper, administrator and device know one authority; one that knows another waits."""
    urls = guarded.environment(tls=True)
    with open_site(guarded, migrated, **urls) as site:
        site.start_gatekeeper()
        there = ("--broker", f"localhost:{guarded.tls_port}", "--ca", str(guarded.ca))
        mill = a_device(site, "mill", *there)
        site.run("book", "mill", 600)
        assert site.tap("mill", BADGES["alice"])["ok"]
        mill.until(relay=True)
        (from_where,) = re.findall(r"client connected from ([0-9.:]+) as mill ", guarded.log)
        assert f"from {from_where} on port {guarded.tls_port}." in guarded.log

        elsewhere = guarded.directory / "elsewhere"
        elsewhere.mkdir()
        other = Guarded(elsewhere)
        password = issue(site, "router")
        wrong = (*there[:3], str(other.ca))
        router = site.devices["router"] = _unheard(site, "router", *wrong, password=password)
        assert not router.until_noted("CERTIFICATE_VERIFY_FAILED")["connected"]


def _unheard(site, name, *options, password):
    environment = {"BENCHKEY_DEVICE_PASSWORD": password}
    return DeviceProcess(name, site.broker.port, *options, environment=environment)


def test_stopping_the_gatekeeper_waits_for_no_round(site, at_once):
    site.run("credential", "mill")
    began = time.monotonic()
    os.kill(site.gatekeeper.pid, signal.SIGTERM)
    site.gatekeeper.wait(PATIENCE)
    assert time.monotonic() - began < 3 * at_once
