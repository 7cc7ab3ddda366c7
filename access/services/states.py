"""What a device says of itself: avail, hello and state; rules S1, S3 and S4 of docs/protocol.md."""

import secrets
from dataclasses import replace
from datetime import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import wire
from access import running, sessions
from access.decision import STOP, Denial, decide
from access.records import Box, Context
from access.services import alone, journals
from access.services.alarms import alarm, alarm_fault
from access.services.answers import words
from access.services.batch import Batch, bench_of, marked
from access.services.doors import door_of
from access.services.endings import early, end, tell_off
from access.services.floods import may_write
from access.services.following import handle_run, peripheral_of
from access.services.repeats import is_repeated
from access.services.running import look_after, warned_again
from access.services.taps import attend
from access.services.trust import SIGNS
from access.sessions import ACTIVE, ARMED, CLOSING, FAULT, OFFERED, Session
from access.troubles import fault_of
from equipment.models import Machine
from equipment.services import lock_out, record_use
from wire.offline import CAPS

MOST_FAULTS = 5  # of which a machine is locked out at once: a device may make up any name


def handle_avail(batch: Batch, context: Context, avail: wire.Avail) -> None:
    """Display only: whether the broker has a connection to it."""
    box = context.box
    if box is not None and avail.on != box.online:
        box.online = avail.on
        batch.touch(box)
        if not may_write(batch, box):
            return
        batch.note("avail", "online" if avail.on else "offline", device_id=box.id)


def handle_hello(batch: Batch, context: Context, hello: wire.Hello) -> None:
    """What it is. It changes nothing about what it may do.

    Of a boot that may be an old one it waits until that boot is known to be the newest: by its
    `caps` we choose how to speak, and a device that is spoken to otherwise is deaf.
    """
    box = context.box
    if box is None:
        return
    batch.watch.set_aside(hello)
    if box.boot in ("", hello.boot):
        _take(batch, box, hello)
    nonce = f"{hello.up}-{hello.why}"[:24]  # it has none of its own, and is said once a second
    if not is_repeated(batch, box, "hello", hello.boot, nonce) and may_write(batch, box):
        batch.note(
            "hello",
            hello.why,
            device_id=box.id,
            boot=hello.boot,
            nonce=nonce,
            detail={"caps": list(hello.caps)},
        )


def _take(batch: Batch, box: Box, hello: wire.Hello) -> None:
    box.firmware, box.model, box.caps = hello.fw, hello.model, hello.caps
    batch.touch(box)
    if not CAPS.isdisjoint(hello.caps):
        journals.note_hello(box, hello)
        batch.greeted.append(box.id)


def handle_state(batch: Batch, context: Context, state: wire.State) -> None:
    """The newest word of the device: renew, end, or switch off what should not be on."""
    box = context.box
    if box is None or batch.watch.is_older(box.name, state.boot, state.n, box.n):
        return
    last = batch.last_state(box.name, state.boot)
    if last is not None and last[0] == state.n:
        if last[1] == state.up:
            _answer_again(batch, context, state)
        return
    batch.latest[box.name, state.boot] = state.n, state.up
    _notice_leap(batch, box, state)
    batch.watch.heard[box.name] = batch.mono
    _observe(batch, box, state)
    if (peripheral := peripheral_of(box)) is not None:
        handle_run(batch, box, state, peripheral)
        if state.relay and state.sid is None:
            _switch_off_unasked(batch, box, state)
        return
    alone.tell_time(batch, box, state)
    session = _session_of(batch, box)
    if session is not None and state.sid == session.sid:
        _renew(batch, context, state, session)
    else:
        if session is not None and sessions.proves_over(session, state):
            batch.put(sessions.ended(session, sessions.end_reason(session, batch.now), batch.now))
            session = None
        if state.sid is not None:
            _meet_another(batch, context, state, state.sid, is_free=session is None)
    if state.relay and state.sid is None and door_of(box) is None:
        _switch_off_unasked(batch, box, state)
    if state.want is not None:
        _want(batch, context, state, session)


def _answer_again(batch: Batch, context: Context, state: wire.State) -> None:
    """A state that comes twice is no sign of life, whoever repeats it: the broker, or a thief.

    The answer may have been lost, so it is said again; of the same `up`, it lasts no longer.
    """
    session = _session_of(batch, context.box) if context.box is not None else None
    if session is None:
        return
    if state.want == session.sid:
        _want(batch, context, state, session)
    elif state.sid == session.sid and session.state == ACTIVE:
        session = redecide(batch, context, session)
        lease = sessions.lease(session, bench_of(context).terms, state, batch.now)
        if session.state == ACTIVE and lease is not None:
            batch.say(state.device, lease)


