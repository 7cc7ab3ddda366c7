"""The native device at the real gatekeeper, over a real broker: a badge, a PIN, and the relay."""

import json
import socket
import time

import pytest

from tests.device.process import PATIENCE, DeviceProcess, running_boxes
from tests.hardware.conftest import running_site
from tests.hardware.scene import BADGES

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("native")]

PIN = "73914"
DEBOUNCE = 3.1  # seconds after which the same badge counts again


class Boxed(DeviceProcess):
    """A box of somebody else's process, at its control port."""

    def __init__(self, name, control):
        self.name = name
        self._socket = socket.create_connection(("127.0.0.1", control), timeout=PATIENCE)
        self._lines = self._socket.makefile("rb")

    def close(self):
        self._lines.close()
        self._socket.close()


@pytest.fixture
def site(tmp_path, own_broker, migrated):
    with running_site(tmp_path, own_broker, migrated) as site:
        site.run("ask_for_pin", "mill", PIN)
        site.run("book", "mill", 600)
        site.start_gatekeeper()
        yield site


@pytest.fixture
def mill(site, native):
    where = ("tests.firmware.native_box", ["mill"], native, site.broker.port, "mill")
    with running_boxes(*where) as controls:
        site.devices["mill"] = Boxed("mill", controls["mill"])
        site.wait_until_heard("mill")
        yield site.devices["mill"]


def test_a_pin_is_asked_for_typed_and_unlocks(site, mill):
    told = site.tap("mill", BADGES["alice"])
    assert (told["code"], told["text"]) == ("needs-pin", "Type your PIN, then tap.")
    assert mill.until(refused=True)["display"] == ["LOCKED", "Type your PIN, then tap."]

    time.sleep(DEBOUNCE)
    mill.do("type", keys="1357")
    assert site.tap("mill", BADGES["alice"])["code"] == "wrong-pin"
    assert not mill.do()["relay"]

    time.sleep(DEBOUNCE)
    mill.do("type", keys=f"1*{PIN}#")
    assert site.tap("mill", BADGES["alice"])["ok"]
    mill.until(relay=True, st="armed")
    for written in (json.dumps(mill.do()), (site.directory / "gatekeeper.log").read_text()):
        assert PIN not in written and "1357" not in written
