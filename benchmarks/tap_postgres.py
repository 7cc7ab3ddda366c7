"""The tap again on PostgreSQL with a million bookings: by one gatekeeper, then by two at once.

Two are there so that one may die: each handles every message, so two are not faster.
"""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks import tap
from benchmarks.figures import Figure
from benchmarks.postgres import postgres
from benchmarks.site import Site
from benchmarks.tap_million import BOOKINGS

TAPS_A_SECOND = 800


def measure(site: Site) -> tuple[str, list[Figure]]:
    with postgres(site.directory / "postgres-data") as url:
        if not url:
            return "no PostgreSQL here", []
        other = Site(site.directory / "postgres", url)
        other.fill("new", str(BOOKINGS))
        where = f"PostgreSQL with {tap.setting(BOOKINGS)}"
        told, one = tap.measure_on(other, where, TAPS_A_SECOND)
        _told, two = tap.measure_on(other, where, None, gatekeepers=2)
    return told, [*one, *_of_two(two)]


def _of_two(figures: list[Figure]) -> Iterator[Figure]:
    """Told, not judged: two processes, a broker and the load do not fit on two cores."""
    for figure in figures:
        keeps_limit = figure.limit == 0
        limit = figure.limit if keeps_limit else None
        yield replace(figure, what=f"two gatekeepers: {figure.what}", limit=limit)
