"""The broker is taken away: whoever is listed still starts, and everything is told afterwards."""

import time

import pytest

from tests.hardware.scene import BADGES

pytestmark = pytest.mark.broker

CAPS = "relay,reader,current,display,list-hmac"
AWAY = 6  # seconds without a broker after which a device is on its own


@pytest.fixture
def mill(site, tmp_path):
    """A device that knows the time and keeps a list with Alice in it."""
    key = site.run("alone", "mill")
    options = ("--caps", CAPS, "--key", key, "--store", str(tmp_path / "mill.json"))
    mill = site.device("mill", *options)
    site.run("book", "mill", 1200)  # now that it has said it can: bookings send for its list
    mill.until(list=1, knows_time=True)
    return mill


def tapped(device, badge):
    """A tap while nobody answers: what the device makes of it by itself."""
    return device.do("tap", badge=badge)


def lives_by_leases(status):
    """It was adopted: what it may do alone, until its booking's end, no longer counts."""
    return status["exp"] <= status["up"] + 31


def test_tapped_offline_told_afterwards_and_taken_over(site, mill):
    site.broker.stop()
    mill.until(connected=False)
    time.sleep(AWAY)
    told = tapped(mill, BADGES["charlie"])
    assert told["refused"]
    assert not told["relay"]
    time.sleep(3.1)
    tapped(mill, BADGES["alice"])
    sid = mill.until(relay=True)["sid"]
    assert sid.startswith("off-")

    site.broker.start()
    mill.until(connected=True)
    site.wait_for(lambda: site.run("rows") == ["1 on Alice Meyer"])
    mill.until(rows=0)
    site.wait_for(lambda: "mill active " in site.run("sessions"))
    site.wait_for(lambda: lives_by_leases(mill.do()))
    leased = mill.do()["exp"]
    site.wait_for(lambda: mill.do()["exp"] > leased)
    assert mill.do()["sid"] == sid
    assert lives_by_leases(mill.do())

    site.run("lock_out", "mill")
    mill.until(relay=False)
    site.wait_for(lambda: "mill ended locked-out" in site.run("sessions"))
    mill.until(list=2)  # and nobody is listed any more


def test_come_and_gone_while_nobody_heard_is_in_the_history(site, mill):
    mill.do("network", up=False)
    mill.until(connected=False)
    time.sleep(AWAY)
    tapped(mill, BADGES["alice"])
    mill.until(relay=True)
    time.sleep(3.1)
    tapped(mill, BADGES["alice"])
    mill.until(relay=False)
    site.kill_gatekeeper()
    mill.do("network", up=True)
    assert mill.until(connected=True)["rows"] == 2
    site.start_gatekeeper()
    mill.until(rows=0)
    assert site.run("rows") == ["1 on Alice Meyer", "2 off Alice Meyer"]
    assert site.run("sessions") == ["mill ended offline"]


def test_a_broker_that_lost_its_memory_is_given_the_same_list_again(site, mill):
    site.broker.stop()
    mill.until(connected=False)
    site.broker.start()
    mill.until_noted("list 1,", times=2)
    assert site.run("listed", "mill")[0] == 1
    assert mill.do()["list"] == 1
