"""A tap from the reader to its answer, beside a bare echo by the same broker at the same time."""

import sys

from benchmarks import world
from benchmarks.figures import Figure, quantile
from benchmarks.site import Site

RATE, SECONDS, FLAT_SECONDS, WINDOW = 100, 15, 8, 64
P50_ABOVE_ECHO, P99_ABOVE_ECHO, TAPS_A_SECOND = 1.5, 8.0, 1_500


def measure(site: Site) -> tuple[str, list[Figure]]:
    from access.models import AccessEvent

    with site.broker(), _echo(site), site.process("gatekeeper", _manage("gatekeeper")):
        before = AccessEvent.objects.filter(kind="tap").count()
        seen = site.run("benchmarks.load", _plan(site))
        committed = AccessEvent.objects.filter(kind="tap").count() - before
    return _setting(site, seen), _figures(seen, committed)


def _plan(site: Site) -> dict[str, object]:
    return {
        "port": site.broker_port,
        "devices": {f"large-{n}": world.owner_badge(n) for n in range(world.MACHINES)},
        "strangers": [world.badge(n) for n in range(1_000, world.MEMBERS)],
        "rate": RATE,
        "warm_up": 3,
        "seconds": SECONDS,
        "window": WINDOW,
        "flat_seconds": FLAT_SECONDS,
    }


def _figures(seen: dict[str, object], committed: int) -> list[Figure]:
    echo50, echo99 = quantile(seen["echoes"], 0.5), quantile(seen["echoes"], 0.99)
    flat, flat_echo = seen["flat"], seen["flat_echo"]
    answered = RATE * 3 + len(seen["taps"]) + flat["answered"]
    return [
        Figure(f"echo at {RATE}/s, p50", echo50, "ms"),
        Figure(f"echo at {RATE}/s, p99", echo99, "ms"),
        Figure(
            f"tap → answer at {RATE}/s, p50",
            quantile(seen["taps"], 0.5),
            "ms",
            echo50 + P50_ABOVE_ECHO,
        ),
        Figure(
            f"tap → answer at {RATE}/s, p99",
            quantile(seen["taps"], 0.99),
            "ms",
            echo99 + P99_ABOVE_ECHO,
        ),
        Figure(
            f"echoes flat out, {WINDOW} out", flat_echo["answered"] / flat_echo["seconds"], "/s"
        ),
        Figure(
            f"committed taps flat out, {WINDOW} out",
            flat["answered"] / flat["seconds"],
            "/s",
            TAPS_A_SECOND,
            at_least=True,
        ),
        Figure("taps answered, but not found in the database", max(0, answered - committed), "", 0),
        Figure("messages lost", seen["lost"], "", 0),
    ]


def _setting(site: Site, seen: dict[str, object]) -> str:
    codes = ", ".join(f"{count} {code}" for code, count in sorted(seen["steady_codes"].items()))
    flat = ", ".join(f"{count} {code}" for code, count in sorted(seen["flat_codes"].items()))
    return (
        f"{site.broker_kind}, SQLite with {world.MACHINES} machines, {world.MEMBERS:,} members, "
        f"{world.BOOKINGS:,} bookings; at {RATE}/s {codes}; flat out {flat}"
    )


def _echo(site: Site):
    return site.process("echo", [sys.executable, "-m", "benchmarks.echo", str(site.broker_port)])


def _manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]
