"""Plays one scene: four devices in four phases, the fault, what follows. Judges by its own clock.

What must hold of every device all the time is in `Eye`; it knows none of the rules it checks.
"""

import signal
import time
from contextlib import closing

from tests.faults.cells import (
    AWAY,
    BACK,
    FIN,
    FINISHES,
    GOES_ON,
    IS_OVER,
    LAPSES,
    LEASE,
    OUTLIVES,
    PAUSE,
    PHASES,
    POWERLESS,
    WAKES,
)
from tests.faults.people import BADGE
from tests.faults.site import Hog, Slowly, tell

SLACK = 2.0  # seconds that this machine may be late
LATE = 0.4  # the relay is checked every 0.1 s, and looked at every 0.1 s
SOON = 8.0  # for a lockout to arrive where everything works, or works slowly
EACH = 3.3  # the same badge counts again after 3 s


class Eye:
    """Looks at a device ten times a second and remembers what it must not have seen."""

    def __init__(self, name):
        self.name = name
        self.status = None
        self.sids, self.nonces = set(), set()
        self.wrong = []
        self.last_on = 0.0
        self.graces = {}

    def look(self, device):
        status = self.status = device.do()
        if status["answer"] is not None:
            self.nonces.add(status["answer"]["nonce"])
        if not status["relay"]:
            return
        now = self.last_on = time.monotonic()
        self.sids.add(status["sid"])
        if status["st"] == "grace":
            since = self.graces.setdefault(status["sid"], now)
            if now - since > FIN[self.name] + SLACK:
                self.wrong.append(f"in GRACE for {now - since:.1f} s")
        elif status["exp"] is None or status["up"] > status["exp"] + LATE:
            self.wrong.append(f"on at {status['up']}, leased until {status['exp']}")


