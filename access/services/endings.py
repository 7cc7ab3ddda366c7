"""How a session is brought to its end, and what is said of the rest of the booked time."""

from dataclasses import dataclass

from access import running, sessions
from access.decision import STOP
from access.records import Bench
from access.services.answers import words
from access.services.batch import Batch
from access.sessions import Session
from equipment.reason import Reason


def tell_off(batch: Batch, session: Session, interlock: str) -> None:
    """S5: say `off` now and note when, to repeat it each second until there is proof."""
    if session.state != sessions.CLOSING:
        return
    if batch.watch.tell_due(session.sid, batch.mono):
        batch.say(interlock, sessions.off(session, batch.texts.get(session.sid)))


@dataclass(frozen=True, slots=True)
class End:
    """One way to end: its code in the log, and what the display says."""

    code: str
    reason: Reason


def end(batch: Batch, bench: Bench, session: Session, how: End, interlock: str) -> Session:
    """At once, with the words on the display of the machine."""
    person = batch.known.people.get(session.member_id)
    batch.texts[session.sid] = words(how.reason, person, bench)
    session = batch.put(sessions.closing(session, STOP, how.code, batch.now))
    tell_off(batch, session, interlock)
    return session


def early(batch: Batch, bench: Bench, session: Session, code: str) -> End:
    """Ended by its member before its time: what becomes of the rest is access/giving_back.py's."""
    kept = running.kept_until(session, bench.keep, batch.now)
    if kept is None or session.booking_id is None:
        return End(code, Reason("finished"))
    if kept == batch.now:
        return End(code, Reason("finished-for-good"))
    return End(code, Reason("finished-kept", {"until": kept}))
