"""What runs with machines, such as an extractor: on while they are, and a while longer. PURE.

It is energised as every machine is, by offer, question, grant and leases, and so fails safe as
they do. A run has no member and no booking; sessions of machines carry it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import wire
from access.sessions import LEASE, seconds_until


@dataclass(frozen=True, slots=True)
class Run:
    """What a peripheral was last offered. Without sid it is off; with `until` it runs on."""

    sid: str = ""
    boot: str = ""
    until: datetime | None = None


OFF = Run()
AT_LEAST = timedelta(seconds=5)  # that it runs for, once it is switched on


def follow(run: Run, *, busy: bool, run_on: timedelta, now: datetime) -> Run:
    """The run as its machines have it; `busy` says that somebody is at one of them."""
    if not run.sid:
        return run
    if busy:
        return replace(run, until=None)
    until = run.until or now + run_on
    return replace(run, until=until) if now < until else OFF


def shortened(run: Run, left: float, now: datetime) -> Run:
    """With `left` seconds of its running on, by a clock that nobody sets; a second is no matter."""
    until = now + timedelta(seconds=left)
    if run.until is None or run.until <= until + timedelta(seconds=1):
        return run
    return replace(run, until=until) if left > 0 else OFF


def is_wanted(run: Run, *, busy: bool, now: datetime) -> bool:
    """Whether it is to be on now."""
    return busy or (bool(run.sid) and run.until is not None and now < run.until)


def is_worth_it(run: Run, now: datetime) -> bool:
    """Whether to switch it on: its last lease may end a moment before it has run on for long."""
    return run.until is None or run.until - now > AT_LEAST


def seconds(run: Run, now: datetime) -> int:
    """How much more time it may have: one lease at most, whatever its machines will do."""
    return LEASE if run.until is None else min(LEASE, seconds_until(run.until, now))


def grant(run: Run, state: wire.State, now: datetime) -> wire.Grant:
    """In answer to a state that asks for it. There is no job to finish: it ends with its lease."""
    exp = state.up + seconds(run, now)
    return wire.Grant(
        boot=run.boot,
        re=state.n,
        sid=run.sid,
        exp=exp,
        hard=exp,
        fin=0,
        idle_s=0,
        run_ma=0,
        left=exp - state.up,
    )


def lease(run: Run, state: wire.State, now: datetime) -> wire.Lease:
    exp = state.up + seconds(run, now)
    return wire.Lease(
        boot=run.boot, re=state.n, sid=run.sid, exp=exp, hard=exp, left=exp - state.up
    )
