"""D2, D4: when a session ends, and what may move that.

Each session here lasts a few seconds. A lease that is believed shows in the moment it locks.
"""

from collections.abc import Callable
from typing import Any

import wire
from device.conformance.trial import Book, Trial

book: Book[Trial] = Book()

LASTS = 4


@book.check("D2", "it locks when the lease ends", "relay")
def ends(it: Trial) -> None:
    _, grant = it.arm(lasts=3)
    it.must_lock(grant.exp, "the end of the grant")


@book.check("D4", "a lease moves the end later, and another one earlier", "relay")
def moves(it: Trial) -> None:
    armed, grant = it.arm(lasts=LASTS)
    it.lease(armed, grant.sid, exp=grant.exp + 20)
    state = it.now()
    it.lease(state, grant.sid, exp=grant.exp + 2)
    it.must_lock(grant.exp + 2, "the end of the second lease")


@book.check("D4", "a lease after the end revives nothing", "relay")
def too_late(it: Trial) -> None:
    _, grant = it.arm(lasts=2)
    locked = it.must_lock(grant.exp, "the end of the grant")
    it.lease(locked, grant.sid)
    it.must_be_off("a lease for a session that is over")


def _lie(about: str, changes: Callable[[Trial, wire.State], dict[str, Any]]) -> None:
    @book.check("D4", f"a lease {about} changes nothing", "relay")
    def lie(it: Trial) -> None:
        _, grant = it.arm(lasts=LASTS)
        state = it.now()
        it.lease(state, grant.sid, **{"exp": grant.exp + 20} | changes(it, state))
        it.must_lock(grant.exp, f"not moved by a lease {about}")


_lie("for another boot", lambda it, state: {"boot": "0" * 16})
_lie("for another session", lambda it, state: {"sid": it.sid()})
_lie("for longer than 60 s", lambda it, state: {"exp": state.up + 120})
_lie("that answers a state before the session", lambda it, state: {"re": state.n - 3})
_lie("that answers a state not sent yet", lambda it, state: {"re": state.n + 20})


@book.check("D4", "a lease that has expired does not end the session", "relay")
def expired(it: Trial) -> None:
    _, grant = it.arm(lasts=LASTS)
    state = it.now()
    it.lease(state, grant.sid, exp=max(0, state.up - 1))
    it.must_lock(grant.exp, "not moved by a lease that has expired")


@book.check("D4", "an older lease that comes late changes nothing", "relay")
def out_of_order(it: Trial) -> None:
    _, grant = it.arm(lasts=LASTS)
    older, newer = it.now(), it.now()
    it.lease(newer, grant.sid, exp=grant.exp + 1)
    it.lease(older, grant.sid, exp=grant.exp + 20)
    it.must_lock(grant.exp + 1, "the end of the newer lease")