def _notice_leap(batch: Batch, box: Box, state: wire.State) -> None:
    """The seconds of one boot only grow, as its numbers do: else two of that name count apart."""
    if not batch.watch.counts_back(box.name, state.boot, state.up, box.up):
        return
    box.up = state.up
    batch.touch(box)
    told = _("The seconds of {device} leapt: somebody counts in its name, or it counts wrong.")
    alarm(batch, box, "leap", format_lazy(told, device=box.name))


def is_current(batch: Batch, box: Box, message: wire.Alive, *, signed: bool) -> bool:
    """Amendment 15: whether this boot is the newest. One that is not known to be is asked.

    In the way it speaks: a device with `mac` hears nothing unsigned, and one without hears nothing
    signed, whatever the boot before it did.
    """
    if message.boot == box.boot:
        return True
    echo = isinstance(message, wire.State) and message.id is not None and message.id == box.sync_id
    if echo and message.boot == box.sync_boot:
        _becomes_current(batch, box, message.boot, signed=signed)
        return True
    _ask(batch, box, message.boot, signed=signed)
    return False


def _ask(batch: Batch, box: Box, boot: str, *, signed: bool) -> None:
    """A question only a boot that is alive can answer; the same one until another boot asks."""
    if not batch.watch.may_ask(box.name, batch.mono):
        return
    if box.sync_boot != boot or not box.sync_id:
        box.sync_boot, box.sync_id = boot, secrets.token_hex(8)
        batch.touch(box)
    batch.reply(box, wire.Sync(id=box.sync_id, boot=boot), signed=signed)


def _becomes_current(batch: Batch, box: Box, boot: str, *, signed: bool) -> None:
    """S4: whatever the boot before held is over, and what this one said of itself holds."""
    for session in list(batch.sessions.values()):
        if session.interlock_id == box.id and session.boot != boot:
            batch.put(sessions.ended(session, "reboot", batch.now))
    box.boot, box.n, box.up = boot, 0, 0
    box.sync_id = box.sync_boot = ""
    batch.touch(box)
    if may_write(batch, box):
        batch.note("boot", "current", device_id=box.id, boot=boot)
    if (hello := batch.watch.hellos.get((box.name, boot))) is not None:
        _take(batch, box, hello)
    elif box.caps:  # it was said to a gatekeeper that is gone; how it speaks is heard all the same
        caps = tuple(cap for cap in box.caps if cap != SIGNS)
        box.caps = (*caps, SIGNS) if signed else caps


def _session_of(batch: Batch, box: Box) -> Session | None:
    session = batch.sessions.get(box.machine_id or 0)
    return session if session is not None and session.interlock_id == box.id else None


def _observe(batch: Batch, box: Box, state: wire.State) -> None:
    """Note what it does; written when it is news, else every half minute.

    That it measures is news: the next grant tells it from which current on a job runs.
    """
    measured = box.ma is not None
    before = box.state, box.relay, box.fault, box.online
    faulty = box.state != FAULT and state.st == FAULT
    box.state, box.relay, box.fault = state.st, state.relay, state.fault or ""
    box.n, box.up = state.n, max(box.up, state.up)
    box.ma, box.online, box.seen_at = state.ma, True, batch.now
    if (state.st, state.relay, box.fault, True) != before:
        batch.touch(box)
        _note_state(batch, box, state)
    elif measured != (state.ma is not None) or batch.watch.write_due(box.id, batch.mono):
        batch.touch(box)
    if faulty:
        _fault(batch, box, state)


def _note_state(batch: Batch, box: Box, state: wire.State) -> None:
    if not may_write(batch, box):
        return
    batch.note(
        "state",
        state.st,
        device_id=box.id,
        boot=state.boot,
        machine_id=box.machine_id,
        sid=state.sid or "",
        ok=state.relay,
    )


def _fault(batch: Batch, box: Box, state: wire.State) -> None:
    """D9: the machine is taken out of service until a person has looked at it."""
    why = state.fault or "unknown"
    fault = fault_of(why).told
    if box.machine_id is not None:
        machine = Machine.objects.select_related("space").get(pk=box.machine_id)
        standing = machine.lockouts.filter(placed_by=None, cleared_at=None)
        said = set(standing.values_list("why", flat=True)[:MOST_FAULTS])
        if str(fault) not in said and len(said) < MOST_FAULTS:  # one of each is enough to clear
            lock_out(machine=machine, why=str(fault), by=None, now=batch.now)
    alarm_fault(batch, box, why, format_lazy("{device}: {fault}", device=box.name, fault=fault))


