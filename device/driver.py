"""A machine that exists only in here: contactor, current, start button. Knows no protocol.

A real driver has the same few parts: it switches a relay, reads a current, and reports badges.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class SimulatedMachine:
    """Draws `machine_ma` while a job runs. `welded` is a contactor that no longer opens."""

    machine_ma: int = 3400
    relay: bool = False
    welded: bool = False
    running: bool = False
    job_ends: float | None = None

    def switch(self, on: bool) -> None:
        """Open or close the relay. No-volt release: a job that was cut does not come back."""
        self.relay = on
        if not on:
            self.finish()

    def start(self, up: float, seconds: float | None = None) -> bool:
        """Press the green button: a job of `seconds`, or until it is cut. Whether it runs."""
        if not self.powered:
            return False
        self.running = True
        self.job_ends = None if seconds is None else up + seconds
        return True

    def finish(self) -> None:
        """The job is done."""
        self.running = False
        self.job_ends = None

    @property
    def powered(self) -> bool:
        return self.relay or self.welded

    def read_ma(self, up: float) -> int:
        """What the current sensor reads; a welded contactor keeps its machine under current."""
        if self.job_ends is not None and up >= self.job_ends:
            self.finish()
        return self.machine_ma if self.welded or (self.relay and self.running) else 0
