"""firmware/benchkey.h in place of wire.device.Device: the same events in, the same effects out.

It runs as a process of its own (native/main.cpp); `memory` is what that process tells of itself.
"""

import subprocess
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import wire
from wire.display import Display
from wire.events import (
    Aux,
    Beep,
    Boot,
    Connected,
    Current,
    Disconnected,
    Ignored,
    Pressed,
    Publish,
    Received,
    Relay,
    Show,
    Tapped,
    Tick,
    Typed,
)
from wire.memory import Store

SOURCE = Path(__file__).parent / "native" / "main.cpp"
NEVER_HEARD = ("list", "journal")  # kinds for devices that hold lists


@dataclass
class Memory:
    """What of a device's memory others look at."""

    boot: str
    st: str = "locked"
    relay: bool = False
    connected: bool = False
    fault: str | None = None
    tap: object = None
    session: object = None
    n: int = 0
    store: Store = field(default_factory=Store)
    utc_at_boot: int | None = None


class Process:
    """One running program, spoken to line by line."""

    def __init__(self, program, config, boot, why="power"):
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        key = config.key.hex() if config.key else "-"
        figures = (config.heartbeat, config.warn_s, config.stray_ma, config.idle_s)
        self.hello = self.ask(config.name, ",".join(config.caps), key, *figures, boot, why)

    def ask(self, *words):
        """The lines one line is answered with."""
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        lines = []
        while not lines or not lines[-1].startswith("."):
            line = self._process.stdout.readline()
            assert line, f"it died of {words}"
            lines.append(line.rstrip("\n"))
        return lines

    def close(self):
        """End it; it must not have anything to complain of."""
        self._process.stdin.close()
        assert self._process.wait(20) == 0
        self._process.stdout.close()


class NativeDevice:
    """One boot of a native device."""

    def __init__(self, config, boot, _store=None, *, program):
        self.config = config
        self.memory = Memory(boot)
        self.published = []  # (topic, payload) of the last event
        self._key = config.key if "mac" in config.caps else None
        self._process = None
        self._start = partial(Process, program, config, boot)

    def handle(self, event, up):
        """What to do about an event at `up` seconds since boot."""
        self.published = []
        if isinstance(event, Boot):
            self._process = self._start(event.why)
            return self._effects(self._process.hello)
        words = self._words(event)
        return [] if words is None else self._effects(self._process.ask(round(up * 1000), *words))

    def hear(self, kind, payload, up):
        """Bytes, whatever they are."""
        line = (round(up * 1000), "received", kind, payload.hex() or "-")
        return self._effects(self._process.ask(*line))

    def count(self, digits, nonce, up):
        """A badge whose reader says its number in decimal digits."""
        return self._effects(self._process.ask(round(up * 1000), "counted", digits, nonce))

    def close(self):
        if self._process is not None:
            self._process.close()

    def _words(self, event):
        match event:
            case Tick() | Connected() | Disconnected():
                return (type(event).__name__.lower(),)
            case Current(ma):
                return ("current", ma)
            case Aux(closed):
                return ("aux", int(closed))
            case Tapped(badge, nonce):
                return ("tapped", badge, nonce)
            case Typed(key):
                return ("typed", key)
            case Pressed(name, nonce):
                return ("pressed", name, nonce)
            case Received(message):
                return self._received(message)

    def _received(self, message):
        if message.kind in NEVER_HEARD:
            return None
        _, payload = wire.encode_down(self.config.name, message, self._key)
        return ("received", message.kind, payload.hex())

    def _effects(self, lines):
        *effects, held = lines
        self._remember(*held.split()[1:])
        return [self._effect(*line.split(" ")) for line in effects]

    def _effect(self, what, *words):
        match what:
            case "relay":
                return Relay(words[0] == "1")
            case "publish":
                return self._published(*words)
            case "show":
                return _shown(*words)
            case "beep":
                return Beep(int(words[0]))
            case "ignored":
                return Ignored(words[0], " ".join(words[1:]))
        raise AssertionError(what)

    def _published(self, topic, payload, qos, retain):
        payload = bytes.fromhex(payload)
        message = wire.parse_up(topic, payload, self._key)
        assert (int(qos), retain == "1") == (wire.QOS[message.kind], wire.RETAIN[message.kind])
        self.published.append((topic, payload))
        return Publish(message)

    def _remember(self, st, relay, connected, fault, nonce, sid, exp, n):
        memory = self.memory
        memory.st, memory.n = st, int(n)
        memory.relay, memory.connected = relay == "1", connected == "1"
        memory.fault = None if fault == "-" else fault
        waits = SimpleNamespace(message=SimpleNamespace(nonce=nonce))
        memory.tap = None if nonce == "-" else waits
        memory.session = None if sid == "-" else SimpleNamespace(sid=sid, exp=int(exp))


def _shown(state, big, small, lamp, refused, warning, left):
    small = "" if small == "-" else bytes.fromhex(small).decode()
    left = None if left == "-1" else int(left)
    big = bytes.fromhex(big).decode()
    return Show(Display(state, big, small, lamp, refused == "1", warning == "1", left))