def _renew(batch: Batch, context: Context, state: wire.State, session: Session) -> None:
    """S3: decide afresh; a lease, or the end."""
    if session.state == OFFERED:
        attend(batch, session.booking_id)
        if batch.known.keeps_awake(session.member_id, bench_of(context)):
            record_use(member_id=session.member_id, machine_id=session.machine_id, now=batch.now)
    if session.first_n is None:
        session = batch.put(_taken_up(session, state, batch.now))
        batch.note_session(session, "active")
    if session.state == CLOSING:
        return  # `off` is repeated until this state is followed by a better one
    _notice_dead_relay(batch, context, state)
    session = redecide(batch, context, session)
    if session.state == ACTIVE and session.ends_when_idle and state.st == ARMED:
        bench = bench_of(context)
        how = early(batch, bench, session, "finished")
        session = end(batch, bench, session, how, state.device)
    text = warned_again(batch, context, state, session)
    if session.state == ACTIVE:
        session = look_after(batch, context, state, session)
    if session.state != ACTIVE:
        tell_off(batch, session, state.device)
        return
    lease = sessions.lease(session, bench_of(context).terms, state, batch.now)
    if lease is None:
        return
    if batch.watch.mark_due(session.sid, batch.mono):
        batch.put(marked(session))
        batch.marks.append(session.sid)
    batch.say(state.device, replace(lease, text=text))


def _notice_dead_relay(batch: Batch, context: Context, state: wire.State) -> None:
    """It holds a session and says that its relay is off: the other mismatch."""
    box = context.box
    if box and batch.watch.is_missing(box.name, batch.mono, is_on=state.relay):
        told = _("Somebody is at {device}, and its relay stays off.")
        alarm(batch, box, "off-unasked", format_lazy(told, device=box.name))


def _taken_up(session: Session, state: wire.State, now: datetime) -> Session:
    return running.begun(sessions.taken_up(session, state, now), now)


def redecide(batch: Batch, context: Context, session: Session) -> Session:
    """S5: the decision of this moment about a session that was granted before."""
    bench = bench_of(context)
    facts = batch.known.facts_of(session, bench, badge_revoked=context.session_badge_revoked)
    decision = decide(facts, batch.now)
    if isinstance(decision, Denial):
        person = batch.known.people.get(session.member_id)
        batch.texts[session.sid] = words(decision.reasons[0], person, bench)
        return batch.put(sessions.closing(session, decision.mode, decision.code, batch.now))
    ground = alone.GROUND if session.ground == alone.GROUND else decision.ground
    stands_on = decision.until, decision.booked_until, decision.booking_id, ground
    before = session.until, session.booked_until, session.booking_id, session.ground
    if session.state == CLOSING or stands_on == before:
        return session
    session = replace(session, ground=ground)
    if session.state == ACTIVE and decision.booking_id != session.booking_id:
        attend(batch, decision.booking_id)  # the next of theirs, and they are at it already
    until, booked_until = decision.until, decision.booked_until
    return batch.put(
        running.given_until(session, until, decision.booking_id, batch.now, booked_until)
    )


def _meet_another(
    batch: Batch, context: Context, state: wire.State, sid: str, *, is_free: bool
) -> None:
    """S3: a session the device began on its own is taken over; any other one is over."""
    box = context.box
    if box is None or alone.is_awaited(batch, box, sid):
        return
    session = alone.adopt(batch, context, state) if is_free else None
    if session is None:
        _switch_off_unknown(batch, box, state, sid)
    else:
        _renew(batch, context, state, session)


def _switch_off_unknown(batch: Batch, box: Box, state: wire.State, sid: str) -> None:
    """S3: a session nobody here knows of, or one that is over."""
    off = wire.Off(sid=sid, mode=STOP, code="session-over", boot=state.boot)
    batch.say(box.name, off)
    if state.relay:
        told = _("{device} was on for a session that is over. It was told to switch off.")
        alarm(batch, box, "unknown-session", format_lazy(told, device=box.name), sid=sid)


def _switch_off_unasked(batch: Batch, box: Box, state: wire.State) -> None:
    """On, and for no session at all: not by us. Told with every state until it is off."""
    batch.say(box.name, wire.Off(sid="*", mode=STOP, code="not-granted", boot=state.boot))
    told = _("The relay of {device} is on, and nobody was let in. It was told to switch off.")
    alarm(batch, box, "on-unasked", format_lazy(told, device=box.name))


def _want(batch: Batch, context: Context, state: wire.State, session: Session | None) -> None:
    """S3: the interlock asks for a session it was offered."""
    if session is None or session.sid != state.want or session.state != OFFERED:
        off = wire.Off(sid=state.want or "*", mode=STOP, code="session-over")
        batch.say(state.device, replace(off, boot=state.boot))
        return
    session = redecide(batch, context, session)
    if session.state != OFFERED:
        tell_off(batch, session, state.device)
        return
    terms = bench_of(context).terms
    grant = sessions.grant(session, terms, state.n, up=state.up, now=batch.now)
    if grant is not None:
        batch.put(sessions.granted(session, terms, state.up))
        batch.say(state.device, grant)
