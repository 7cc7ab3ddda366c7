"""Boards of 200 machines with few and with many bookings in the table, on each database.

The bookings of the week that is shown are the same in all of them: what differs is how much lies
behind. Each database is a process of its own, as a process knows one only.
"""

from benchmarks.figures import Figure
from benchmarks.postgres import postgres
from benchmarks.site import Site

SIZES = (10_000, 1_000_000)


def measure(site: Site) -> tuple[str, list[Figure]]:
    figures = []
    with postgres(site.directory / "postgres") as url:
        sqlite = f"sqlite:///{site.directory / 'board.sqlite3'}"
        for name, address in (("SQLite", sqlite), ("PostgreSQL", url)):
            if address:
                plan = {"database": name, "sizes": SIZES}
                found = site.run("benchmarks.board_load", plan, DATABASE_URL=address)
                figures += [Figure(**figure) for figure in found]
    return "server time with rules for all gaps, no network, one member", figures
