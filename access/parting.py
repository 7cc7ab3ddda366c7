"""Whose last words are on their way: devices that were revoked. PURE, and may be forgotten.

The broker throws them out. A moment before, each is told what it must not miss any more, and asked
what it does; what it answers came after it had heard the rest.
"""

from dataclasses import dataclass, field

from wire import State

WITHIN = 0.7  # seconds for its answer; then it is thrown out all the same


@dataclass(slots=True)
class Partings:
    """One gatekeeper's. `mono` is the monotonic clock, in seconds."""

    told: set[str] = field(default_factory=set)  # no name is given twice
    asked: dict[str, float] = field(default_factory=dict)  # when

    def ask(self, device: str, mono: float) -> str:
        """The id under which it is to answer."""
        self.asked[device] = mono
        return _question(device)

    def hear(self, message: object) -> None:
        """Off, and with the id: it has heard all, and nothing keeps it."""
        if not self.asked or not isinstance(message, State) or message.relay:
            return
        if message.id == _question(message.device):
            self.asked.pop(message.device, None)

    def wait(self, mono: float) -> bool:
        """Whether somebody may still answer."""
        return any(mono - at < WITHIN for at in self.asked.values())


def _question(device: str) -> str:
    return f"bye-{device}"
