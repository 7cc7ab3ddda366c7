"""The machine unlocks over a real broker for whoever may, and for nobody when something fails."""

import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest

from tests.device.process import PATIENCE
from tests.hardware.conftest import ROOT
from tests.hardware.scene import BADGES

pytestmark = pytest.mark.broker

LEASE = 30


def relay_stays_off(device, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert not device.do()["relay"]
        time.sleep(0.05)


def test_granted_refused_in_use_and_locked_out_in_under_a_second(site, at_once):
    mill = site.device("mill")
    refused = site.tap("mill", BADGES["alice"])
    assert refused["code"] == "not-booked"
    site.run("book", "mill", 600)
    assert site.tap("mill", BADGES["charlie"])["code"] == "not-certified"
    time.sleep(3)  # the same badge counts again
    assert site.tap("mill", BADGES["alice"])["ok"]
    mill.until(relay=True, st="armed")
    assert site.tap("mill", BADGES["dana"])["code"] == "in-use"
    assert mill.do()["relay"]

    locked_out = datetime.fromisoformat(site.run("lock_out", "mill"))
    mill.until(relay=False)
    log = [line for line in mill.do()["log"] if line["what"] == "relay off"]
    off = datetime.fromisoformat(log[-1]["at"])
    assert (off - locked_out).total_seconds() < at_once
    mill.until(st="locked")
    site.wait_for(lambda: site.run("sessions")[-1] == "mill ended locked-out")
    assert site.tap("mill", BADGES["charlie"])["code"] == "not-certified"


def test_a_job_may_finish_where_its_class_lets_it(site):
    router = site.device("router")
    site.run("book", "router", 600)
    assert site.tap("router", BADGES["alice"])["ok"]
    router.until(relay=True)
    router.do("start")
    router.until(st="running")
    site.run("end", "router")
    assert router.until(st="grace")["relay"]
    router.do("finish")
    router.until(st="locked", relay=False)
    site.wait_for(lambda: site.run("sessions")[-1] == "router ended time-up")


def test_a_broker_that_restarts_energises_nothing(site):
    mill, router = site.device("mill"), site.device("router")
    site.run("book", "mill", 600)
    site.run("book", "router", 600)
    assert site.tap("mill", BADGES["alice"])["ok"]
    mill.until(relay=True)
    site.broker.stop()
    mill.until(connected=False)
    mill.do("reboot")  # the power fails with it
    site.broker.start()
    mill.until(connected=True)
    router.until(connected=True)
    relay_stays_off(mill, 3)
    assert not router.do()["relay"]
    site.wait_until_heard("mill")
    assert site.tap("mill", BADGES["alice"])["ok"]  # and a tap works as before
    mill.until(relay=True)
    assert site.run("status") is True


def test_a_gatekeeper_that_restarts_goes_on_where_it_was(site):
    mill = site.device("mill")
    site.run("book", "mill", 600)
    assert site.tap("mill", BADGES["alice"])["ok"]
    sid = mill.until(relay=True)["sid"]
    site.kill_gatekeeper()
    site.start_gatekeeper()
    held = mill.do()
    assert held["sid"] == sid
    site.wait_for(lambda: mill.do()["exp"] != held["exp"])
    renewed = mill.do()
    assert renewed["sid"] == sid
    assert renewed["exp"] > held["exp"]


@pytest.mark.long
def test_a_gatekeeper_killed_leaves_everything_off_within_the_lease(site):
    mill = site.device("mill")
    site.run("book", "mill", 600)
    assert site.tap("mill", BADGES["alice"])["ok"]
    mill.until(relay=True)
    site.kill_gatekeeper()
    killed = time.monotonic()
    assert mill.do()["relay"]
    mill.until(relay=False, patience=LEASE + 1)
    assert 1 < time.monotonic() - killed < LEASE + 1
    assert site.tap("mill", BADGES["alice"], patience=8) is None
    assert not mill.do()["relay"]


def test_a_second_gatekeeper_on_sqlite_refuses_to_start(site):
    site.device("mill")
    second = subprocess.run(
        [sys.executable, "manage.py", "gatekeeper", "--name", "second"],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert second.returncode == 1
    assert "there may be only one" in second.stderr


def test_it_ends_when_asked_to(site):
    site.device("mill")
    site.run("book", "mill", 600)
    assert site.tap("mill", BADGES["alice"])["ok"]
    site.gatekeeper.send_signal(signal.SIGTERM)
    assert site.gatekeeper.wait(PATIENCE) == 0
    assert site.run("status") is False


def test_an_absent_broker_is_waited_for(site):
    site.broker.stop()
    site.wait_for(lambda: site.run("status") is False)
    assert site.gatekeeper.poll() is None
    site.broker.start()
    mill = site.device("mill")
    assert site.tap("mill", BADGES["charlie"])["code"] == "not-certified"
    assert not mill.do()["relay"]
