"""Calendar apps asking for feeds: of a large space, and of six hundred members and machines.

What one answer costs is measured in a process of its own on a database of its own, which grows to
a million bookings; how many answers a second, over HTTP.
"""

import sys

from benchmarks.figures import Figure
from benchmarks.site import Site, await_port

SIZES = (10_000, 1_000_000)
MEMBERS, MACHINES, CLIENTS, SECONDS = 400, 200, 8, 8
A_SECOND = 500


def measure(site: Site) -> tuple[str, list[Figure]]:
    plan = {"sizes": SIZES}
    address = f"sqlite:///{site.directory / 'feed.sqlite3'}"
    found = site.run("benchmarks.feed_load", plan, DATABASE_URL=address)
    figures = [Figure(**figure) for figure in found]
    with site.process("web", _web(site)):
        await_port(site.web_port)
        plan = {"port": site.web_port, "paths": _paths(), "clients": CLIENTS, "seconds": SECONDS}
        seen = site.run("benchmarks.feed_clients", plan)
    rate = seen["unchanged"] / seen["seconds"]
    return (
        f"SQLite; {MEMBERS + MACHINES} feeds asked by {CLIENTS} clients of uvicorn twice",
        [
            *figures,
            Figure("unchanged, over HTTP", rate, "/s", A_SECOND, at_least=True),
            Figure("answered otherwise", seen["failed"], "", 0),
        ],
    )


def _paths() -> list[str]:
    from datetime import UTC, datetime

    from calendars.models import Feed
    from calendars.services import make_feed
    from equipment.models import Machine
    from members.models import Member

    now, members = datetime.now(UTC), list(Member.objects.order_by("pk")[:MEMBERS])
    feeds = [make_feed(member=member, kind=Feed.Kind.MINE, now=now) for member in members]
    for machine, member in zip(Machine.objects.order_by("pk")[:MACHINES], members, strict=False):
        feeds.append(make_feed(member=member, kind=Feed.Kind.MACHINE, machine=machine, now=now))
    return [f"/feeds/{feed.token}.ics" for feed in feeds]


def _web(site: Site) -> list[str]:
    """As deploy/benchkey-web.service runs it."""
    options = ["--workers", "2", "--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    where = ["--host", "127.0.0.1", "--port", str(site.web_port)]
    return [sys.executable, "-m", "uvicorn", "config.asgi:application", *where, *options]
