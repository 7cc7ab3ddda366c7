"""The tap again on PostgreSQL with a million bookings: by one gatekeeper, then by two at once.

Two are there so that one may die: each handles every message, so two are not faster. What is
answered is on the disk first, so each tap waits for it: what the disk alone takes is told beside.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import tap
from benchmarks.figures import Figure, quantile
from benchmarks.postgres import postgres
from benchmarks.site import Site
from benchmarks.tap_million import BOOKINGS

TAPS_A_SECOND = 800
PAGE, PAGES = 8192, 300


def measure(site: Site) -> tuple[str, list[Figure]]:
    with postgres(site.directory / "postgres-data") as url:
        if not url:
            return "no PostgreSQL here", []
        other = Site(site.directory / "postgres", url)
        other.fill("new", str(BOOKINGS))
        where = f"PostgreSQL with {tap.setting(BOOKINGS)}"
        disk = _disk(other.directory)
        told, one = tap.measure_on(other, where, TAPS_A_SECOND)
        _told, two = tap.measure_on(other, where, None, gatekeepers=2)
    return told, [*disk, *one, *_of_two(two)]


def _of_two(figures: list[Figure]) -> Iterator[Figure]:
    """Told, not judged: two processes, a broker and the load do not fit on two cores."""
    for figure in figures:
        keeps_limit = figure.limit == 0
        limit = figure.limit if keeps_limit else None
        yield replace(figure, what=f"two gatekeepers: {figure.what}", limit=limit)


def _disk(directory: Path) -> list[Figure]:
    """What a commit waits for, whoever asks for it: a page to the disk, as often as taps come."""
    took = []
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        os.pwrite(file.fileno(), bytes(PAGE * PAGES), 0)  # as PostgreSQL uses its files again
        os.fsync(file.fileno())
        for number in range(PAGES):
            os.pwrite(file.fileno(), os.urandom(PAGE), PAGE * number)
            before = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - before) * 1000)
            time.sleep(1 / tap.STEADY)
    what = f"a page to the disk at {tap.STEADY}/s"
    return [
        Figure(f"{what}, p50", quantile(took, 0.5), "ms"),
        Figure(f"{what}, p99", quantile(took, 0.99), "ms"),
    ]
