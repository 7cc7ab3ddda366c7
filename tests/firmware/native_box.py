"""Boxes that hold the native device in place of the Python one, each in a process of its own.

    python -m tests.firmware.native_box PROGRAM BROKER_PORT NAME ...

prints the control port of each, in this order, and runs them until its input ends. Socket, clock
and machine are those of the simulated device; the rules are the native program's.
"""

import os
import signal
import sys

from device.box import Box
from device.client import Address
from device.control import Control
from tests.firmware.native_device import NativeDevice
from wire.memory import Config

CAPS = ("relay", "reader", "current", "display", "button", "pin", "door")


def main(program, port, names):
    controls = [Control("127.0.0.1", 0) for _ in names]
    children = [_start(program, port, *each) for each in zip(names, controls, strict=True)]
    print(*(control.address[1] for control in controls), flush=True)
    sys.stdin.read()
    for child in children:
        os.kill(child, signal.SIGKILL)


def _start(program, port, name, control):
    child = os.fork()
    if child == 0:
        boots = []

        def make(config, boot, store):
            for last in boots:
                last.close()
            boots[:] = [NativeDevice(config, boot, store, program=program)]
            return boots[0]

        Box(Config(name, CAPS), Address("127.0.0.1", port), 3400, make=make).run(control)
    return child


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
