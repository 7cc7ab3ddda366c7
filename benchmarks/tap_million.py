"""The tap again, where a million bookings lie about."""

import shutil

from benchmarks import tap
from benchmarks.figures import Figure
from benchmarks.site import Site

BOOKINGS = 1_000_000


def measure(site: Site) -> tuple[str, list[Figure]]:
    larger = Site(site.directory / "million")
    shutil.copyfile(site.database, larger.database)
    larger.fill(str(BOOKINGS))
    where = f"SQLite with {tap.setting(BOOKINGS)}"
    return tap.measure_on(larger, where, tap.TAPS_A_SECOND)
