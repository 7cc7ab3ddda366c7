"""What no server can do to a device: tap, press, unplug. Done by people, or by a control port."""

import json
import socket
import sys
from typing import Any, Protocol

KNOWN_BADGE = "04C0FFEE"


class NoHands(Exception):
    """Nobody here can do this."""


class Hands(Protocol):
    """`patience` is how many seconds it takes until something has been done."""

    patience: float

    def tap(self, badge: str = KNOWN_BADGE) -> None: ...
    def type(self, digits: str) -> None: ...
    def press(self, button: str) -> None: ...
    def reboot(self) -> None: ...
    def network(self, up: bool) -> None: ...
    def load(self, on: bool) -> None: ...
    def weld(self, on: bool) -> None: ...
    def close(self) -> None: ...


class Nobody:
    """A device out of reach: only what a server alone can try is tried."""

    patience = 5.0

    def _cannot(self, *_: object, **__: object) -> None:
        raise NoHands("needs hands at the device, or --control")

    tap = type = press = reboot = network = load = weld = _cannot

    def close(self) -> None:
        """Nothing was opened."""


class People:
    """Somebody stands at the device and does what is asked for."""

    patience = 60.0

    def tap(self, badge: str = KNOWN_BADGE) -> None:
        _ask("hold one and the same badge to the reader, once")

    def type(self, digits: str) -> None:
        _ask(f"type {' '.join(digits)} on the keypad now")

    def press(self, button: str) -> None:
        _ask(f"press the button {button}")

    def reboot(self) -> None:
        _ask("switch the device off and on again")

    def network(self, up: bool) -> None:
        _ask("give the device its network back" if up else "take the device off the network")

    def load(self, on: bool) -> None:
        _ask("start the machine" if on else "stop the machine, without the badge")

    def weld(self, on: bool) -> None:
        raise NoHands("a welded contactor is not asked of people")

    def close(self) -> None:
        """Nothing was opened."""


class Control:
    """The control port of `python -m device`."""

    patience = 5.0

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=10)
        self._lines = self._socket.makefile("rb")

    def tap(self, badge: str = KNOWN_BADGE) -> None:
        self._do("tap", badge=badge)

    def type(self, digits: str) -> None:
        self._do("type", keys=digits)

    def press(self, button: str) -> None:
        self._do("press", button=button)

    def reboot(self) -> None:
        self._do("reboot")

    def network(self, up: bool) -> None:
        self._do("network", up=up)

    def load(self, on: bool) -> None:
        self._do("start" if on else "finish")

    def weld(self, on: bool) -> None:
        self._do("weld" if on else "unweld")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _do(self, what: str, **arguments: Any) -> None:
        self._socket.sendall(json.dumps({"do": what} | arguments).encode() + b"\n")
        answer = json.loads(self._lines.readline())
        if "error" in answer:
            raise NoHands(answer["error"])


def _ask(what: str) -> None:
    sys.stdout.write(f">>> Please {what}.\n")
    sys.stdout.flush()
