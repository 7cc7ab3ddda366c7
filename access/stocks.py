"""Every device with stock firmware, between the broker and the rules of the wire.

What such a device says becomes what a device of protocol v1 would say; what the rules answer it
goes to its memory here, and its firmware is told to switch. Knows no database and no connection.
"""

import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import wire
from access.adapters import adapter_of
from access.adapters.emulation import Emulated, Said
from access.adapters.shape import ROOT, Adapter, Command, split
from access.records import Inbound, Outbound, receive

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds


def _boot() -> str:
    return secrets.token_hex(8)


class Stocks:
    """`waiting` is what the played devices said and nobody has handled yet."""

    def __init__(self, boot: Callable[[], str] = _boot) -> None:
        self.waiting: deque[Inbound] = deque()
        self._boot = boot
        self._devices: dict[str, Emulated] = {}
        self._tick_at = 0.0

    def __bool__(self) -> bool:
        return bool(self._devices) or bool(self.waiting)

    @property
    def topics(self) -> set[str]:
        """What the broker is to be asked for."""
        return {
            f"{ROOT}{name}/{topic}"
            for name, played in self._devices.items()
            for topic in played.adapter.writes
        }

    def play(self, wanted: Mapping[str, str], mono: float) -> list[Outbound]:
        """Play these and no others: firmware by name. What is new, or not ours any more, is off."""
        commands: list[Outbound] = []
        for name in [name for name in self._devices if self._differs(name, wanted)]:
            commands += _outbound(name, self._devices.pop(name).leave())
        for name in wanted.keys() - self._devices.keys():
            commands += self._begin(name, adapter_of(wanted[name]), mono)
        return commands

    def _begin(self, name: str, adapter: Adapter, mono: float) -> list[Outbound]:
        """A new memory, and so a new boot, whose first word is off."""
        self._devices[name] = Emulated(name, adapter, boot=self._boot(), mono=mono, nonce=_nonce)
        begun = self._heard(name, lambda played: played.tick(mono))
        return begun + _outbound(name, adapter.ask(name))

    def _differs(self, name: str, wanted: Mapping[str, str]) -> bool:
        return wanted.get(name) != self._devices[name].adapter.speaks

    def translate(
        self, arrived: Iterable[Inbound], mono: float
    ) -> tuple[list[Inbound], list[Outbound]]:
        """What speaks protocol v1, as it is; and the commands that come of what firmware said.

        A retained copy tells nothing of now; and nobody but us says protocol v1 in its name.
        """
        native: list[Inbound] = []
        commands: list[Outbound] = []
        for inbound in arrived:
            name, rest = split(inbound.topic)
            played = self._devices.get(name)
            if played is None:
                native.append(inbound)
                continue
            if not inbound.retain:
                commands += self._read(name, rest, inbound.payload, mono)
        return native, commands

    def _read(self, name: str, topic: str, payload: bytes, mono: float) -> list[Outbound]:
        played = self._devices[name]
        commands = self._heard(name, lambda played: played.said(topic, payload, mono))
        return commands + self._begin(name, played.adapter, mono) if played.is_over else commands

    def take(self, most: int) -> list[Inbound]:
        """The oldest that wait. A played device says again what the server never heard."""
        return [self.waiting.popleft() for _ in range(min(most, len(self.waiting)))]

    def keep(self, said: Sequence[Outbound], mono: float) -> list[Outbound]:
        """What is to be published: all but what is for a played device, and its commands."""
        publish: list[Outbound] = []
        for outbound in said:
            name, rest = split(outbound.topic)
            played = self._devices.get(name)
            if played is None or not rest.startswith("down/"):
                publish.append(outbound)
                continue
            message = wire.parse_down(outbound.topic, outbound.payload)
            publish += self._heard(name, partial(Emulated.receive, message=message, mono=mono))
        return publish

    def tick(self, mono: float) -> list[Outbound]:
        """Let time pass for all of them, twice a second."""
        if mono < self._tick_at:
            return []
        self._tick_at = mono + TICK
        commands: list[Outbound] = []
        for name in list(self._devices):
            commands += self._heard(name, lambda played: played.tick(mono))
        return commands

    def _heard(self, name: str, event: Callable[[Emulated], Said]) -> list[Outbound]:
        """What comes of an event. A memory that breaks is off and begun anew, and the only one."""
        played = self._devices[name]
        try:
            said = event(played)
            self.waiting.extend([receive(*wire.encode_up(message)) for message in said.ups])
        except Exception:
            logger.exception("cannot play %s", name)
            return _outbound(name, self._devices.pop(name).leave())
        return _outbound(name, said.commands)


def _outbound(name: str, commands: Iterable[Command]) -> list[Outbound]:
    return [Outbound(f"{ROOT}{name}/{each.topic}", each.payload, 0) for each in commands]


def _nonce() -> str:
    return secrets.token_hex(12)
