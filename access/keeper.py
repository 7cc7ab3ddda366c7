"""Sees to it that the broker is set right: when it comes back, at changes, every few minutes.

Each round has a thread of its own: an administration that hangs must not hold up a tap.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, connections

from access.broker.backends import Backend, BrokerError
from access.services.broker import broker_is_behind, reconcile_broker

logger = logging.getLogger(__name__)

EVERY = 300.0  # seconds; what others change at the broker stands no longer than that
AGAIN = 5.0  # after a round that failed, or left something undone


class Keeper:
    """Told of each new epoch, it starts a round when one is due. Without a back end it rests."""

    def __init__(self, backend: Backend | None, clock: Callable[[], datetime]) -> None:
        self._backend, self._clock = backend, clock
        self._thread: threading.Thread | None = None
        self._due_at = 0.0
        self._failed = False
        self._epoch = -1

    def look(self, epoch: int, mono: float) -> None:
        """Costs nothing while no fact has moved. `mono` is the monotonic clock, in seconds."""
        if self._backend is None or (self._thread is not None and self._thread.is_alive()):
            return
        if self._failed:
            self._failed, self._due_at = False, min(self._due_at, mono + AGAIN)
        moved, self._epoch = epoch != self._epoch, epoch
        if mono >= self._due_at or (moved and broker_is_behind()):
            self._due_at = mono + EVERY
            self._thread = threading.Thread(target=self._round, args=(self._backend,), daemon=True)
            self._thread.start()

    def hurry(self) -> None:
        """The connection came or went: the broker may have come back with an older file."""
        self._due_at = 0.0

    def _round(self, backend: Backend) -> None:
        try:
            outcome = reconcile_broker(backend=backend, now=self._clock())
            self._failed = bool(outcome.failed)
            if outcome.done:
                logger.info("the broker was told %d changes", len(outcome.done))
        except (BrokerError, DatabaseError) as error:
            self._failed = True
            logger.warning("the broker is not set right: %s", error)
        except Exception:
            self._failed = True
            logger.exception("a round of setting the broker right was broken off")
        finally:
            connections.close_all()
