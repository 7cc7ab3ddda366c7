"""How to talk to what the supervisor runs: to itself and to each simulated device.

Both take one JSON object a line and answer one, on loopback.
"""

import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.supervisor import LOOPBACK, ROOT

DEBOUNCE = 3.1  # seconds within which a reader ignores the same badge

Status = dict[str, Any]


class NotRunning(Exception):
    """No supervisor works in this directory."""


def processes(directory: Path | None = None) -> dict[str, Any]:
    """Ports and names as the supervisor of `directory` wrote them; NotRunning without one."""
    directory = directory or Path(os.environ.get("DEMO_DIRECTORY", ROOT / "var" / "demo"))
    try:
        found: dict[str, Any] = json.loads((directory / "processes.json").read_text())
    except FileNotFoundError:
        raise NotRunning("Start it with ./run demo") from None
    return found


def ask(port: int, do: str, **details: object) -> dict[str, Any]:
    """One order and its answer; OSError when nobody listens there (any more)."""
    with socket.create_connection((LOOPBACK, port), timeout=5) as connection:
        connection.sendall(json.dumps({"do": do, **details}).encode() + b"\n")
        with connection.makefile("rb") as lines:
            answer = lines.readline()
    if not answer:
        raise ConnectionError(f"port {port} hung up on {do}")
    decoded: dict[str, Any] = json.loads(answer)
    return decoded


@dataclass
class Remote:
    """A simulated device, seen and handled through its control port."""

    name: str
    port: int
    _held_up: dict[str, float] = field(default_factory=dict)

    def do(self, what: str, **details: object) -> Status:
        return ask(self.port, what, **details)

    def tap(self, badge: str) -> Status:
        """Holds up a badge; returns the answer: ok, code, text and ms. TimeoutError without one."""
        time.sleep(max(0.0, self._held_up.get(badge, 0.0) + DEBOUNCE - time.monotonic()))
        self._held_up[badge] = time.monotonic()
        self.do("tap", badge=badge)
        answer: Status = self.until(lambda now: now["answer"], seconds=6)["answer"]
        return answer

    def until(self, holds: Callable[[Status], object], seconds: float) -> Status:
        """The first status for which `holds`; TimeoutError, saying what was there, without one."""
        deadline = time.monotonic() + seconds
        while not holds(status := self.do("status")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:.0f} s; {brief(status)}")
            time.sleep(0.01)
        return status


def brief(status: Status) -> str:
    relay = "on" if status["relay"] else "off"
    return f"{status['name']}: {status['st']}, relay {relay}, {' / '.join(status['display'])}"
