"""A tap from the reader to its answer, beside a bare echo by the same broker at the same time."""

import contextlib
import sys
from typing import Any

import psutil

from benchmarks import world
from benchmarks.figures import Figure, quantile
from benchmarks.site import Site

STEADY = 100
RATES = ((STEADY, 3), (1, 15), (STEADY, 15))  # taps a second, seconds; the first is to warm up
FLAT_SECONDS, WINDOW = 8, 64
P50_ABOVE_ECHO, P99_ABOVE_ECHO, TAPS_A_SECOND, MEBIBYTES = 1.5, 8.0, 2_000, 80


def measure(site: Site) -> tuple[str, list[Figure]]:
    return measure_on(site, f"SQLite with {setting(world.BOOKINGS)}", TAPS_A_SECOND)


def measure_on(
    site: Site, where: str, taps_a_second: int | None, gatekeepers: int = 1
) -> tuple[str, list[Figure]]:
    """The same on any database; without a limit for the flat rate nothing is judged."""
    before = site.count_taps()
    with site.broker(), _echo(site), contextlib.ExitStack() as running:
        keepers = [running.enter_context(_gatekeeper(site, n)) for n in range(gatekeepers)]
        seen = site.run("benchmarks.load", _plan(site))
        resident = max(psutil.Process(keeper.pid).memory_info().rss for keeper in keepers)
    committed = site.count_taps() - before
    figures = [figure for rate, at in seen["rates"] for figure in _steady(rate, at)]
    figures += _flat(seen, committed, taps_a_second)
    figures.append(Figure("resident memory of a gatekeeper", resident / 2**20, "MiB", MEBIBYTES))
    return f"{site.broker_kind}, {where}; {_codes(seen)}", figures


def setting(bookings: int) -> str:
    return f"{world.MACHINES} machines, {world.MEMBERS:,} members, {bookings:,} bookings"


def _plan(site: Site) -> dict[str, object]:
    return {
        "port": site.broker_port,
        "devices": {f"large-{n}": world.owner_badge(n) for n in range(world.MACHINES)},
        "strangers": [world.badge(n) for n in range(1_000, world.MEMBERS)],
        "rates": RATES,
        "window": WINDOW,
        "flat_seconds": FLAT_SECONDS,
    }


def _steady(rate: int, at: dict[str, Any]) -> list[Figure]:
    """Only where there are many enough is a quantile more than an anecdote."""
    figures = []
    for name, share, above in (("p50", 0.5, P50_ABOVE_ECHO), ("p99", 0.99, P99_ABOVE_ECHO)):
        echo, tap = quantile(at["echoes"], share), quantile(at["taps"], share)
        limit = echo + above if rate == STEADY else None
        figures.append(Figure(f"echo at {rate}/s, {name}", echo, "ms"))
        figures.append(Figure(f"tap → answer at {rate}/s, {name}", tap, "ms", limit))
    return figures


def _flat(seen: dict[str, Any], committed: int, taps_a_second: int | None) -> list[Figure]:
    flat, echo = seen["flat"], seen["flat_echo"]
    answered = sum(len(at["taps"]) for _rate, at in seen["rates"]) + flat["answered"]
    answered += RATES[0][0] * RATES[0][1]
    return [
        Figure(f"echoes flat out, {WINDOW} out", echo["answered"] / echo["seconds"], "/s"),
        Figure(
            f"committed taps flat out, {WINDOW} out",
            flat["answered"] / flat["seconds"],
            "/s",
            taps_a_second,
            at_least=True,
        ),
        Figure("taps answered, but not found in the database", max(0, answered - committed), "", 0),
        Figure("messages lost", seen["lost"], "", 0),
    ]


def _codes(seen: dict[str, Any]) -> str:
    steady, flat = seen["rates"][-1][1]["codes"], seen["flat_codes"]
    told = [
        ", ".join(f"{n} {code}" for code, n in sorted(codes.items())) for codes in (steady, flat)
    ]
    return f"at {STEADY}/s {told[0]}; flat out {told[1]}"


def _echo(site: Site) -> contextlib.AbstractContextManager[Any]:
    return site.process("echo", [sys.executable, "-m", "benchmarks.echo", str(site.broker_port)])


def _gatekeeper(site: Site, number: int) -> contextlib.AbstractContextManager[Any]:
    name = f"gatekeeper-{number}"
    return site.process(name, [sys.executable, "manage.py", "gatekeeper", "--name", name])
