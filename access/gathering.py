"""Which messages may wait a moment for others, so that one transaction renews many leases. PURE.

A heartbeat, which says what its device said before, costs a third in company of what it costs
alone, and the lease it asks for lasts 15 seconds or more. Nothing else ever waits, and whatever
else comes takes those that do along, so that all are handled and acked in the order they came.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import wire
from access.records import Inbound
from access.sessions import ARMED, LOCKED, RUNNING

LONGEST = 0.05  # seconds that the first of them waits
STEADY = (LOCKED, ARMED, RUNNING)  # in GRACE or at fault a device waits for nobody
KEPT = 4096  # devices, the one not heard for longest forgotten

Said = tuple[str, str, bool, str | None]


@dataclass(slots=True)
class Gathering:
    """Told of each message as it arrives. `mono` is the monotonic clock, in seconds."""

    said: OrderedDict[str, Said] = field(default_factory=OrderedDict)
    until: float | None = None  # None: nothing waits

    def hear(self, inbound: Inbound, mono: float) -> None:
        due = mono + LONGEST if self._is_heartbeat(inbound) else mono
        self.until = due if self.until is None else min(self.until, due)

    def left(self, mono: float) -> float:
        """Seconds until what waits is to be handled."""
        return 0.0 if self.until is None else max(0.0, self.until - mono)

    def clear(self) -> None:
        """Everything that waited has been handled."""
        self.until = None

    def _is_heartbeat(self, inbound: Inbound) -> bool:
        """Whether a state is steady, asks for nothing, answers nothing and says nothing new."""
        state = inbound.message
        if not isinstance(state, wire.State) or inbound.retain:
            return False
        said = state.boot, state.st, state.relay, state.sid
        before = self.said.pop(state.device, None)
        self.said[state.device] = said
        if len(self.said) > KEPT:
            self.said.popitem(last=False)
        asks = state.want is not None or state.id is not None
        return said == before and state.st in STEADY and not asks
