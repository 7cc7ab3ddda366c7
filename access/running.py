"""What time and stillness do to a session that is on: warned, left idle, left on, kept. PURE.

A warning is told by a state, which comes at least every ten seconds; so what is here is asked then,
costs no statement, and needs no timer that a restart could lose.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from access.decision import BOOKING, SUPERVISED, Claim
from access.sessions import ARMED, Session, booked_left

WARNINGS = (10, 5, 1)  # minutes before the end
LAST_MINUTES = timedelta(minutes=10)  # in which a tap extends
OWN_TIME = (BOOKING, SUPERVISED)  # a class is others' time, and mending nobody's
SAID_AGAIN = timedelta(seconds=30)  # of a warning: two or three states more
IDLE_NOTICE = timedelta(minutes=1)  # how long somebody who is there can keep what would lock


def nearing(until: datetime, now: datetime) -> int:
    """The nearest warning whose time has come; 0 with more left than for any, and with nothing."""
    left = until - now
    if left <= timedelta(0):
        return 0  # an overrun: all has been said
    return min((m for m in WARNINGS if left <= timedelta(minutes=m)), default=0)


def warning_due(session: Session, now: datetime) -> int:
    """Which warning is to be told now; 0 for none. Each once, and none that it began within."""
    due = nearing(_ends(session), now)
    return due if due and (session.warned == 0 or due < session.warned) else 0


def just_warned(session: Session, now: datetime) -> bool:
    """Whether the last warning is so young that its leases tell it, too: a display may have missed
    it. Not one that the session began within.
    """
    since = _ends(session) - timedelta(minutes=session.warned)
    began = session.activated_at
    is_own = session.warned > 0 and began is not None and began < since
    return is_own and timedelta(0) <= now - since < SAID_AGAIN


def given_until(
    session: Session,
    until: datetime,
    booking_id: int | None,
    now: datetime,
    booked_until: datetime | None = None,
) -> Session:
    """More time, or less. Whoever has just got more knows how much: only later warnings count."""
    given = replace(session, until=until, booking_id=booking_id, booked_until=booked_until)
    is_more = _ends(given) > _ends(session)
    return replace(given, warned=nearing(_ends(given), now)) if is_more else given


def begun(session: Session, now: datetime) -> Session:
    """Whoever begins in the last minutes of a booking was told so by the answer."""
    return replace(session, warned=nearing(_ends(session), now))


def _ends(session: Session) -> datetime:
    """The end that people plan with and are warned of: the booking's, not that of its overrun."""
    return session.booked_until or session.until


def minutes_left(session: Session, now: datetime) -> int:
    """As people say it: 4 min 58 are five."""
    return max(1, round(booked_left(session, now) / 60))


def shows_jobs(session: Session, ma: int | None) -> bool:
    """Whether its device would say that a job runs: it measures, and was told from what on.

    What is set while somebody is at it holds from the next session on.
    """
    return session.run_ma > 0 and ma is not None


def noticed(session: Session, st: str, up: int) -> Session:
    """Whether it works: since when it has stood armed without current, if it does.

    By the seconds of its device (amendment 17): a session is of one boot, and nobody sets them.
    """
    if st != ARMED:
        return session if session.idle_up is None else replace(session, idle_up=None)
    return session if session.idle_up is not None else replace(session, idle_up=up)


def idle_left(session: Session, limit: timedelta, up: int) -> timedelta | None:
    """How long it may stand idle yet; None while it works, or there is time enough."""
    if session.idle_up is None:
        return None
    left = limit - timedelta(seconds=up - session.idle_up)
    return left if left <= IDLE_NOTICE else None


def left_on_since(session: Session, claims: Iterable[Claim], now: datetime) -> datetime | None:
    """When the booked time of whoever is at it ended; None while it lasts, or it was not booked."""
    if session.ground != BOOKING:
        return None
    own = [c.ends for c in claims if c.member_id == session.member_id and c.starts <= now]
    over = max(own, default=None)
    return over if over is not None and over <= now else None


def may_extend(session: Session, claims: Iterable[Claim], now: datetime) -> bool:
    """Whether a tap comes in the last minutes of the booking itself: a session may end before."""
    return any(c.id == session.booking_id and c.ends - now <= LAST_MINUTES for c in claims)


def kept_until(session: Session, keep: timedelta | None, now: datetime) -> datetime | None:
    """Until when the rest of what was ended early stays theirs; None: to its end, or not theirs.

    Whoever tapped twice has said that they are done, and keeps nothing.
    """
    if session.ground not in OWN_TIME:
        return None
    if session.ends_when_idle:
        return now
    if keep is None or now + keep >= session.until:
        return None
    return now + keep
