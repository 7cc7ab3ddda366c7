"""Fills one database and asks it for feeds, without a network; in a process of its own.

python -m benchmarks.feed_load reads its plan as JSON and prints its figures as JSON.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import world
from benchmarks.board_load import fill
from benchmarks.figures import Figure, quantile

WARM_MS, UNCHANGED_MS = 50.0, 3.0
EACH, EVERY = 50, 4 * 86_400  # bookings of one machine in the window, and the seconds between them
BEFORE = timedelta(days=60)  # what lies behind the window ends then
TIMES = 30


def main() -> None:
    plan = json.load(sys.stdin)
    import django

    django.setup()
    from bookings.models import Booking
    from calendars.models import Feed
    from calendars.services import make_feed
    from members.models import Member, Space

    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    world.place_and_people(now)
    fill(EACH, now - timedelta(days=26), f"n.i * {EVERY}", 7200, state="confirmed", holds=True)
    member, space = Member.objects.order_by("pk")[0], Space.objects.get(slug="large")
    feeds = {
        f"{EACH * world.MACHINES:,} bookings": make_feed(
            member=member, kind=Feed.Kind.SPACE, space=space, now=now
        ),
        "a member's own": make_feed(member=member, kind=Feed.Kind.MINE, now=now),
    }
    figures: list[Figure] = []
    for size in plan["sizes"]:
        each = (size - Booking.objects.count()) // world.MACHINES
        if each > 0:
            base = now - BEFORE - each * timedelta(hours=2)
            fill(each, base, "n.i * 7200", 3600, state="done", holds=False)
        for what, feed in feeds.items():
            told = f"{what} of {Booking.objects.count():,}"
            figures += _asked(told, f"/feeds/{feed.token}.ics")
    print(json.dumps([asdict(figure) for figure in figures]))


def _asked(what: str, path: str) -> Iterator[Figure]:
    """The whole feed for the first time, again, packed, and when nothing has changed."""
    from calendars.claims import kept

    kept.clear()
    (cold,), _cpu, tag = _times(path, 1)
    warm, warm_cpu, _tag = _times(path, TIMES)
    packed, _cpu, _tag = _times(path, TIMES, accept_encoding="gzip")
    unchanged, unchanged_cpu, _tag = _times(path, TIMES, if_none_match=tag)
    yield Figure(f"{what}: first, nothing kept", cold, "ms")
    yield Figure(f"{what}: warm, p50", quantile(warm, 0.5), "ms", WARM_MS)
    yield Figure(f"{what}: warm, of that CPU", quantile(warm_cpu, 0.5), "ms")
    yield Figure(f"{what}: warm and packed, p50", quantile(packed, 0.5), "ms")
    yield Figure(f"{what}: unchanged, p50", quantile(unchanged, 0.5), "ms", UNCHANGED_MS)
    yield Figure(f"{what}: unchanged, of that CPU", quantile(unchanged_cpu, 0.5), "ms")


def _times(path: str, times: int, **headers: str) -> tuple[list[float], list[float], str]:
    """Milliseconds of each, those of CPU, and the last tag."""
    from django.core.cache import cache
    from django.test import Client

    cache.clear()  # one address is not asked so often
    client = Client(headers=headers, SERVER_NAME="localhost")
    took: list[float] = []
    cpu: list[float] = []
    response: Any = None
    for _time in range(times):
        began, worked = time.perf_counter(), time.process_time()
        response = client.get(path)
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
        if response.status_code != (304 if "if_none_match" in headers else 200):
            raise RuntimeError(f"{path} answered {response.status_code}")
    return took, cpu, response["ETag"]


if __name__ == "__main__":
    main()
