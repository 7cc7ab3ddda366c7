"""One device alive: rules, connection and simulated machine in one loop. Knows no server.

The loop has one thread and one clock, the seconds since the device booted. It waits for bytes, for
a command, or for a tenth of a second, whichever comes first.
"""

import secrets
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Protocol

from device.client import Address, Link
from device.control import Command
from device.driver import SimulatedMachine
from device.store import NotSaved, Shelf
from wire import fields
from wire.device import Device
from wire.display import Display
from wire.events import (
    Beep,
    Boot,
    Current,
    Effect,
    Event,
    Ignored,
    Pressed,
    Publish,
    Received,
    Relay,
    Save,
    Show,
    Tapped,
    Tick,
    Typed,
)
from wire.memory import Config, Store
from wire.messages import Answer, Filed, Grant, List, Off, Text
from wire.sign import Verifier

TICK = 0.1
LOG_LINES = 50


class Operator(Protocol):
    """What gives the box its commands: a control port, or something that plays one."""

    def sockets(self) -> list[socket.socket]: ...
    def work(self, command: Command) -> None: ...


class Box:
    """A simulated device that runs until `stop`; `make` builds the rules of each boot."""

    def __init__(
        self,
        config: Config,
        address: Address,
        machine_ma: int,
        shelf: Shelf | None = None,
        verifier: Verifier | None = None,
        make: Callable[[Config, str, Store], Device] = Device,
    ) -> None:
        self.config = config
        self._make = make
        self.shelf = shelf or Shelf()
        self.machine = SimulatedMachine(machine_ma)
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LINES)
        self.link = Link(config, address, self.note, verifier)
        self.display: Display | None = None
        self.answer: dict[str, Any] | None = None
        self.stopping = False
        self.boot("power")

    def boot(self, why: str) -> None:
        """Start from nothing: new boot id, clock at zero, relay off."""
        self._booted = time.monotonic()
        self._tapped: float | None = None
        self.answer = None
        self.device = self._make(self.config, secrets.token_hex(8), self.shelf.store)
        self.note(f"booted, {why}")
        self.handle(Boot(why))

    def reboot(self, why: str) -> None:
        self.machine.switch(on=False)
        self.link.drop()
        self.boot(why)

    def run(self, control: Operator | None = None) -> None:
        next_tick = 0.0
        while not self.stopping:
            self._wait(control, next_tick - time.monotonic())
            for event in self.link.work(time.monotonic()):
                self.handle(event)
            if control is not None:
                control.work(self.command)
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + TICK
                self.tick()
        self.machine.switch(on=False)
        self.link.close()

    def stop(self) -> None:
        self.stopping = True

    def tick(self) -> None:
        self.handle(Current(self.machine.read_ma(self.up)))
        self.handle(Tick())

    @property
    def up(self) -> float:
        return time.monotonic() - self._booted

    def handle(self, event: Event) -> None:
        """Let the rules speak and do what they say."""
        before = self.device.memory.st
        if isinstance(event, Received):
            self._note_received(event)
        try:
            for effect in self.device.handle(event, self.up):
                self._carry_out(effect)
        except NotSaved as error:  # what cannot be written down must not happen
            self.note(f"not saved: {error}")
            self.reboot("watchdog")
        if isinstance(event, Received) and isinstance(event.message, Answer):
            self._tapped = None
        if self.device.memory.st != before:
            self.note(f"{before.upper()} → {self.device.memory.st.upper()}")

    def command(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command of the control port; the status after it."""
        match command:
            case {"do": "status"}:
                pass
            case {"do": "tap", "badge": str(badge)} if fields.badge(badge):
                self.tap(badge)
            case {"do": "type", "keys": str(keys)} if keys:
                self.type(keys)
            case {"do": "press", "button": "arm" | "stop" as name}:
                self.press(name)
            case {"do": "start", "seconds": int() | float() as seconds}:
                self.press_start(seconds)
            case {"do": "start"}:
                self.press_start()
            case {"do": "finish"}:
                self.note("job done")
                self.machine.finish()
                self.tick()
            case {"do": "network", "up": bool(plugged)}:
                self.plug(plugged)
            case {"do": "weld" | "unweld" as what}:
                self.note("contactor welded" if what == "weld" else "contactor freed")
                self.machine.welded = what == "weld"
                self.tick()
            case {"do": "reboot"}:
                self.reboot("reset")
            case _:
                return {"error": f"unknown command: {ascii(command)[:100]}"}
        return self.status()

    def type(self, keys: str) -> None:
        """On the keypad. Neither log nor status tell what."""
        for key in keys:
            self.handle(Typed(key))

    def tap(self, badge: str) -> None:
        nonce, started = secrets.token_hex(12), time.perf_counter()
        self.handle(Tapped(badge, nonce))
        waiting = self.device.memory.tap
        if waiting is not None and waiting.message.nonce == nonce:
            self.note(f"tap, badge …{badge[-4:]}")
            self._tapped, self.answer = started, None

    def press(self, name: str) -> None:
        self.note(f"button {name} pressed")
        self.handle(Pressed(name, secrets.token_hex(12)))

    def press_start(self, seconds: float | None = None) -> None:
        runs = self.machine.start(self.up, seconds)
        self.note("start pressed" if runs else "start pressed, but there is no power")
        self.tick()

    def plug(self, plugged: bool) -> None:
        self.note("network plugged in" if plugged else "network pulled")
        self.link.plug(plugged)

    def status(self) -> dict[str, Any]:
        """Everything a demo or a test wants to see, as JSON."""
        memory, display = self.device.memory, self.display
        session = memory.session
        return {
            "name": self.config.name,
            "boot": memory.boot,
            "up": round(self.up, 3),
            "connected": memory.connected,
            "network": self.link.plugged,
            "st": memory.st,
            "relay": self.machine.relay,
            "sid": session.sid if session else None,
            "exp": session.exp if session else None,
            "fault": memory.fault,
            "list": memory.store.list.seq if memory.store.list else None,
            "rows": len(memory.store.rows),
            "knows_time": memory.utc_at_boot is not None,
            "ma": self.machine.read_ma(self.up),
            "welded": self.machine.welded,
            "display": [display.big, display.small] if display else [],
            **({} if display is None else _looks(display)),
            "answer": self.answer,
            "log": list(self.log),
        }

    def note(self, what: str, ms: float | None = None) -> None:
        """One dated line of the log."""
        self.log.append({"at": datetime.now(UTC).isoformat(), "what": what, "ms": ms})

    def _wait(self, control: Operator | None, seconds: float) -> None:
        readers = control.sockets() if control is not None else []
        writers = []
        if self.link.socket is not None:
            readers.append(self.link.socket)
            if self.link.wants_write:
                writers.append(self.link.socket)
        select.select(readers, writers, [], max(0.0, min(seconds, TICK)))

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Relay(on):
                self.machine.switch(on)
                self.note("relay on" if on else "relay off", self._since_tap())
            case Publish(message):
                self.link.publish(message)
            case Save(store):
                self.shelf.save(store)
            case Show(display):
                self.display = display
            case Beep(times):
                self.note(f"beep × {times}")
            case Ignored(what, why):
                self.note(f"ignored: {what}, {why}")

    def _note_received(self, event: Received) -> None:
        match event.message:
            case Answer(nonce=nonce, ok=ok, code=code, text=text):
                ms = self._since_tap()
                said = {"nonce": nonce, "ok": ok, "code": code, "text": text}
                self.answer = said | {"ms": ms}
                self.note(f"answer: {code}, {text}", ms)
            case Grant(sid=sid):
                self.note(f"grant for {sid}", self._since_tap())
            case Off(mode=mode, code=code):
                self.note(f"off, {mode}: {code}")
            case Filed(upto=upto):
                self.note(f"rows filed, up to {upto}")
            case Text(text=text):
                self.note(f"text: {text}")
            case List(seq=seq, e=entries):
                self.note(f"list {seq}, entries: {len(entries)}")

    def _since_tap(self) -> float | None:
        """Milliseconds since the badge was seen, until the answer has been dealt with."""
        if self._tapped is None:
            return None
        return round((time.perf_counter() - self._tapped) * 1000, 3)


def _looks(display: Display) -> dict[str, Any]:
    looks = asdict(display)
    return {name: looks[name] for name in ("state", "lamp", "refused", "warning", "left")}
