"""The gatekeeper: hears the broker, handles what it heard, and looks at the clock. One thread.

It decides nothing itself and may be killed at any moment: devices lock by their own clocks.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from access import services
from access.broker.backends import Backend
from access.gathering import Gathering
from access.keeper import Keeper
from access.models import GatekeeperStatus
from access.mqtt import STANDSTILL, Adapter
from access.parting import Partings
from access.records import Inbound, Outbound
from access.rounds import Rounds
from access.services.chain import drop_answers
from access.services.gatekeepers import note_jump
from access.services.parting import say_farewell
from access.services.stock import to_play
from access.services.strangers import forget_strangers
from access.stocks import Stocks
from access.watch import Watch

logger = logging.getLogger(__name__)

MOST = 16  # messages in one transaction
LOOK = 0.1  # seconds between looks at the epoch
CHORES = 1.0
BEAT = 2.0
SEAL = 0.2
ANSWERS = 1.0  # at 200 each, more than taps come for long
TIDY = 60.0
LISTS = 1.0
STOCK = 5.0
JUMP = 5.0  # seconds the wall clock may differ from the monotonic one
LONGEST_BACK_OFF = 5.0


class Gatekeeper:
    """Runs until `stop`."""

    def __init__(
        self,
        broker_url: str,
        name: str,
        *,
        backend: Backend | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.watch = Watch()
        self.rounds = Rounds()
        self.partings = Partings()
        self.stocks = Stocks()
        self.gathering = Gathering()
        self.stopping = False
        self._clock, self._monotonic = clock, monotonic
        self._adapter = Adapter(broker_url, name, self._hear)
        self._keeper = Keeper(backend, clock)
        self._started_at = clock()
        self._epoch = -1
        self._next_end: datetime | None = None
        self._due = dict.fromkeys(
            ("look", "chores", "beat", "seal", "answers", "tidy", "lists", "stock"), 0.0
        )
        self._offset = self._wall_offset()
        self._turned_at = monotonic()
        self._connected_at: datetime | None = None
        self._trouble = ""
        self._back_off = 0.0
        self._back_off_until = 0.0

    def run(self) -> None:
        services.start_listening(self.watch, self._monotonic())
        while not self.stopping:
            self.turn()
        if self._adapter.connected:
            self._connected_at = self._clock()  # until when it was
        with suppress(DatabaseError):  # its last word is a courtesy
            self._beat(connected=False)
        self._adapter.close()

    def stop(self) -> None:
        self.stopping = True

    def turn(self) -> None:
        """Once around: network, one batch, clocks."""
        self._adapter.work(self._patience())
        self._notice_connection()
        self._notice_standstill()
        if not self._may_try():
            return
        try:
            self._handle_waiting()
            self._look_at_clocks()
        except (OperationalError, InterfaceError) as error:
            self._pause(f"database: {error}")
        except Exception as error:  # one machine's trouble must not lock all the others
            logger.exception("a round was broken off")
            self._pause(repr(error))
        else:
            self._back_off, self._trouble = 0.0, ""

    def _waits(self) -> bool:
        """Whether something is to be handled now; heartbeats alone are gathered for a moment."""
        if self.stocks.waiting or len(self._adapter) >= MOST:
            return True
        return bool(self._adapter) and self.gathering.left(self._monotonic()) == 0.0

    # --- messages -----------------------------------------------------------------------------

    def _hear(self, inbound: Inbound) -> None:
        """A message has arrived; taps that wait behind it may be stale already."""
        self.gathering.hear(inbound, self._monotonic())
        message = inbound.message
        self.partings.hear(message)
        up = getattr(message, "up", None)
        if message is not None and up is not None and self.watch.may_count(inbound):
            self.watch.hear_second(message.device, message.boot or "", up)

    def _handle_waiting(self) -> None:
        if not self._waits():
            return
        taken = self._adapter.take(MOST)
        arrived = self._play([waiting.inbound for waiting in taken])
        try:
            self._publish(self._handled(arrived))
        except (OperationalError, InterfaceError):
            self._adapter.give_back(taken)
            raise
        except Exception:
            self._adapter.ack(taken)  # a broker hands out nothing more once twenty are not acked
            raise
        self._adapter.ack(taken)
        if not self._adapter:
            self.gathering.clear()

    def _handled(self, arrived: Sequence[Inbound]) -> Sequence[Outbound]:
        if not arrived:
            return ()
        return services.handle(arrived, now=self._clock(), mono=self._monotonic(), watch=self.watch)

    def _play(self, arrived: list[Inbound]) -> list[Inbound]:
        """What stock firmware said becomes what a device of protocol v1 would say."""
        if not self.stocks:
            return arrived
        native, commands = self.stocks.translate(arrived, self._monotonic())
        self._adapter.publish(commands)
        return native + self.stocks.take(MOST)

    def _publish(self, said: Sequence[Outbound]) -> None:
        """To the broker; or, for stock firmware, to the memory that plays its device."""
        kept = self.stocks.keep(said, self._monotonic()) if self.stocks else said
        self._adapter.publish(kept)

    # --- clocks -------------------------------------------------------------------------------

    def _look_at_clocks(self) -> None:
        if self._is_due("beat", BEAT):  # first, so that it tells of trouble with the rest
            self._beat(connected=self._adapter.connected)
        if self._is_due("look", LOOK):
            self._notice_jump()
            self._look()
        if self._is_due("lists", LISTS):
            services.look_for_changes(
                self.rounds,
                epoch=self._epoch,
                greeted=self.watch.greeted,
                now=self._clock(),
                mono=self._monotonic(),
            )
        self._look_at_stock()
        if not self._waits() and self.rounds.is_busy:  # a slice between two looks at messages
            self._publish(services.issue_next(self.rounds, now=self._clock()))
        if not self._waits() and self._is_due("seal", SEAL) and services.seal():
            return  # more of the log may wait to be sealed, but messages come first
        if not self._waits() and self._is_due("answers", ANSWERS):
            drop_answers(self._clock())
        if self._is_due("tidy", TIDY):
            self.watch.tidy(self._monotonic())
            services.purge_candidates(self._clock())
            forget_strangers(self._clock())

    def _look(self) -> None:
        """Decide again when a fact has moved or a grant has ended; each second do the chores."""
        now, epoch = self._clock(), services.epoch()
        moved = epoch != self._epoch
        ended = self._next_end is not None and now >= self._next_end
        if moved or ended or self._is_due("chores", CHORES):
            mono = self._monotonic()
            said = services.sweep(now=now, mono=mono, watch=self.watch, redecide_all=moved or ended)
            if moved:
                said += say_farewell(self.partings, now=now, mono=mono, watch=self.watch)
            self._epoch = epoch
            self._next_end = services.next_end(now)
            self._publish(said)
        if not self.partings.wait(self._monotonic()):
            self._keeper.look(epoch, self._monotonic())  # after what is said: a kick cuts it short

    def _look_at_stock(self) -> None:
        """Let the played devices' time pass; play those that are there, and no others.

        Their first word is off, so they begin when it can be said, and the answer heard.
        """
        mono = self._monotonic()
        if self._adapter.connected and self._is_due("stock", STOCK):
            commands = self.stocks.play(to_play(), mono)
            self._adapter.listen(self.stocks.topics)
            self._adapter.publish(commands)
        self._adapter.publish(self.stocks.tick(mono))

    def _notice_jump(self) -> None:
        """The wall clock was set: what it decides is decided anew, and staff can see it."""
        offset = self._wall_offset()
        jump, self._offset = offset - self._offset, offset
        if abs(jump) > JUMP:
            logger.error("the clock jumped by %.0f s", jump)
            self._epoch = -1  # whatever becomes of the record
            note_jump(seconds=round(jump), now=self._clock())

    def _wall_offset(self) -> float:
        return self._clock().timestamp() - self._monotonic()

    def _notice_standstill(self) -> None:
        mono = self._monotonic()
        if mono - self._turned_at > STANDSTILL:
            logger.warning("stood still for %.1f s", mono - self._turned_at)
            self.watch.resume(mono)
        self._turned_at = mono

    def _notice_connection(self) -> None:
        connected, was = self._adapter.connected, self.watch.connected_at is not None
        if connected and not was:
            self.watch.connect(self._monotonic())
            self.rounds.lost = True
        elif was and not connected:
            self.watch.disconnect()
        if connected != was or self._connected_at is None:
            self._connected_at = self._clock()
            self._due["beat"] = self._due["stock"] = 0.0  # told, and plugs heard, at once
            self._keeper.hurry()

    def _is_due(self, what: str, every: float) -> bool:
        mono = self._monotonic()
        if mono < self._due[what]:
            return False
        self._due[what] = mono + every
        return True

    def _patience(self) -> float:
        """How long the network may be waited for: until the next thing that is to be done."""
        mono = self._monotonic()
        if not self._may_try():
            return min(LOOK, self._back_off_until - mono)
        if self._waits() or self.rounds.is_busy:
            return 0.0
        look = max(0.0, min(LOOK, self._due["look"] - mono))
        return min(look, self.gathering.left(mono)) if self._adapter else look

    # --- trouble ------------------------------------------------------------------------------

    def _may_try(self) -> bool:
        return self._monotonic() >= self._back_off_until

    def _pause(self, why: str) -> None:
        """Keep what waits, unacked, and try again: without a database nobody is let in."""
        self._back_off = min(max(2 * self._back_off, LOOK), LONGEST_BACK_OFF)
        self._back_off_until = self._monotonic() + self._back_off
        if why != self._trouble:
            logger.error("%s", why)
        self._trouble = why
        close_old_connections()

    def _beat(self, *, connected: bool) -> None:
        """Say on the staff page that, and how, it lives."""
        watch = self.watch
        GatekeeperStatus.objects.update_or_create(
            name=self.name,
            defaults={
                "started_at": self._started_at,
                "beat_at": self._clock(),
                "connected": connected,
                "connected_at": self._connected_at,
                "messages": watch.messages,
                "taps": watch.taps,
                "dropped": watch.dropped,
                "last_error": (self._trouble or self._adapter.error)[:200],
            },
        )
