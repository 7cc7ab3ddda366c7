"""Which part meets which fault in which phase, and what must then be seen. Knows no process.

python -m tests.faults prints the table of docs/faults.md out of this.
"""

from dataclasses import dataclass

LEASE = 30
AWAY = 42.0  # seconds that something killed stays dead: longer than a lease and seconds to finish
PAUSE = 30.0
BACK = 45.0  # seconds after the end of the fault in which a new tap must be granted
FIN = {"idle": 0, "armed": 0, "running": 8, "grace": 20}
PHASES = tuple(FIN)
PARTS = ("broker", "gatekeeper", "PostgreSQL", "SQLite", "network", "device")
FAULTS = ("killed", "restarted", "paused", "slow", "clock")

MEANT = {
    "killed": f"`kill -9`, and back after {AWAY:.0f} s",
    "restarted": "`kill -9`, and started again at once",
    "paused": f"stands still for {PAUSE:.0f} s, then goes on as if nothing had happened",
    "slow": "works for 50 ms of each half second",
    "clock": "its wall clock is put forward by an hour, and back",
}
HOW = {
    ("PostgreSQL", "killed"): f"all of it `kill -9`, and back after {AWAY:.0f} s",
    ("PostgreSQL", "restarted"): "all of it `kill -9`, and started again at once",
    ("PostgreSQL", "paused"): f"all of it stands still for {PAUSE:.0f} s",
    ("SQLite", "paused"): f"somebody else holds its write lock for {PAUSE:.0f} s",
    ("SQLite", "slow"): "somebody else holds its write lock for 0.8 s of each second",
    ("network", "killed"): f"every connection cut, and none made for {AWAY:.0f} s",
    ("network", "restarted"): "every connection cut, and none made for 2 s",
    ("network", "paused"): f"not a byte for {PAUSE:.0f} s, but every connection stays",
    ("network", "slow"): "every byte takes 0.7 s, both ways",
    ("device", "killed"): f"its power fails for {AWAY:.0f} s",
    ("device", "restarted"): "its power fails for a moment",
    ("device", "paused"): f"its program hangs for {PAUSE:.0f} s, without a watchdog",
}
NO_PROCESS = "it has no process of its own, and dies with the gatekeeper: see there"
CANNOT = {
    ("SQLite", "killed"): NO_PROCESS,
    ("SQLite", "restarted"): NO_PROCESS,
    ("SQLite", "clock"): "it has no clock of its own: it is the gatekeeper's; see there",
    ("network", "clock"): "it has no clock",
}

# What must be on record of a silence of 35 s.
MISSED = ["alarm", "alarm-over"]
SILENCE: dict[tuple[str, str], list[str]] = {
    ("device", "killed"): MISSED,
    ("network", "killed"): [],
}

# What must be seen of a session that was on, besides what must always be.
LOCKED = "stays locked"
LAPSES = "off within its lease, and what is left to finish"
OUTLIVES = "off in that time, too, unless it was over before the lease was"
GOES_ON = "the session goes on"
FINISHES = "off when its seconds to finish are over"
POWERLESS = "off at once, and locked after the boot"
WAKES = "off with the first thing it does, if time was up meanwhile, or renewed"
IS_OVER = "off at once, or after the job: its time is over by that clock"


@dataclass(frozen=True)
class Outcome:
    """Of one scene: how the fault is known to have been there, and what was seen by phase."""

    proof: str
    wrong: dict[str, list[str]]
    seen: dict[str, str]


@dataclass(frozen=True)
class Scene:
    """One part with one fault. Four devices live through it, each in another phase."""

    part: str
    fault: str

    def must_show(self, phase: str) -> str:
        if phase == "idle":
            return LOCKED
        if self.part == "device" and self.fault in ("killed", "restarted"):
            return POWERLESS
        if phase == "grace":
            return FINISHES
        if self.fault == "killed":
            return LAPSES
        if self.fault == "paused":
            return WAKES if self.part == "device" else OUTLIVES
        judged_by_it = self.part == "gatekeeper" and self.fault == "clock"
        return IS_OVER if judged_by_it else GOES_ON

    @property
    def silence(self) -> list[str] | None:
        """What must be on record of each device's silence; None where it may be too short.

        The cut network takes the gatekeeper's connection, too: then it calls nobody silent.
        """
        return SILENCE.get((self.part, self.fault))

    @property
    def how(self) -> str:
        return HOW.get((self.part, self.fault), MEANT[self.fault])


SCENES = tuple(
    Scene(part, fault) for part in PARTS for fault in FAULTS if (part, fault) not in CANNOT
)
DAILY = (Scene("broker", "restarted"), Scene("gatekeeper", "restarted"))


def page() -> str:
    """The table of all cells, as Markdown."""
    lines = ["| part | fault | idle | armed | running | GRACE |", "|---|---|---|---|---|---|"]
    for part in PARTS:
        for fault in FAULTS:
            if why := CANNOT.get((part, fault)):
                lines.append(f"| {part} | {fault} | cannot be: {why} | | | |")
                continue
            scene = Scene(part, fault)
            cells = " | ".join(scene.must_show(phase) for phase in PHASES)
            lines.append(f"| {part} | {fault}: {scene.how} | {cells} |")
    return "\n".join(lines)


def table(outcomes):
    """What was seen: of each scene, how the fault was proven; of each cell, whether it held."""
    lines = ["| part and fault | proven by | idle | armed | running | GRACE |"]
    lines.append("|---|---|---|---|---|---|")
    for scene, outcome in outcomes.items():
        cells = " | ".join(_told(scene, phase, outcome) for phase in PHASES)
        lines.append(f"| {scene.part} {scene.fault} | {outcome.proof} | {cells} |")
    return "\n".join(lines)


def _told(scene, phase, outcome):
    verdict = "FAILED" if outcome.wrong[phase] else "ok"
    return f"{verdict}: {scene.must_show(phase)}: {outcome.seen[phase]}"
