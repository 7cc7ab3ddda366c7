"""Tells open pages that something changed: one poll per web process, one line to each listener.

It says that, never what: the page then asks for itself again, with its own rights. Nothing here
depends on who listens, so a stream holds no database connection and no session.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

from django.db import Error, connection
from django.db.models import Subquery

from access.models import AccessEvent
from members.models import AccessEpoch, Change

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
MOST_LISTENERS = 400  # per web process; one more is asked to come back later
# Time alone changes what a page says, so each is told at least this often; spread out, so that
# not all of them ask at once. It also finds connections whose other end is gone.
QUIET_SECONDS = (40.0, 60.0)

Version = tuple[int | None, ...]


class Full(Exception):
    """There are as many listeners as this process serves."""


class Hub:
    """The listeners of one process, and the one task that looks for them."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._listeners)

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set after each change; polling goes on while anybody holds one."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise Full
        changed = asyncio.Event()
        self._listeners.add(changed)
        if self._task is None or self._task.done():
            # Outside the request's context: that one's thread is gone when its stream ends.
            self._task = asyncio.create_task(self._poll(), context=Context())
        try:
            yield changed
        finally:
            self._listeners.discard(changed)

    async def _poll(self) -> None:
        """One thread with one connection, both closed when the last listener has left."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "live") as thread:
            seen = await loop.run_in_executor(thread, version)
            while self._listeners:
                await asyncio.sleep(POLL_SECONDS)
                now = await loop.run_in_executor(thread, version)
                if now != seen:
                    seen = now
                    for changed in self._listeners:
                        changed.set()
            self._task = None  # before the last await: whoever comes meanwhile starts anew
            await loop.run_in_executor(thread, disconnect)


hub = Hub()


def version() -> Version | None:
    """What any change moves: the epoch, the newest Change, the newest access event. One query."""
    changes = Change.objects.order_by("-pk").values("pk")[:1]
    events = AccessEvent.objects.order_by("-pk").values("pk")[:1]
    try:
        rows = AccessEpoch.objects.filter(pk=1)
        return rows.values_list("number", Subquery(changes), Subquery(events)).first()
    except Error as error:  # restarting, or busy: the next look will tell
        log.warning("live: %s", error)
        connection.close()
        return None


def disconnect() -> None:
    """Looks the connection up in the thread that runs this: each thread has its own."""
    connection.close()


async def stream() -> AsyncIterator[str]:
    """Server-sent events (HTML standard, section 9.2): `change`, without content."""
    with hub.listening() as changed:
        yield "retry: 3000\n\n"
        while True:
            with contextlib.suppress(TimeoutError):
                quiet = random.uniform(*QUIET_SECONDS)  # noqa: S311  spreads load, keeps no secret
                await asyncio.wait_for(changed.wait(), quiet)
            changed.clear()
            yield "event: change\ndata:\n\n"
