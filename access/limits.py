"""How much of one device is written down before the rest is only counted. PURE.

Each limit lies above what hands, badges and machines can do, so that only a broken device, or
whoever has its password, meets it. Nothing is decided here.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

KEPT = 4096  # the longest untouched are forgotten, and so are full again


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once; then so many a second."""

    name: str
    at_once: int
    a_second: float

    @property
    def filled_after(self) -> float:
        """Seconds, from empty."""
        return self.at_once / self.a_second


NOBODYS = Limit("nobodys", 20, 0.5)  # taps and presses that are nobody's: of a device
TAPS = Limit("taps", 30, 1 / 3)  # of one badge at a device: D8 lets through one in 3 s
REFUSALS = Limit("refusals", 30, 1 / 30)  # of one badge at a device, the same each time: lines
LINES = Limit("lines", 60, 0.5)  # what a device says of itself, where that is news
ALARMS = Limit("alarms", 10, 1 / 600)  # of one kind at a device, about one session after another


@dataclass(slots=True)
class Limits:
    """What is left of each, on the monotonic clock."""

    left: OrderedDict[tuple[Limit, object], tuple[float, float]] = field(
        default_factory=OrderedDict
    )

    def allow(self, limit: Limit, about: object, mono: float) -> bool:
        """Take one, if there is one."""
        key = limit, about
        left, at = self.left.get(key, (limit.at_once, mono))
        left = min(limit.at_once, left + (mono - at) * limit.a_second)
        self.left[key] = left - (left >= 1), mono
        self.left.move_to_end(key)
        if len(self.left) > KEPT:
            self.left.popitem(last=False)
        return left >= 1

    def tidy(self, mono: float) -> None:
        """Drop those that are full again."""
        for key in [key for key, (_left, at) in self.left.items() if _is_full(key[0], mono - at)]:
            del self.left[key]


def _is_full(limit: Limit, untouched: float) -> bool:
    return untouched >= limit.filled_after
