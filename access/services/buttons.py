"""A button at the device, rule D11 of docs/protocol.md: `stop` has been done, `arm` only asks."""

import wire
from access.records import Bench, Box, Context
from access.services.answers import words
from access.services.batch import Batch
from access.services.endings import early, end
from access.services.floods import pass_over
from access.services.repeats import is_repeated
from access.sessions import CLOSING, Session
from equipment.reason import Reason

SHOWN = 10  # seconds


def handle_button(batch: Batch, context: Context, button: wire.Button) -> None:
    """One line in the log. A session ends by `stop`; by `arm` alone nothing ever begins.

    Where it ends nothing there is a limit to these lines, as for taps that are nobody's.
    """
    box, bench = context.box, context.bench
    if box is None or is_repeated(batch, box, "button", button.boot, button.nonce):
        return
    session = _session_at(batch, context, box)
    stops = session is not None and _stops(batch, box, session, button)
    if not stops and not batch.watch.may_record_nobodys(box.name, batch.mono):
        pass_over(batch, box)
        return
    batch.note(
        "button",
        button.name,
        device_id=box.id,
        boot=button.boot,
        nonce=button.nonce,
        machine_id=box.machine_id,
        member_id=session.member_id if session else None,
        sid=session.sid if session else "",
    )
    if bench is None:
        return
    if stops and session is not None:
        _stop(batch, bench, context, session)
    elif button.name == "arm" and session is None:
        text = words(Reason("tap-first"), None, bench)
        batch.say(box.name, wire.Text(text=text, secs=SHOWN))


def _session_at(batch: Batch, context: Context, box: Box) -> Session | None:
    """Who is at the machine of this box, be it the interlock or a reader beside it."""
    session, interlock = batch.sessions.get(box.machine_id or 0), context.interlock
    is_its = session is not None and interlock is not None and session.interlock_id == interlock.id
    return session if is_its else None


def _stops(batch: Batch, box: Box, session: Session, button: wire.Button) -> bool:
    """A press that comes again, or late, ends nothing that began after it."""
    if button.name != "stop" or session.state == CLOSING:
        return False
    if session.interlock_id != box.id:  # two clocks
        return not batch.watch.is_stale(box.name, button.boot, button.up, box.up)
    if session.boot != button.boot:
        return False
    return session.granted_up is None or button.up >= session.granted_up


def _stop(batch: Batch, bench: Bench, context: Context, session: Session) -> None:
    """The interlock has done so itself; one elsewhere is told, and so is who pressed."""
    if context.box is None or context.interlock is None:
        return
    session = end(
        batch, bench, session, early(batch, bench, session, "stopped"), context.interlock.name
    )
    if context.box.id != context.interlock.id:
        batch.say(context.box.name, wire.Text(text=batch.texts[session.sid], secs=SHOWN))
