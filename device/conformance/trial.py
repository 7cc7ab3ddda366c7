"""One device on trial: what the checks say to it, and how they find out what it does."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import wire
from device.conformance.hands import Hands, NoHands
from device.conformance.server import Server, Silence

ANSWER = 3.0  # seconds a device may take to answer, far more than it needs
SLACK = 2  # seconds a device may be late on its own clock, rounding and a slow broker included


class Broken(Exception):
    """A rule is broken, and how."""


class NotSeen(Exception):
    """The rule could not be tried, and why."""


Tried = TypeVar("Tried")  # a device, or a server


@dataclass(frozen=True, slots=True)
class Check(Generic[Tried]):
    """One rule that shows outside; `caps` are those it is about."""

    rule: str
    title: str
    caps: frozenset[str]
    run: Callable[[Tried], None]


class Book(Generic[Tried]):
    """The checks of one module, in the order written."""

    def __init__(self) -> None:
        self.checks: list[Check[Tried]] = []

    def check(
        self, rule: str, title: str, *caps: str
    ) -> Callable[[Callable[[Tried], None]], Callable[[Tried], None]]:
        def keep(run: Callable[[Tried], None]) -> Callable[[Tried], None]:
            self.checks.append(Check(rule, title, frozenset(caps), run))
            return run

        return keep


class Trial:
    """`boot` and `caps` are those the device named last."""

    def __init__(self, server: Server, hands: Hands, run_ma: int) -> None:
        self.server = server
        self.hands = hands
        self.run_ma = run_ma
        self.boot = ""
        self.caps: frozenset[str] = frozenset()
        self.hello: wire.Hello | None = None
        self.newest_list = 0

    def meet(self) -> None:
        """Learn who is there: from its hello, or from a state if nobody can make it reboot."""
        try:
            self.reboot()
        except NoHands:
            state = self.server.hear(wire.State, 12)
            self.boot = state.boot
            self.caps = frozenset({"relay"} | ({"current"} if state.ma is not None else set()))

    def reboot(self) -> wire.Hello:
        self.server.forget()
        self.hands.reboot()
        hello = self.server.hear(
            wire.Hello, self.hands.patience + 15, lambda m: m.boot != self.boot
        )
        self.hello, self.boot, self.caps = hello, hello.boot, frozenset(hello.caps)
        return hello

    # what it does --------------------------------------------------------------------------------

    def state(self, **wanted: object) -> wire.State:
        """The next state that holds what is wanted."""
        return self.server.hear(wire.State, ANSWER, lambda state: _holds(state, wanted))

    def now(self) -> wire.State:
        """What it does after all that has been said to it until now."""
        question = secrets.token_hex(4)
        self.server.say(wire.Sync(id=question, boot=self.boot))
        return self.state(id=question)

    def must_be_off(self, after: str) -> None:
        state = self.now()
        if state.relay or state.st != "locked":
            raise Broken(f"{state.st}, relay {'on' if state.relay else 'off'}, after {after}")

    def must_lock(self, at: int, why: str, earliest: int | None = None) -> wire.State:
        """It locks when its own clock shows `at`, and says so."""
        last = states(self.server.heard)[-1]
        wait = max(0, at - last.up) + ANSWER + SLACK
        try:
            state = self.server.hear(wire.State, wait, lambda state: state.st == "locked")
        except Silence:
            raise Broken(f"still not locked long after {at}, {why}") from None
        earliest = at if earliest is None else earliest
        if not earliest <= state.up <= at + SLACK:
            raise Broken(f"locked at {state.up}, {why}, which is {at}")
        return state

    # what is said to it --------------------------------------------------------------------------

    def sid(self) -> str:
        return f"kit-{secrets.token_hex(8)}"

    def offer(self) -> wire.State:
        """Offer a new session; the state that asks for it."""
        self.clear()
        sid = self.sid()
        self.server.say(wire.Offer(boot=self.boot, sid=sid))
        return self.state(want=sid)

    def grant(self, asking: wire.State, **changes: Any) -> wire.Grant:
        """Grant what a state asks for, with changes."""
        grant = replace(self._grant(asking.n, asking.want or "", asking.up), **changes)
        self.server.say(grant)
        return grant

    def arm(self, **changes: Any) -> tuple[wire.State, wire.Grant]:
        """A session that is on: the state that says so, and the grant. `lasts` is its seconds."""
        asking = self.offer()
        lasts = changes.pop("lasts", 30)
        grant = self.grant(asking, **{"exp": asking.up + lasts} | changes)
        armed = self.state(sid=grant.sid)
        if armed.st != "armed" or not armed.relay:
            raise Broken(f"{armed.st}, relay {armed.relay}, after a grant it asked for")
        return armed, grant

    def start(self, **changes: Any) -> wire.Grant:
        """A session with a job that runs."""
        _, grant = self.arm(**changes)
        self.hands.load(on=True)
        self.server.hear(wire.State, self.hands.patience + 5, lambda state: state.st == "running")
        return grant

    def lease(self, state: wire.State, held: str, **changes: Any) -> None:
        up = state.up
        lease = wire.Lease(self.boot, state.n, held, exp=up + 30, hard=up + 600, left=600)
        self.server.say(replace(lease, **changes))

    def off(self, sid: str = "*", mode: str = "stop", boot: str | None = None) -> None:
        self.server.say(wire.Off(sid=sid, mode=mode, code="conformance", boot=boot))

    def clear(self) -> None:
        """Begin anew: whatever is on is off, and what was heard is forgotten."""
        self.off()
        time.sleep(0.05)  # QoS 1 and QoS 0 need not keep their order
        state = self.now()
        if state.relay or state.st not in ("locked", "fault"):
            raise Broken(f"{state.st}, relay {state.relay}, after off for all sessions")
        self.server.forget()

    def tap(self, badge: str) -> wire.Tap:
        self.server.forget()
        self.hands.tap(badge)
        return self.server.hear(wire.Tap, self.hands.patience)

    def answer(self, tap: wire.Tap, **changes: Any) -> None:
        answer = wire.Answer(tap.boot, tap.nonce, ok=True, code="kit", text="Hello.")
        self.server.say(replace(answer, **changes))

    def granted(self, tap: wire.Tap, **changes: Any) -> wire.Grant:
        """A grant for a tap, not yet said."""
        return replace(self._grant(tap.nonce, self.sid(), tap.up), **changes)

    def _grant(self, re: str | int, sid: str, up: int) -> wire.Grant:
        return wire.Grant(
            self.boot,
            re,
            sid,
            exp=up + 30,
            hard=up + 600,
            fin=0,
            idle_s=2,
            run_ma=self.run_ma,
            left=600,
        )


def _holds(state: wire.State, wanted: dict[str, object]) -> bool:
    return all(getattr(state, name) == value for name, value in wanted.items())


def states(heard: Iterable[Any]) -> list[wire.State]:
    """The states among what was heard, copies the broker kept left out."""
    return [h.message for h in heard if isinstance(h.message, wire.State) and not h.retained]
