"""Plays one scene: four devices in four phases, the fault, what follows, and judges what was seen.

Seconds of a lease are counted on the device's own clock, and what must happen is waited for: a busy
machine makes a scene longer, and no cell fail. What must hold of every device all the time is in
`Eye`; it knows none of the rules it checks.
"""

import math
import time
from datetime import UTC, datetime

from tests.faults.cells import (
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
    Outcome,
)
from tests.faults.faults import Faults
from tests.faults.people import BADGE

LATE = 0.4  # the relay is checked every 0.1 s, and a second is counted when it has begun
EACH = 3.3  # the same badge counts again after 3 s


class Eye:
    """Looks at a device ten times a second and remembers what it must not have seen."""

    def __init__(self, name):
        self.name = name
        self.status = None
        self.held = None  # its status when the fault came
        self.answers = {}  # nonce -> code
        self.on = {}  # sid -> boot and up of when it was last on
        self.graces = {}  # sid -> up of when it began
        self.told_off = set()  # when it was told that staff have locked it out
        self.went_on = False  # the session it had was renewed after the fault had come
        self.wrong = []

    def look(self, device):
        status = self.status = self._in_time(device)
        if answer := status["answer"]:
            self.answers[answer["nonce"]] = answer["code"]
        lines = (line for line in status["log"] if line["what"].startswith("off, "))
        self.told_off |= {line["at"] for line in lines if "locked-out" in line["what"]}
        if not status["relay"]:
            return
        sid = status["sid"]
        self.on[sid] = status["boot"], status["up"]
        if self._is_late(status):
            self.wrong.append(f"{status['st']} at {status['up']}, leased until {status['exp']}")
        held = self.held
        if held and sid == held["sid"] and status["exp"] > held["exp"]:
            self.went_on = True

    def _in_time(self, device):
        """A process given no time answers before it looks at its clock: it is asked twice."""
        status = device.do()
        return device.do() if self._is_late(status) else status

    def _is_late(self, status):
        if not status["relay"]:
            return False
        if status["st"] == "grace":
            since = self.graces.setdefault(status["sid"], status["up"])
            return status["up"] > since + FIN[self.name] + LATE
        return status["exp"] is None or status["up"] > status["exp"] + LATE

    @property
    def off_after(self):
        """Seconds, by its own clock, that the session of before the fault was still on."""
        boot, up = self.on[self.held["sid"]]
        return up - self.held["up"] if boot == self.held["boot"] else math.inf

    @property
    def is_on(self):
        return self.status["relay"]


