"""D3: what switches on, and all that must not."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import wire
from device.conformance.trial import Book, Broken, Trial, states

book: Book[Trial] = Book()


@book.check("D3", "a grant it asked for arms it", "relay")
def honest(it: Trial) -> None:
    it.arm()
    it.clear()


def _lie(about: str, changes: Callable[[Trial, wire.State], dict[str, Any]]) -> None:
    """A check that says a grant with one lie in it."""

    @book.check("D3", f"a grant {about} switches nothing on", "relay")
    def lie(it: Trial) -> None:
        asking = it.offer()
        it.grant(asking, **changes(it, asking))
        it.must_be_off(f"a grant {about}")


_lie("for another boot", lambda it, asking: {"boot": "0" * 16})
_lie("that has expired", lambda it, asking: {"exp": max(0, asking.up - 1)})
_lie("for longer than 60 s", lambda it, asking: {"exp": asking.up + 120})
_lie("for another session than was wanted", lambda it, asking: {"sid": it.sid()})
_lie("that answers a state which asked for nothing", lambda it, asking: {"re": asking.n - 1})
_lie("that answers a tap which never was", lambda it, asking: {"re": "0" * 24})


@book.check("D3", "a grant more than 5 s late switches nothing on, and it asks no longer", "relay")
def late(it: Trial) -> None:
    asking = it.offer()
    time.sleep(6.5)
    up = it.now().up
    it.grant(asking, exp=up + 30)
    it.must_be_off("a grant for a state 6 s old")
    if it.now().want is not None:
        raise Broken("it still asks")


@book.check("D3", "it asks again each second for what it is offered", "relay")
def asks_again(it: Trial) -> None:
    asking = it.offer()
    again = it.state(want=asking.want)
    if again.n <= asking.n or again.up > asking.up + 2:
        raise Broken(f"asked again after {again.up - asking.up} s")


@book.check("D3", "while a session is on, no other one is asked for or taken", "relay")
def only_when_locked(it: Trial) -> None:
    armed, grant = it.arm()
    other = it.sid()
    it.server.say(wire.Offer(boot=it.boot, sid=other))
    it.server.say(replace(grant, sid=other, exp=armed.up + 40))
    state = it.now()
    if state.sid != grant.sid or other in {s.want for s in states(it.server.heard)}:
        raise Broken(f"holds {state.sid}, asked for {state.want}")
    it.clear()


@book.check("D3", "an offer for another boot is not asked for", "relay")
def offer_of_another_boot(it: Trial) -> None:
    it.clear()
    it.server.say(wire.Offer(boot="0" * 16, sid=it.sid()))
    if it.now().want is not None:
        raise Broken("it asked")


@book.check("D3", "an ended session is neither asked for nor taken again", "relay")
def ended(it: Trial) -> None:
    asking = it.offer()
    grant = it.grant(asking)
    it.state(sid=grant.sid)
    it.off(grant.sid)
    it.state(st="locked")
    it.server.say(grant)
    it.must_be_off("the grant of an ended session")
    it.server.say(wire.Offer(boot=it.boot, sid=grant.sid))
    if it.now().want is not None:
        raise Broken("it asked for an ended session")


@book.check("D3", "a grant kept by the broker is inert when it connects again", "relay")
def retained(it: Trial) -> None:
    asking = it.offer()
    it.hands.network(up=False)
    time.sleep(6)  # the question is stale, the grant would still last
    it.server.forget()
    it.server.say(it.grant(asking, exp=asking.up + 59), retain=True)
    try:
        it.hands.network(up=True)
        it.server.hear(wire.Hello, it.hands.patience + 20)
        time.sleep(0.5)
        it.must_be_off("a retained grant")
    finally:
        it.server.unretain("grant")


@book.check("D3", "a grant inside the answer to its tap arms it", "relay", "reader")
def answered(it: Trial) -> None:
    it.clear()
    tap = it.tap("04C0FFE1")
    grant = it.granted(tap)
    it.answer(tap, grant=grant)
    it.state(sid=grant.sid, st="armed", relay=True)
    it.clear()


def _lie_to_a_tap(about: str, answer: dict[str, Any], grant: dict[str, Any], badge: str) -> None:
    @book.check("D3", f"a grant in {about} switches nothing on", "relay", "reader")
    def lie(it: Trial) -> None:
        it.clear()
        tap = it.tap(badge)
        it.answer(tap, grant=replace(it.granted(tap), **grant), **answer)
        it.must_be_off(f"a grant in {about}")


_lie_to_a_tap("an answer that says no", {"ok": False}, {}, "04C0FFE2")
_lie_to_a_tap("the answer to another tap", {"nonce": "0" * 24}, {"re": "0" * 24}, "04C0FFE3")
_lie_to_a_tap("an answer for another boot", {"boot": "0" * 16}, {}, "04C0FFE4")


@book.check("D3", "a tap is answered within 5 s or not at all", "relay", "reader")
def late_answer(it: Trial) -> None:
    it.clear()
    tap = it.tap("04C0FFE5")
    time.sleep(6.5)
    it.answer(tap, grant=it.granted(tap))
    it.must_be_off("an answer 6 s late")


@book.check("D3", "a grant for a device in GRACE changes nothing", "relay", "current")
def in_grace(it: Trial) -> None:
    grant = it.start(lasts=5, fin=6)
    it.server.hear(wire.State, 12, lambda state: state.st == "grace")
    other = it.sid()
    it.server.say(replace(grant, sid=other, exp=grant.exp + 40))
    if it.now().sid != grant.sid:
        raise Broken("it took another session")
    it.hands.load(on=False)
    it.clear()
