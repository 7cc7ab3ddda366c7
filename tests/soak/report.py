"""What an hour has shown, as text; and what of it must not be. Reads no process and no database."""

from collections import Counter
from collections.abc import Iterator

MIB = 2**20
WARM = 120  # seconds after which a process has all it needs
GROWTH = 2 * MIB  # of one that lives on
EXPLAINED = 120.0  # seconds after its end in which a fault explains an alarm
KEPT = " retained "  # what the broker kept while no gatekeeper listened is dropped, and told so
EVERYBODYS = ("broker", "gatekeeper")  # whose faults any device may suffer from


def lives(samples: list[dict], part: str) -> Iterator[list[dict]]:
    """Stretches of samples in which none of its processes was exchanged."""
    life: list[dict] = []
    for sample in samples:
        if life and sample["pids"].get(part) != life[-1]["pids"].get(part):
            yield life
            life = []
        if sample["pids"].get(part):
            life.append(sample)
    yield life


def longest(samples: list[dict], part: str) -> list[dict]:
    """Of its lives the longest, from when it was warm."""
    life = max(lives(samples, part), key=len)
    return [sample for sample in life if sample["at"] >= life[0]["at"] + WARM] or life


def unexplained(alarms: list, faults: list[dict]) -> list[str]:
    return [
        f"{device} {code}"
        for device, code, raised in alarms
        if not any(
            fault["part"] in (device, *EVERYBODYS)
            and fault["began"] <= raised <= fault["ended"] + EXPLAINED
            for fault in faults
        )
    ]


def table(samples: list[dict]) -> Iterator[str]:
    """One line for each part: its longest life, and what it held at both ends of that."""
    yield "| part | lived, warm | memory, MiB | files and sockets | threads | processes |"
    yield "|---|---|---|---|---|---|"
    for part in samples[0]["held"]:
        life = longest(samples, part)
        one, other = life[0]["held"][part], life[-1]["held"][part]
        memory = f"{one['rss'] / MIB:.1f} → {other['rss'] / MIB:.1f}"
        rest = (f"{one[what]} → {other[what]}" for what in ("files", "threads", "processes"))
        minutes = (life[-1]["at"] - life[0]["at"]) / 60
        yield f"| {part} | {minutes:.0f} min | {memory} | {' | '.join(rest)} |"


def rows(samples: list[dict]) -> Iterator[str]:
    """Tables that grew."""
    before, after = samples[0]["rows"], samples[-1]["rows"]
    for name, many in after.items():
        if many != before.get(name, 0):
            yield f"{name} {before.get(name, 0)} → {many}"


def files(samples: list[dict], ending: str) -> str:
    """The largest that any was, and what it was in the end, in kB."""
    sizes = [sample["files"] for sample in samples]
    names = sorted({name for size in sizes for name in size if name.endswith(ending)})
    return ", ".join(
        f"{name} {max(size.get(name, 0) for size in sizes) / 1e3:,.0f}"
        f" ({sizes[-1].get(name, 0) / 1e3:,.0f})"
        for name in names
    )


def wrongs(end: dict, samples: list[dict]) -> list[str]:
    """Whatever must not be."""
    found = list(end["wrong"])
    found += [f"answered, and not on record as such: {lost}" for lost in end["lost"]]
    found += [
        f"an alarm of nothing: {alarm}" for alarm in unexplained(end["alarms"], end["faults"])
    ]
    found += [f"a broken chain: {line}" for line in end["broken"]]
    found += [f"dropped: {line}" for line in end["strange"] if KEPT not in line]
    if end["standing"]:
        found.append(f"alarms that stand in the end: {end['standing']}")
    if end["unsealed"]:
        found.append(f"never sealed: {end['unsealed']}")
    for part in ("gatekeeper", "broker"):
        life = longest(samples, part)
        one, other = life[0]["held"][part], life[-1]["held"][part]
        if other["rss"] - one["rss"] > GROWTH or other["files"] > one["files"] + 2:
            found.append(f"{part} grew: {one} → {other}")
    return found


def report(end: dict, samples: list[dict]) -> str:
    faults = Counter(f"{fault['part']} {fault['how']}" for fault in end["faults"])
    codes = Counter(end["answers"].values())
    alarms = Counter(f"{device} {code}" for device, code, _raised in end["alarms"])
    wrong = wrongs(end, samples)
    return "\n".join(
        [
            f"{end['minutes']:.0f} minutes, {end['cpu'] / end['minutes'] / 0.6:.1f} % of a core",
            f"{end['taps']} taps, {len(end['answers'])} answered, {len(end['lost'])} of them not on"
            f" record: {counted(codes)}",
            f"pages: {counted(Counter(end['pages']))}",
            f"{len(end['faults'])} faults: {counted(faults)}",
            f"{len(end['alarms'])} alarms, {end['standing']} stand: {counted(alarms)}",
            "",
            *table(samples),
            "",
            "files, largest (and last), kB: "
            + ", ".join(files(samples, ending) for ending in ("sqlite3", "-wal", ".log")),
            f"tables that grew: {'; '.join(rows(samples))}",
            "",
            *(wrong or ["Nothing grew, nothing was lost, every chain holds."]),
        ]
    )


def counted(counts: Counter) -> str:
    return ", ".join(f"{many} {what}" for what, many in sorted(counts.items())) or "none"