class Play:
    """One scene on one site."""

    def __init__(self, scene, site):
        self.scene, self.site = scene, site
        self.eyes = {name: Eye(name) for name in PHASES}
        self.asleep = False  # the devices themselves are, and cannot be asked
        self.wrong = {name: [] for name in PHASES}
        self.seen = {name: [] for name in PHASES}
        self.fresh = set()  # who was granted anew since the fault
        self.mended_at = self.tapped_at = 0.0

    def outcome(self):
        self.begin()
        faults = Faults(self)
        proof = faults.happen(self.scene.fault)
        self.mended_at = time.monotonic()
        self.judge_sessions()
        self.judge_recovery()
        self.judge_lockout()
        self.judge_recovery()
        self.judge_record()
        seen = {name: "; ".join(words) for name, words in self.seen.items()}
        return Outcome(proof, self.wrong, seen)

    # --- time ---------------------------------------------------------------------------------

    def watch(self, seconds, until=None, tapping=False):
        """Look on; early out when `until` holds. `tapping`: somebody tries the idle machine."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.asleep:
                self.look(tapping=tapping)
            if until is not None and until():
                return True
            time.sleep(0.1)
        return until is None

    def look(self, *, tapping=False):
        for name, eye in self.eyes.items():
            eye.look(self.site.devices[name])
        if tapping and time.monotonic() - self.tapped_at > EACH:
            self.tap("idle")

    def tap(self, name):
        self.tapped_at = time.monotonic()
        self.site.devices[name].do("tap", badge=BADGE)

    # --- before -------------------------------------------------------------------------------

    def begin(self):
        """Each device in its phase; the idle one has nobody's booking."""
        for name, seconds in (("armed", 900), ("running", 900)):
            self.site.do("book", name, seconds)
            self.tap(name)
        self.reach({"armed": "armed", "running": "armed"})
        self.site.devices["running"].do("start")
        self.site.do("book", "grace", 8)
        self.tap("grace")
        self.reach({"grace": "armed"})
        self.site.devices["grace"].do("start")
        self.reach({"idle": "locked", "armed": "armed", "running": "running", "grace": "grace"})
        for eye in self.eyes.values():
            eye.held = eye.status

    def reach(self, states):
        def there():
            return all(self.eyes[name].status["st"] == st for name, st in states.items())

        self.watch(60, there)
        for name, st in states.items():
            status = self.eyes[name].status
            assert status["st"] == st, f"{name} is {status['st']}: {status['log']}"

    # --- judgement ----------------------------------------------------------------------------

    def judge_sessions(self):
        """What the scene must show of each session that was on when the fault came."""
        self.watch(3)  # whatever was held up and comes now, late, must change nothing
        self.watch(LEASE + max(FIN.values()), self.is_settled)
        for name, eye in self.eyes.items():
            if name != "idle":
                self.judge_session(name, eye)
            elif eye.on:
                self.wrong[name].append("the idle machine was on")
            else:
                self.seen[name].append("locked")

    def is_settled(self):
        """Every session of before the fault is over, or renewed where it may be."""
        return all(eye.went_on or not eye.is_on for eye in self.eyes.values())

    def judge_session(self, name, eye):
        show = self.scene.must_show(name)
        limits = {
            LAPSES: LEASE + FIN[name],
            OUTLIVES: LEASE + FIN[name],
            WAKES: max(PAUSE, LEASE + FIN[name]),
            FINISHES: FIN[name],
            POWERLESS: 0,
            IS_OVER: FIN[name] + LEASE / 2,  # told so: its lease has more left
        }
        if show in (GOES_ON, OUTLIVES, WAKES) and eye.went_on:
            self.seen[name].append("renewed")
        elif show == GOES_ON:
            self.wrong[name].append(f"did not go on: {eye.status['log'][-8:]}")
        elif eye.off_after > limits[show] + LATE:
            self.wrong[name].append(f"off after {eye.off_after:.1f} s: {eye.status['log'][-8:]}")
        else:
            woke = show in (WAKES, POWERLESS, FINISHES) and self.scene.part == "device"
            at_once = woke and eye.off_after < 1
            self.seen[name].append("off at once" if at_once else f"off in {eye.off_after:.1f} s")

    def judge_lockout(self):
        """A lockout by staff ends whatever is on by a word, not by the end of its lease."""
        on = [name for name, eye in self.eyes.items() if eye.is_on]
        told = datetime.now(UTC).isoformat()
        began = time.monotonic()
        self.site.do("lock_out")
        self.watch(LEASE, lambda: not any(eye.is_on for eye in self.eyes.values()))
        took = time.monotonic() - began
        for name in on:
            eye = self.eyes[name]
            if eye.is_on or not any(at >= told for at in eye.told_off):
                self.wrong[name].append("was not told that staff have locked it out")
            self.seen[name].append(f"locked out in {took:.1f} s")
        self.site.do("clear")

    def judge_recovery(self):
        """Nobody touches anything but badges: whoever has booked is let in, where nobody is in."""
        began = self.mended_at if not self.fresh else time.monotonic()
        waiting = {name for name in PHASES if not self.eyes[name].is_on} - self.fresh
        for name in waiting:
            self.site.do("book", name, 600)
        while waiting and time.monotonic() - began < BACK:
            for name in waiting:
                self.tap(name)
            self.watch(EACH, lambda waiting=frozenset(waiting): self.are_on(waiting))
            for name in [name for name in waiting if self.eyes[name].is_on]:
                waiting.discard(name)
                self.fresh.add(name)
                self.seen[name].append(f"a tap granted {time.monotonic() - began:.0f} s later")
        for name in waiting:
            log = self.eyes[name].status["log"][-8:]
            self.wrong[name].append(f"no grant within {BACK:.0f} s: {log}")

    def are_on(self, names):
        return all(self.eyes[name].is_on for name in names)

    def judge_record(self):
        """Every answer has its line, as it was said; every session that was on has its grant."""
        record, broken = self.site.do("record"), self.site.do("seal")
        for name, eye in self.eyes.items():
            wrong = self.wrong[name]
            wrong += eye.wrong[:3] + broken
            if lost := {
                n: code for n, code in eye.answers.items() if self.is_lost(record, n, code)
            }:
                wrong.append(f"answered, and not on record as such: {lost}")
            if strange := eye.on.keys() - set(record["granted"]):
                wrong.append(f"on without a grant on record: {strange}")
            silence = [kind for device, kind in record["silence"] if device == name]
            if self.scene.silence not in (None, silence):
                wrong.append(f"of its silence {silence} is on record, not {self.scene.silence}")
            if record["unhandled"]:
                wrong.append("a message broke its own handling")
            if max(record["open"].values(), default=0) > 1:
                wrong.append(f"two sessions of one machine: {record['open']}")
            if not eye.answers:
                wrong.append("never saw an answer: this proves nothing")
            self.seen[name].append(f"answers, all on record: {len(eye.answers)}")

    def is_lost(self, record, nonce, code):
        """A tap repeated after its session has ended is told so; its line keeps the grant."""
        kept = record["taps"].get(nonce)
        return kept is None or (kept != code and code != "session-over")
