"""Booking over HTTP as a browser does, with session and CSRF token: alone and eight at once."""

import sys

from benchmarks import world
from benchmarks.figures import Figure, quantile
from benchmarks.site import Site, await_port

ALONE, SECONDS, CLIENTS, PEOPLE = 300, 10, 8, 400
P50_MS, A_SECOND = 8.0, 200


def measure(site: Site) -> tuple[str, list[Figure]]:
    from bookings.models import Booking

    cookies = world.sign_in(PEOPLE)
    with site.process("web", _web(site)):
        await_port(site.web_port)
        before = Booking.objects.count()
        seen = site.run("benchmarks.booking_load", _plan(site, cookies))
        booked = Booking.objects.count() - before
    answered = len(seen["alone"]) + seen["together"] + seen["warm_up"]
    return (
        f"uvicorn twice; SQLite with {world.MACHINES} machines, {world.MEMBERS:,} members, "
        f"{world.BOOKINGS:,} bookings",
        [
            Figure("booking alone, p50", quantile(seen["alone"], 0.5), "ms", P50_MS),
            Figure("booking alone, p99", quantile(seen["alone"], 0.99), "ms"),
            Figure(
                f"bookings with {CLIENTS} clients",
                seen["together"] / seen["seconds"],
                "/s",
                A_SECOND,
                at_least=True,
            ),
            Figure("refused or failed", seen["failed"], "", 0),
            Figure("answered, but not found in the database", answered - booked, "", 0),
        ],
    )


def _plan(site: Site, cookies: list[str]) -> dict[str, object]:
    return {
        "port": site.web_port,
        "cookies": cookies,
        "slots": list(world.free_slots(12_000)),
        "alone": ALONE,
        "clients": CLIENTS,
        "seconds": SECONDS,
    }


def _web(site: Site) -> list[str]:
    """As deploy/benchkey-web.service runs it."""
    options = ["--workers", "2", "--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    where = ["--host", "127.0.0.1", "--port", str(site.web_port)]
    return [sys.executable, "-m", "uvicorn", "config.asgi:application", *where, *options]
