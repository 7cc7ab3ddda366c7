"""5,000 members with certifications out of two CSV files, while a machine runs and taps go on."""

import csv
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks import world
from benchmarks.figures import Figure, quantile
from benchmarks.site import ROOT, Site

PEOPLE, RATE = 5_000, 20
SECONDS, TAP_P99 = 60.0, 200.0  # the limits
BEFORE = 5.0  # seconds for the devices to be known, and some taps, before the import begins


def measure(site: Site) -> tuple[str, list[Figure]]:
    files = _files(site.directory)
    stop, seen = site.directory / "stop", {}
    with site.broker(), site.process("gatekeeper", [sys.executable, "manage.py", "gatekeeper"]):
        load = threading.Thread(target=_load, args=(site, stop, seen))
        load.start()
        time.sleep(BEFORE)
        took = [_import(site, kind, file) for kind, file in files.items()]
        stop.touch()
        load.join()
    return _setting(site, seen), _figures(took, seen)


def _files(directory: Path) -> dict[str, Path]:
    """Members first: certifications name them."""
    members, held = directory / "members.csv", directory / "certifications.csv"
    _write(
        members, ["name", "email", "badge", "plan", "starts", "until"], map(_member, range(PEOPLE))
    )
    _write(held, ["email", "type", "level", "given"], map(_certification, range(PEOPLE)))
    return {"members": members, "certifications": held}


def _write(file: Path, head: list[str], rows: Any) -> None:
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([head, *rows])


def _member(n: int) -> list[str]:
    until = "" if n % 3 else "2030-12-31"
    return [
        f"Imported {n}",
        f"imported-{n}@example.org",
        f"06{n:012X}",
        "Full",
        "2026-01-01",
        until,
    ]


def _certification(n: int) -> list[str]:
    return [f"imported-{n}@example.org", "CNC", "2", "2026-02-01"]


def _import(site: Site, kind: str, file: Path) -> float:
    """Seconds, from the command's start to its end."""
    began = time.perf_counter()
    command = [sys.executable, "manage.py", "import_csv", str(file), "--kind", kind]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **site.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or f"{PEOPLE:,} new" not in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    return time.perf_counter() - began


def _load(site: Site, stop: Path, seen: dict[str, Any]) -> None:
    devices = {f"large-{n}": world.owner_badge(n) for n in range(world.MACHINES)}
    strangers = [world.badge(n) for n in range(1_000, 2_000)]
    plan = {"port": site.broker_port, "devices": devices, "strangers": strangers}
    seen.update(site.run("benchmarks.import_load", {**plan, "rate": RATE, "stop": str(stop)}))


def _figures(took: list[float], seen: dict[str, Any]) -> list[Figure]:
    return [
        Figure(f"{PEOPLE:,} members in", took[0], "s"),
        Figure(f"{PEOPLE:,} certifications in", took[1], "s"),
        Figure("together", sum(took), "s", SECONDS),
        Figure("lines a second", 2 * PEOPLE / sum(took), "/s"),
        Figure(f"taps meanwhile, {RATE}/s", float(len(seen["taps"])), ""),
        Figure("tap → answer meanwhile, p50", quantile(seen["taps"], 0.5), "ms"),
        Figure("tap → answer meanwhile, p99", quantile(seen["taps"], 0.99), "ms", TAP_P99),
        Figure("tap → answer meanwhile, longest", max(seen["taps"]), "ms"),
        Figure("messages lost", seen["lost"], "", 0),
        Figure("leases of the running machine", seen["leases"], ""),
        Figure("states of it without a lease within 5 s", seen["missed"], "", 0),
        Figure("times it was told to switch off", seen["cut"], "", 0),
    ]


def _setting(site: Site, seen: dict[str, Any]) -> str:
    codes = ", ".join(f"{count} {code}" for code, count in sorted(seen["codes"].items()))
    return f"{site.broker_kind}, SQLite with {world.MEMBERS:,} members before; {codes}"