class Play:
    """One scene on one site; `outcome` has for each phase what was wrong, and what was seen."""

    def __init__(self, scene, site):
        self.scene, self.site = scene, site
        self.eyes = {name: Eye(name) for name in PHASES}
        self.asleep = False  # the devices themselves are, and cannot be asked
        self.wrong = {name: [] for name in PHASES}
        self.seen = dict.fromkeys(PHASES, "")
        self.tapped_at = 0.0

    def outcome(self):
        self.begin()
        held = {name: (eye.status["sid"], eye.status["exp"]) for name, eye in self.eyes.items()}
        began = time.monotonic()
        getattr(self, self.scene.fault)()
        self.judge_sessions(began, held)
        self.judge_lockout()
        self.judge_recovery()
        self.judge_record()
        return {name: (self.wrong[name], self.seen[name]) for name in PHASES}

    # --- time ---------------------------------------------------------------------------------

    def watch(self, seconds, until=None, tapping=False):
        """Look on; early out when `until` holds. `tapping`: somebody tries the idle machine."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.asleep:
                for name, eye in self.eyes.items():
                    eye.look(self.site.devices[name])
                if tapping and time.monotonic() - self.tapped_at > EACH:
                    self.tap("idle")
            if until is not None and until():
                return True
            time.sleep(0.1)
        return until is None

    def tap(self, name):
        self.tapped_at = time.monotonic()
        self.site.devices[name].do("tap", badge=BADGE)

    def status(self, name):
        return self.eyes[name].status

    # --- before -------------------------------------------------------------------------------

    def begin(self):
        """Each device in its phase; the idle one has nobody's booking."""
        for name, seconds in (("armed", 900), ("running", 900), ("grace", 8)):
            self.site.do("book", name, seconds)
            self.tap(name)
        self.reach({"armed": "armed", "running": "armed", "grace": "armed"})
        for name in ("running", "grace"):
            self.site.devices[name].do("start")
        self.reach({"idle": "locked", "armed": "armed", "running": "running", "grace": "grace"})

    def reach(self, states, patience=20):
        def there():
            return all(self.status(name)["st"] == st for name, st in states.items())

        self.watch(patience, there)
        for name, st in states.items():
            status = self.status(name)
            assert status["st"] == st, f"{name} is {status['st']}: {status['log']}"

    # --- faults -------------------------------------------------------------------------------

    def killed(self):
        part = self.scene.part
        if part == "network":
            self.site.network.cut()
            self.watch(AWAY, tapping=True)
            self.site.network.mend()
            return
        self.site.kill(part)
        if part == "device":
            time.sleep(AWAY)  # there is nothing to look at
        else:
            self.watch(AWAY, tapping=True)
        self.site.bring_back(part)

    def restarted(self):
        part = self.scene.part
        if part == "network":
            self.site.network.cut()
            self.watch(2)
            self.site.network.mend()
        else:
            self.site.kill(part)
            self.site.bring_back(part)
        self.watch(16, tapping=True)

    def paused(self):
        part = self.scene.part
        if part == "network":
            self.site.network.stall()
            self.watch(PAUSE, tapping=True)
            self.site.network.mend()
            return
        hit = self.site.processes(part)
        tell(hit, signal.SIGSTOP)
        self.asleep = part == "device"
        self.watch(PAUSE, tapping=True)
        tell(hit, signal.SIGCONT)
        time.sleep(LATE)
        self.asleep = False

    def slow(self):
        part = self.scene.part
        if part == "network":
            self.site.network.delay = 0.7
            self.watch(20, tapping=True)
            self.locked_out_meanwhile()
            self.site.network.mend()
            return
        slowly = (
            Hog(self.site.file) if part == "database" else Slowly(lambda: self.site.processes(part))
        )
        with closing(slowly):
            self.watch(20, tapping=True)
            self.locked_out_meanwhile()

    def clock(self):
        self.site.offset.write_text("3600")
        self.watch(FIN["grace"] + 4, tapping=True)
        self.site.offset.write_text("0")

    # --- judgement ----------------------------------------------------------------------------

    def judge_sessions(self, began, held):
        """What the scene must show of each session that was on when it began."""
        self.watch(3)
        for name in PHASES:
            if name == "idle":
                continue
            self.judge_session(name, self.eyes[name].last_on - began, *held[name])
        if self.eyes["idle"].sids:
            self.wrong["idle"].append("the idle machine was on")

    def judge_session(self, name, off_after, sid, exp):
        show, status = self.scene.must_show(name), self.status(name)
        limits = {
            LAPSES: LEASE + FIN[name] + SLACK,
            OUTLIVES: LEASE + FIN[name] + SLACK,
            WAKES: max(PAUSE, LEASE + FIN[name]) + SLACK,
            FINISHES: FIN[name] + SLACK,
            POWERLESS: SLACK,
            IS_OVER: FIN[name] + 2 * SLACK,
        }
        goes_on = status["sid"] == sid and status["relay"] and status["exp"] > exp
        if show == GOES_ON:
            went_on = goes_on or self.seen[name].startswith("went on")
            if not went_on:
                self.wrong[name].append(f"did not go on: {status['log'][-8:]}")
            self.seen[name] = self.seen[name] or "went on"
        elif show == OUTLIVES and goes_on:
            self.seen[name] = "its lease outlived the pause, and was renewed"
        elif off_after > limits[show]:
            self.wrong[name].append(f"off after {off_after:.1f} s: {status['log'][-8:]}")
        else:
            self.seen[name] = f"off after {max(0.0, off_after):.1f} s"

    def locked_out_meanwhile(self):
        """While it is slow: what goes on must still be reached."""
        for name in ("armed", "running"):
            if self.status(name)["relay"]:
                self.seen[name] = "went on"
        self.judge_lockout()

    def judge_lockout(self):
        """A lockout by staff ends whatever is on, within lease and finishing time at most."""
        on = [name for name in PHASES if self.status(name)["relay"]]
        self.site.do("lock_out")
        began = time.monotonic()
        self.watch(LEASE + max(FIN.values()) + SLACK, lambda: not self.any_on())
        for name in on:
            took = self.eyes[name].last_on - began
            if took > SOON:
                self.wrong[name].append(f"locked out, and on for {took:.1f} s more")
            self.seen[name] += f"; locked out, off in {max(0.0, took):.1f} s"
        self.site.do("clear")

    def any_on(self):
        return any(self.status(name)["relay"] for name in PHASES)

    def judge_recovery(self):
        """Nobody touched anything but badges: whoever has booked is let in again."""
        for name in PHASES:
            self.site.do("book", name, 600)
        began = time.monotonic()
        waiting = set(PHASES)
        while waiting and time.monotonic() - began < BACK:
            for name in waiting:
                self.tap(name)
            self.watch(EACH)
            for name in [name for name in waiting if self.status(name)["relay"]]:
                waiting.discard(name)
                self.seen[name] += f"; granted again after {time.monotonic() - began:.0f} s"
        for name in waiting:
            log = self.status(name)["log"][-8:]
            self.wrong[name].append(f"no grant within {BACK:.0f} s: {log}")

    def judge_record(self):
        """Every answer has its line, every session that was on has its grant."""
        record = self.site.do("record")
        for name, eye in self.eyes.items():
            self.wrong[name] += eye.wrong[:3]
            if lost := eye.nonces - set(record["taps"]):
                self.wrong[name].append(f"answered, and not on record: {lost}")
            if strange := eye.sids - set(record["granted"]):
                self.wrong[name].append(f"on without a grant on record: {strange}")
            if record["unhandled"]:
                self.wrong[name].append("a message broke its own handling")
            if not eye.nonces:
                self.wrong[name].append("never saw an answer: this proves nothing")
