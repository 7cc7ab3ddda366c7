"""A device with stock firmware, played as one that speaks protocol v1. PURE: no broker, no clock.

The rules are the device's own, wire.device, run here because the firmware cannot: sid, boot and
GRACE live in this memory, and what the relay should be is said to the firmware in its own words.
All that guards people while this memory is gone is the firmware's timer: nobody says ON where it
may not be set, it is started anew every ten seconds, and never unless the firmware was heard in the
last 35. A new memory is a new boot, which begins by switching off.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import wire
from access.adapters.shape import Adapter, Command, Report
from access.sessions import LEASE
from wire.device import Device
from wire.events import (
    Aux,
    Boot,
    Connected,
    Current,
    Disconnected,
    Event,
    Pressed,
    Publish,
    Received,
    Relay,
    Tapped,
    Tick,
)
from wire.memory import FAULT, Config

AGAIN = 10.0  # seconds until the timer is started anew
HEARD = 35.0  # seconds a report counts as a sign of life
CONFIRMS = 5.0  # seconds within which the firmware says that it has switched on, or still is
QUIET = 12.0  # seconds without a word after which it is asked how it is; some tell only changes
SETTLES = 5.0  # seconds after switching off in which reports may tell of before


def caps_of(adapter: Adapter, *, measures: bool) -> tuple[str, ...]:
    """What the played device can do; `aux` is what the firmware says of its relay.

    Many models measure nothing, and one that never told a current must not seem to draw none.
    """
    able = adapter.abilities
    current = ["current"] if able.current and measures else []
    return ("relay", "aux", *current, *(["reader"] if able.reader else []))


@dataclass(slots=True)
class Said:
    """What comes of one event: to the server as from a device, and to the firmware."""

    ups: list[wire.Up] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


class Emulated:
    """`mono` is the gatekeeper's monotonic clock; `nonce` gives 24 fresh random hex digits."""

    def __init__(
        self, name: str, adapter: Adapter, *, boot: str, mono: float, nonce: Callable[[], str]
    ) -> None:
        self.name, self.adapter = name, adapter
        self._nonce, self._born = nonce, mono
        self._heard_at = float("-inf")
        self._switched_at = float("-inf")  # when ON was first said
        self._off_at = float("-inf")
        self._again_at = 0.0
        self._confirmed = False
        self._waits_for_timer = False  # ON is said when the firmware has told of its timer
        self._poll_at = mono + QUIET
        self._asked_at: float | None = None  # since when it is not known whether it still is on
        self.is_over = False  # another memory is to begin
        self._said = Said()
        config = Config(
            name=name, caps=caps_of(adapter, measures=False), fw="", model=adapter.speaks
        )
        self._device = Device(config, boot)
        self._play(Boot("power"), mono)

    @property
    def is_on(self) -> bool:
        """Whether the relay should be on."""
        return self._device.memory.relay

    # --- what happens -------------------------------------------------------------------------

    def said(self, topic: str, payload: bytes, mono: float) -> Said:
        """A message of the firmware."""
        report = self.adapter.read(topic, payload)
        return Said() if report is None else self.hear(report, mono)

    def hear(self, report: Report, mono: float) -> Said:
        """What a message of the firmware tells."""
        if report.online is False:
            self._lose(mono)
            return self._done()
        if report.online and self._device.memory.st == FAULT:
            # As on a device a fault ends with the boot; the lockout it made is staff's to clear.
            self.is_over = True
            return self._done()
        self._heard_at, self._poll_at = mono, mono + QUIET
        is_news = self._learn(report)
        if report.online or not self._device.memory.connected:
            self._meet(mono)  # it may have been reset, or put back as it left the factory
        elif is_news:
            self._play(Connected(), mono)  # says who it is once more, now with its version
        if report.ma is not None and not self._is_settling(mono):
            self._play(Current(report.ma), mono)
        if report.on is not None:
            self._observe(report.on, mono)
        if report.bounded is not None and self.is_on:
            self._believe_timer(report.bounded, mono)
        if report.badge is not None:
            self._play(Tapped(report.badge, self._nonce()), mono)
        return self._done()

    def receive(self, message: wire.Down, mono: float) -> Said:
        """A message of the server."""
        self._play(Received(message), mono)
        return self._done()

    def tick(self, mono: float) -> Said:
        """Time passes; call at least every second."""
        if self._device.memory.connected and mono - self._heard_at > HEARD:
            self._lose(mono)
        if mono >= self._poll_at:
            self._poll_at = mono + QUIET
            self._say(self.adapter.ask(self.name))
        self._play(Tick(), mono)
        if self.is_on:
            self._hold(mono)
        return self._done()

    def leave(self) -> tuple[Command, ...]:
        """It is revoked, or another plays it from here on: what it was told last."""
        return self.adapter.off(self.name)

    # --- how it is played ---------------------------------------------------------------------

    def _learn(self, report: Report) -> bool:
        """Whether that is another version or model than before, or it has begun to measure."""
        config = self._device.config
        fw, model = report.fw or config.fw, report.model or config.model
        measures = "current" in config.caps or report.ma is not None
        caps = caps_of(self.adapter, measures=measures)
        self._device.config = replace(config, caps=caps, fw=fw, model=model)
        return self._device.config != config

    def _meet(self, mono: float) -> None:
        """It is there: make it fail safe, off unless it should be on, and ask what it does.

        It may come from a power cut: nobody says ON again before it has said that it is on.
        """
        self._say(self.adapter.set_up(self.name, LEASE))
        if self.is_on:
            self._asked_at = mono
        else:
            self._say(self.adapter.off(self.name))
        self._say(self.adapter.ask(self.name))
        if not self._device.memory.connected:
            self._play(Connected(), mono)

    def _lose(self, mono: float) -> None:
        """Gone, or silent: the session ends by its lease, and the relay by its own timer.

        What it said last tells nothing of now.
        """
        if self._device.memory.connected:
            boot = self._device.memory.boot
            self._play(Disconnected(), mono)
            self._forget(mono)
            self._said.ups.append(wire.Avail(self.name, on=False, boot=boot))

    def _forget(self, mono: float) -> None:
        """What the relay and the current were."""
        self._play(Aux(closed=False), mono)
        self._play(Current(0), mono)

    def _is_settling(self, mono: float) -> bool:
        """Whether reports may still tell of the time before it was switched off."""
        return not self.is_on and mono - self._off_at <= SETTLES

    def _observe(self, on: bool, mono: float) -> None:
        """What the relay really does, beside what it should."""
        if on and not self.is_on:
            self._say(self.adapter.off(self.name))  # its own button, or somebody else's message
        elif on:
            self._confirmed, self._asked_at = True, None
        elif self.is_on and (self._confirmed or self._asked_at is not None):
            self._stop(mono)  # switched off at the device: nobody switches it on again from here
        if not (on and self._is_settling(mono)):
            self._play(Aux(on), mono)

    def _believe_timer(self, bounded: bool, mono: float) -> None:
        """On without a timer it would stay on when everybody else is gone: so it is off."""
        if not bounded:
            self._stop(mono)
        elif self._waits_for_timer:
            self._waits_for_timer = False
            self._say(self.adapter.on(self.name, LEASE))

    def _hold(self, mono: float) -> None:
        """Start the firmware's timer anew, as long as it is there and did what it was told."""
        since = self._switched_at if self._asked_at is None else self._asked_at
        if not self._confirmed or self._asked_at is not None:
            if mono - since > CONFIRMS:
                self._stop(mono)
        elif mono >= self._again_at and self._device.memory.connected:
            self._again_at = mono + AGAIN
            self._say(self.adapter.again(self.name, LEASE))

    def _stop(self, mono: float) -> None:
        self._play(Pressed("stop", self._nonce()), mono)

    def _play(self, event: Event, mono: float) -> None:
        for effect in self._device.handle(event, mono - self._born):
            match effect:
                case Publish(message):
                    self._said.ups.append(message)
                case Relay(on):
                    self._switch(on, mono)

    def _switch(self, on: bool, mono: float) -> None:
        if on:
            self._switched_at, self._confirmed, self._again_at = mono, False, mono + AGAIN
            self._asked_at = None
            first = self.adapter.bind(self.name, LEASE)
            self._waits_for_timer = bool(first)
            self._say(first or self.adapter.on(self.name, LEASE))
        else:
            self._off_at, self._waits_for_timer = mono, False
            self._say(self.adapter.off(self.name))
            self._forget(mono)

    def _say(self, commands: Iterable[Command]) -> None:
        self._said.commands.extend(commands)

    def _done(self) -> Said:
        said, self._said = self._said, Said()
        return said
