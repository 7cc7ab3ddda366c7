"""Which devices' lists are to be looked at, one at a time. PURE, and may be forgotten without harm.

A change of any fact sends for all of them, a change of a machine's bookings for those at it, and
every few minutes time itself does. Between two looks, and in the midst of a long list, there is
room for every message that came.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field

EVERY = 600.0  # seconds; bookings come into sight a day ahead, and lists are renewed at half-life


@dataclass(slots=True)
class Task:
    """A device whose list is being written; each step is a slice of the work."""

    device: int
    again: bool
    steps: Generator[None, None, object]


@dataclass(slots=True)
class Rounds:
    """One gatekeeper's. `mono` is the monotonic clock, in seconds."""

    waiting: dict[int, None] = field(default_factory=dict)  # device ids, in order
    again: set[int] = field(default_factory=set)  # to be sent even if nothing has changed
    task: Task | None = None
    epoch: int = -1
    tallies: Mapping[int, int] = field(default_factory=dict)
    began: float | None = None
    lost: bool = True  # the broker may have forgotten what it was to keep

    def is_round_due(self, epoch: int, mono: float) -> bool:
        """Whether all devices are to be looked at."""
        moved, self.epoch = epoch != self.epoch, epoch
        late = self.began is None or mono - self.began >= EVERY
        if moved or late or self.lost:
            self.began = mono
            return True
        return False

    def begin(self, devices: Iterable[int]) -> None:
        devices = tuple(devices)
        if self.lost:
            self.again.update(devices)
            self.lost = False
        self.add(devices)

    def moved(self, tallies: Mapping[int, int]) -> set[int]:
        """The machines whose bookings have changed since the last look."""
        before, self.tallies = self.tallies, tallies
        return {machine for machine, changes in tallies.items() if before.get(machine) != changes}

    def add(self, devices: Iterable[int]) -> None:
        """A list that is being written is begun anew: what it was begun with has changed."""
        self.waiting.update(dict.fromkeys(devices))
        if self.task is not None and self.task.device in self.waiting:
            if self.task.again:
                self.again.add(self.task.device)
            self.task = None

    @property
    def is_busy(self) -> bool:
        return self.task is not None or bool(self.waiting)

    def next(self) -> tuple[int, bool] | None:
        """The device to look at now, and whether its list is to be sent anyway."""
        if not self.waiting:
            return None
        device = next(iter(self.waiting))
        del self.waiting[device]
        again = device in self.again
        self.again.discard(device)
        return device, again
