"""A server on trial: how the checks speak to it as a device would, or as none should."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import wire
from device.conformance.played import Played
from device.conformance.server import Silence
from device.conformance.trial import Broken, NotSeen

ANSWER = 4.0  # seconds a server may take to answer; a device gives up after five
QUIET = 1.5  # seconds after which nothing more is expected
CAPS = ("relay", "reader", "current", "display")
STRANGER = "04FFFFFFFFFFFF"


class Visit:
    """One device at one server. `known` has booked its machine now, `other` has not."""

    def __init__(self, played: Played, known: str, other: str) -> None:
        self.played, self.known, self.other = played, known, other
        self.boot, self.n, self._booted = "", 0, 0.0
        signs = ("mac", "list-hmac") if played.key else ()
        self.caps = frozenset(CAPS + signs)

    @property
    def up(self) -> int:
        """Its clock has run for a while when it is first heard."""
        return 100 + int(time.monotonic() - self._booted)

    # what it says --------------------------------------------------------------------------------

    def reboot(self) -> None:
        """A new boot, which the server asks, and which answers: from here it is listened to."""
        self.boot, self.n, self._booted = secrets.token_hex(8), 0, time.monotonic()
        self.played.forget()
        self.played.say(wire.Avail(self.played.name, on=True, boot=self.boot), retain=True)
        self.hello()
        asked = self._asked()
        self.state(id=asked.id)

    def _asked(self) -> wire.Sync:
        for _ in range(4):  # it asks no more than once a second
            try:
                return self.played.hear(wire.Sync, 1.2, lambda sync: sync.boot == self.boot)
            except Silence:
                self.state()
        raise Broken("a boot that is new to it was not asked by sync")

    def hello(self) -> None:
        self.played.say(
            wire.Hello(
                self.played.name, self.boot, self.up, "kit", "played", "power",
                tuple(sorted(self.caps)), list=0, jrn=0,
            )
        )  # fmt: skip

    def a_state(self, st: str = "locked", sid: str | None = None, **changes: Any) -> wire.State:
        """The next one; `relay` follows `sid`."""
        self.n += 1
        state = wire.State(
            self.played.name, self.boot, self.up, self.n, st, relay=sid is not None, ma=0, sid=sid
        )
        return replace(state, **changes)

    def state(self, st: str = "locked", sid: str | None = None, **changes: Any) -> wire.State:
        state = self.a_state(st, sid, **changes)
        self.played.say(state, retain=True)
        return state

    def a_tap(self, badge: str, **changes: Any) -> wire.Tap:
        tap = wire.Tap(self.played.name, self.boot, self.up, secrets.token_hex(12), badge)
        return replace(tap, **changes)

    def tap(self, badge: str, **changes: Any) -> tuple[wire.Tap, wire.Answer]:
        """What a tap is told."""
        tap = self.a_tap(badge, **changes)
        self.played.say(tap)
        return tap, self.answer_to(tap)

    def arm(self) -> tuple[wire.State, wire.Grant]:
        """A session of the known member that is on, its first lease heard."""
        grant = self.granted()
        state = self.state("armed", grant.sid)
        self.lease_for(state)
        return state, grant

    def granted(self) -> wire.Grant:
        _, answer = self.tap(self.known)
        if not answer.ok or answer.grant is None:
            raise NotSeen(f"the known badge was told {answer.code}: it needs a booking now")
        return answer.grant

    # what it is told -----------------------------------------------------------------------------

    def answer_to(self, tap: wire.Tap) -> wire.Answer:
        return self.played.hear(wire.Answer, ANSWER, lambda answer: answer.nonce == tap.nonce)

    def lease_for(self, state: wire.State) -> wire.Lease:
        return self.played.hear(wire.Lease, ANSWER, lambda lease: lease.re == state.n)

    def off_for(self, sid: str, seconds: float = ANSWER) -> wire.Off:
        return self.played.hear(wire.Off, seconds, lambda off: off.sid in (sid, "*"))

    def must_hear_none(
        self, kind: type[Any], after: str, fits: Callable[[Any], bool] = lambda message: True
    ) -> None:
        try:
            found = self.played.hear(kind, QUIET, fits)
        except Silence:
            return
        raise Broken(f"{found} after {after}")
