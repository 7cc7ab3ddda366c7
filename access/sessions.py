"""The server's half of a session, rules S2 to S5 of docs/protocol.md. PURE: no database, no clock.

A session is a frozen record; each function takes one and gives the next, or a message to say. All
`up`, `exp` and `hard` are seconds on the device's clock, all datetimes are the server's.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

import wire
from access.decision import AFTER_JOB, STOP

OFFERED, ACTIVE, CLOSING, ENDED = "offered", "active", "closing", "ended"
LOCKED, ARMED, RUNNING, GRACE, FAULT = "locked", "armed", "running", "grace", "fault"

LEASE = 30
SHORT_LEASE = 15  # high risk, and nothing to finish
FRESH = 5  # how long a device takes an answer for one
TAP_AGAIN = 10  # within which a second tap on a running machine counts as “I am done”
SHORTEST_RETURN = 3  # a lease shorter than this does not lead a device back out of GRACE


@dataclass(frozen=True, slots=True)
class Terms:
    """What a machine's policy comes to on the wire, in seconds and milliamperes."""

    fin: int
    idle_s: int
    run_ma: int
    ttl: int = LEASE


@dataclass(frozen=True, slots=True)
class Session:
    """One row of access.models.Session, as far as the rules care."""

    sid: str
    machine_id: int
    member_id: int
    booking_id: int | None
    badge_id: int | None
    interlock_id: int
    boot: str
    ground: str
    state: str
    offered_at: datetime
    until: datetime
    booked_until: datetime | None = None  # where an overrun follows, the end of what was booked
    granted_up: int | None = None
    first_n: int | None = None
    mark: int = 0
    shown_up: int | None = None
    companion_id: int | None = None  # who tapped second
    companion_badge_id: int | None = None
    run_ma: int = 0  # from which its device sees a job; 0: it sees none, whatever runs
    warned: int = 0  # minutes of the last warning
    idle_up: int | None = None
    ends_when_idle: bool = False
    activated_at: datetime | None = None
    closing_at: datetime | None = None
    closing_mode: str = ""
    closing_code: str = ""
    ended_at: datetime | None = None
    end_reason: str = ""

    def is_of(self, member_id: int | None) -> bool:
        """Whether it is this member's: either of two may end it."""
        return member_id is not None and member_id in (self.member_id, self.companion_id)


class Lasting(Protocol):
    """A session or a grant."""

    @property
    def until(self) -> datetime: ...

    @property
    def booked_until(self) -> datetime | None: ...


class Meeting(Enum):
    """What a tap on a machine with an open session comes to."""

    IN_USE = auto()
    FINISHING = auto()
    GRANT_AGAIN = auto()
    END = auto()
    SHOW_TIME = auto()
    END_WHEN_IDLE = auto()


def meet(session: Session, st: str, *, own: bool, up: int) -> Meeting:
    """S2: a tap while a session is open; `st` is what its device last said it does."""
    if session.state == CLOSING or (session.state == ACTIVE and st == GRACE):
        return Meeting.FINISHING
    if session.state == OFFERED:
        return _meet_offered(session, own=own, up=up)
    if not own:
        return Meeting.IN_USE
    if st == ARMED:
        return Meeting.END
    shown = session.shown_up
    again = shown is not None and 0 <= up - shown <= TAP_AGAIN
    return Meeting.END_WHEN_IDLE if again else Meeting.SHOW_TIME


def _meet_offered(session: Session, *, own: bool, up: int) -> Meeting:
    """Amendments 9 and 19: the owner may try again; for others it is over only on proof."""
    if own:
        return Meeting.GRANT_AGAIN
    unclaimed = session.granted_up is not None and up > session.granted_up + FRESH
    return Meeting.FINISHING if unclaimed else Meeting.IN_USE


def seconds_until(until: datetime, now: datetime) -> int:
    """Whole seconds left, rounded down: a lease is never longer than its ground."""
    return max(0, int((until - now).total_seconds()))


def told_until(given: Lasting, now: datetime) -> datetime:
    """What people are told: the booked time, and only in an overrun when that is over."""
    booked = given.booked_until
    return booked if booked is not None and now < booked else given.until


