"""How busy this machine was with other people's work while a benchmark ran."""

import os
import time

import psutil


class Foreign:
    """`stop()` tells the CPU used by processes that are not ours, in per cent of one core."""

    def __init__(self) -> None:
        self._began, self._all, self._ours = time.monotonic(), _all(), _ours()

    def stop(self) -> float:
        """Processes of ours that have ended count as ours, as their parents waited for them."""
        seconds = time.monotonic() - self._began
        return max(0.0, (_all() - self._all) - (_ours() - self._ours)) / seconds * 100


def _all() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def _ours() -> float:
    """Seconds of this process, its living descendants and those that ended."""
    mine = os.times()
    seconds = mine.user + mine.system + mine.children_user + mine.children_system
    for child in psutil.Process().children(recursive=True):
        try:
            used = child.cpu_times()
        except psutil.Error:
            continue  # it ended just now and is counted with its parent
        seconds += used.user + used.system + used.children_user + used.children_system
    return seconds
