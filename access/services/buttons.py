"""A button at the device, rule D11 of docs/protocol.md: `stop` has been done, `arm` only asks."""

import wire
from access.records import Context
from access.services.answers import words
from access.services.batch import Batch
from access.services.endings import early, end
from access.services.floods import pass_over
from access.sessions import CLOSING, Session
from equipment.reason import Reason

SHOWN = 10  # seconds


def handle_button(batch: Batch, context: Context, button: wire.Button) -> None:
    """One line in the log. A session ends by `stop`; by `arm` alone nothing ever begins.

    Pressed to no end where nobody is at it, it is passed over like taps that are nobody's.
    """
    box, bench = context.box, context.bench
    if box is None:
        return
    session = batch.sessions.get(box.machine_id or 0)
    if session is not None and session.interlock_id != box.id:
        session = None
    if session is None and not batch.watch.may_record_nobodys(box.name, batch.mono):
        pass_over(batch, box)
        return
    batch.note(
        "button",
        button.name,
        device_id=box.id,
        boot=button.boot,
        machine_id=box.machine_id,
        member_id=session.member_id if session else None,
        sid=session.sid if session else "",
    )
    if bench is None:
        return
    if button.name == "stop" and session is not None and _is_stopped(session, button):
        end(batch, bench, session, early(batch, bench, session, "stopped"), box.name)
    elif button.name == "arm" and session is None:
        text = words(Reason("tap-first"), None, bench)
        batch.say(box.name, wire.Text(text=text, secs=SHOWN))


def _is_stopped(session: Session, button: wire.Button) -> bool:
    """A press that comes again, or late, ends nothing that began after it."""
    if session.state == CLOSING or session.boot != button.boot:
        return False
    return session.granted_up is None or button.up >= session.granted_up
