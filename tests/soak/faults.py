"""One fault after another: what is hit, how, and for how long it is away. Judges nothing."""

import random
import time

import psutil

from tests.soak.site import BOXES

EVERY = (60, 120)  # seconds from one to the next
AWAY = (0, 2, 8, 25, 45)  # seconds; 45 is longer than a lease
HOW = {
    "broker": ("killed", "killed", "paused"),
    "gatekeeper": ("killed", "killed", "paused"),
    "worker": ("killed", "one killed"),
    "web": ("killed", "one killed"),
}
HOW_A_BOX = ("killed", "killed", "rebooted", "unplugged")
# Gatekeeper and web live for the first part, so that a leak would show.
FIRST = ["broker"] * 3 + ["worker"] * 2 + [*BOXES] * 2
LATER = [*FIRST, *["gatekeeper"] * 5, *["web"] * 3]
AFTER = 20.0  # seconds after which the site should have got over it


class Faults:
    """`all` has when each began and ended, on the wall clock, and what it was."""

    def __init__(self, site, seconds, say):
        self.site, self.say, self.all = site, say, []
        self.began = time.monotonic()
        self.spared_until = seconds * 0.4
        self.last_at = seconds - 150
        self._next = 90.0
        self._back_at = None

    @property
    def gone(self):
        return time.monotonic() - self.began

    @property
    def is_calm(self):
        """Nothing is broken, nor was a moment ago: what goes wrong now has no excuse."""
        if self._back_at is not None:
            return False
        return not self.all or time.time() - self.all[-1]["ended"] > AFTER

    def work(self):
        if self._back_at is not None:
            if self.gone >= self._back_at:
                self.mend()
        elif self._next <= self.gone < self.last_at:
            self._next = self.gone + random.uniform(*EVERY)
            self._happen()

    def _happen(self):
        part = random.choice(FIRST if self.gone < self.spared_until else LATER)
        how, away = random.choice(HOW.get(part, HOW_A_BOX)), random.choice(AWAY)
        self.say(f"{part} {how} for {away} s")
        self.all.append({"part": part, "how": how, "began": time.time(), "ended": None})
        match how:
            case "killed":
                self.site.kill(part)
            case "one killed":
                self.site.kill_one(part)
            case "paused":
                self.site.tell(part, psutil.Process.suspend)
            case "rebooted":
                self.site.boxes[part].do("reboot")
            case "unplugged":
                self.site.boxes[part].do("network", up=False)
        self._back_at = self.gone + away

    def mend(self):
        """Whatever is broken is put right."""
        if self._back_at is None:
            return
        fault = self.all[-1]
        match fault["how"]:
            case "killed":
                self.site.start(fault["part"])
            case "paused":
                self.site.tell(fault["part"], psutil.Process.resume)
            case "unplugged":
                self.site.boxes[fault["part"]].do("network", up=True)
        fault["ended"], self._back_at = time.time(), None