def booked_left(session: Session, now: datetime) -> int:
    """Seconds until the booking ends, as `left` says them; 0 in an overrun."""
    return seconds_until(session.booked_until or session.until, now)


def grant(
    session: Session, terms: Terms, re: str | int, *, up: int, now: datetime
) -> wire.Grant | None:
    """S2, S3: what switches on, in answer to the tap or the state said at `up`."""
    left = seconds_until(session.until, now)
    if left == 0:
        return None
    return wire.Grant(
        boot=session.boot,
        re=re,
        sid=session.sid,
        exp=up + min(terms.ttl, left),
        hard=up + left + terms.fin,
        fin=terms.fin,
        idle_s=terms.idle_s,
        run_ma=terms.run_ma,
        left=booked_left(session, now),
    )


def lease(session: Session, terms: Terms, state: wire.State, now: datetime) -> wire.Lease | None:
    """S3: more time, in answer to a state; None where there is no more to give."""
    left = seconds_until(session.until, now)
    if left == 0 or (state.st == GRACE and left < SHORTEST_RETURN):
        return None
    return wire.Lease(
        boot=session.boot,
        re=state.n,
        sid=session.sid,
        exp=state.up + min(terms.ttl, left),
        hard=state.up + left + terms.fin,
        left=booked_left(session, now),
    )


def granted(session: Session, terms: Terms, up: int) -> Session:
    """A grant in answer to `up` is about to leave; from here only proof ends the session.

    Of two grants the device took one: it surely sees a job only where both told it how.
    """
    if session.granted_up is None:
        return replace(session, granted_up=up, run_ma=terms.run_ma)
    run_ma = min(session.run_ma, terms.run_ma)
    return replace(session, granted_up=max(up, session.granted_up), run_ma=run_ma)


def taken_up(session: Session, state: wire.State, now: datetime) -> Session:
    """S4: a state names the session for the first time."""
    first_n = state.n if session.first_n is None else session.first_n
    if session.state != OFFERED:
        return replace(session, first_n=first_n)
    return replace(session, state=ACTIVE, first_n=first_n, activated_at=now)


def proves_over(session: Session, state: wire.State) -> bool:
    """Amendments 9, 10: whether a state shows that the device does not, and will not, hold it."""
    if state.boot != session.boot or state.sid == session.sid:
        return False
    named_before = session.first_n is not None and state.n > session.first_n
    too_late = session.granted_up is not None and state.up > session.granted_up + FRESH
    return named_before or too_late


def closing(session: Session, mode: str, code: str, now: datetime) -> Session:
    """S5, amendment 13: told off, and over on proof. `stop` replaces `after-job`, never back."""
    if session.state == CLOSING:
        if mode == STOP and session.closing_mode == AFTER_JOB:
            return replace(session, closing_mode=STOP, closing_code=code)
        return session
    if session.granted_up is None:
        return ended(session, code, now)
    return replace(session, state=CLOSING, closing_at=now, closing_mode=mode, closing_code=code)


def ended(session: Session, reason: str, now: datetime) -> Session:
    return replace(session, state=ENDED, ended_at=now, end_reason=reason)


def off(session: Session, text: str | None = None) -> wire.Off:
    """S5: what a closing session's device is told until it proves that it listened."""
    return wire.Off(
        sid=session.sid,
        mode=session.closing_mode,
        code=session.closing_code,
        boot=session.boot,
        text=text,
    )


def awaits_proof(session: Session, st: str) -> bool:
    """S5: whether `off` is to be repeated. GRACE is what `after-job` asked for."""
    if session.state != CLOSING:
        return False
    return not (session.closing_mode == AFTER_JOB and st == GRACE)


def end_reason(session: Session, now: datetime) -> str:
    """Why a session is over whose device has let go of it."""
    if session.state == CLOSING:
        return session.closing_code
    if session.state == OFFERED:
        return "unclaimed"
    return "time-up" if seconds_until(session.until, now) <= SHORTEST_RETURN else "lease-over"
