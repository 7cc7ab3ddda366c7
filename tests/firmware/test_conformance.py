"""The conformance kit tries the native device, over a real broker and by the real clock."""

from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest

import wire
from device.client import Address
from device.conformance.__main__ import OK, run
from device.conformance.checks import ALL, jobs, whole
from device.conformance.hands import Control
from device.conformance.server import Server
from device.conformance.trial import Trial
from tests.device.process import running_boxes
from tests.firmware.native_box import CAPS

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("native")]

TRIES = 3
AT_ONCE = 10  # devices that are tried at the same time
TRIED = [check for check in ALL if check.caps <= {*CAPS}]
QUICK = ("a grant for another boot", "a grant for longer", "an offer for another boot",
         "a lease for another session", "off stops its session", "the stop button",
         "a door stays closed")  # fmt: skip


def boxes(program, port, names):
    """Running devices: the control port of each."""
    return running_boxes("tests.firmware.native_box", names, program, port, *names)


def tried(native, broker, groups):
    """The line about each check, the groups at the same time on a device each."""

    def one(name, control, checks):
        lines = []
        server = Server(name, Address("127.0.0.1", broker.port), None)
        hands = Control("127.0.0.1", control)
        try:
            server.hear(wire.State, 12)  # its first boot is there, so that the next is told from it
            trial = Trial(server, hands, run_ma=800)
            trial.meet()
            run(trial, checks, lines.append)
        finally:
            hands.close()
            server.close()
        return lines

    batch = token_hex(3)  # the broker keeps the last words of devices of the same name
    names = [f"native-{batch}-{number}" for number in range(len(groups))]
    with boxes(native, broker.port, names) as controls, ThreadPoolExecutor(len(groups)) as pool:
        started = pool.map(one, names, controls.values(), groups)
        return [line for lines in started for line in lines]


def test_a_native_device_keeps_what_is_quickly_tried(native, broker):
    """A machine that stood still for a moment breaks a rule once; the device, each time."""
    checks = [check for check in TRIED if any(words in check.title for words in QUICK)]
    assert len(checks) >= len(QUICK)
    for _ in range(TRIES):
        lines = tried(native, broker, [[check] for check in checks])
        told = zip(checks, lines, strict=True)
        checks = [check for check, line in told if not line.startswith(OK)]
        if not checks:
            return
    pytest.fail("\n".join(lines))


@pytest.mark.long  # waits for a real device by the clock
def test_a_native_device_keeps_every_rule_it_is_about(native, broker, figure):
    checks = [check for check in TRIED if check not in whole.book.checks]
    groups = [checks[first::AT_ONCE] for first in range(AT_ONCE)]
    groups.append([jobs.book.checks[3], *whole.book.checks])  # a session, and a look at all of it
    lines = tried(native, broker, groups)
    figure(f"the kit tried {len(TRIED)} of its {len(ALL)} rules on the native device")
    assert len(lines) == len(TRIED) + 1
    assert [line for line in lines if not line.startswith(OK)] == []
