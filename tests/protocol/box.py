"""One device in the world: its rules, its relay, its machine's motor, and what was seen of it."""

from collections import defaultdict
from dataclasses import dataclass, field

import wire
from tests.protocol.place import Kind
from wire.device import Device as Rules
from wire.memory import Store


@dataclass
class Box:
    """What ends with its boot is set anew in Wild.power; all seconds are those of the world."""

    name: str
    kind: Kind
    key: bytes | None = None
    rate: float = 1.0  # of its clock
    booted_at: float = 0.0
    connected: bool = False
    cut_at: float = 0.0
    running: bool = False
    relay: bool = False
    rules: Rules | None = None
    store: Store = field(default_factory=Store)
    retained: wire.State | None = None
    listed: wire.List | None = None  # what the broker keeps for it
    taps: dict[str, tuple[str, float]] = field(default_factory=dict)  # nonce -> who, when
    unanswered: dict[str, float] = field(default_factory=dict)  # nonce -> when
    answers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # nonce -> codes
    ungrounded: float = 0.0  # seconds in a row the relay was on for one not entitled
    ignored: float = 0.0  # and the network worked all the while
    graces: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    alone: list[str] = field(default_factory=list)  # sids that it began by itself
    alone_until: float | None = None  # by its list; None once a lease has replaced that
    unadopted: float = 0.0  # seconds of a working network with a session nobody has on record
    unneeded: float = 0.0  # an extractor: seconds since anybody was at its machines
    missing: float = 0.0  # an extractor: seconds that it is off and should not be
    opened_at: float = 0.0  # a door
    answered: wire.Answer | None = None  # what it last took for the answer to its tap

    @property
    def fin(self):
        return self.kind.fin

    @property
    def sid(self):
        session = self.rules.memory.session
        return session.sid if session is not None else None

    def last_tap(self, who):
        """When this person was last here; long ago, if never."""
        return max((when for by, when in self.taps.values() if by == who), default=-1e6)
