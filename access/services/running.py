"""A session while it is on: its warnings, its idleness, and the taps that lengthen or take it."""

from dataclasses import replace
from datetime import timedelta

import wire
from access import running, sessions
from access.answers import met_by_other
from access.decision import Facts, Grant
from access.models import Device
from access.records import Context, Interlock
from access.services.answers import answer, words
from access.services.batch import Batch, bench_of
from access.services.endings import End, end
from access.services.pins import pin_refusal
from access.services.repeats import is_on_record
from access.sessions import RUNNING, Session
from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import extend
from equipment.reason import Reason
from members.models import Member
from notices.services import post

BEEPS = {10: 1, 5: 2, 1: 3}  # the nearer the end, the more
TAKEN_OVER = "taken-over"
PROOF_WITHIN = timedelta(seconds=3)  # a reader repeats its tap for four
SHOWN = 20  # seconds that a warning stays on the display


def look_after(batch: Batch, context: Context, state: wire.State, session: Session) -> Session:
    """What a state of a session that goes on calls for, beside its lease."""
    bench = bench_of(context)
    if bench.idle_end is not None and running.shows_jobs(session, state.ma):
        session = _idle(batch, context, state, session, bench.idle_end)
    if session.state == sessions.ACTIVE and (minutes := running.warning_due(session, batch.now)):
        session = _warn(batch, context, state, session, minutes)
    return session


def _warn(
    batch: Batch, context: Context, state: wire.State, session: Session, minutes: int
) -> Session:
    """Once each, whatever restarts: which was told last stands in the session."""
    reason = _nearly_up(batch, context, state, session)
    _show(batch, context, state, session, reason, BEEPS[minutes])
    return batch.put(replace(session, warned=minutes))


def _nearly_up(batch: Batch, context: Context, state: wire.State, session: Session) -> Reason:
    bench = bench_of(context)
    claims = batch.known.claims_of(bench.id)
    extends = bench.extend_by_tap_minutes and running.may_extend(session, claims, batch.now)
    left = running.minutes_left(session, batch.now)
    code = "nearly-up-extend" if extends and state.st == RUNNING else "nearly-up"
    return Reason(code, {"left_minutes": left})


def warned_again(batch: Batch, context: Context, state: wire.State, session: Session) -> str | None:
    """The words of a warning, for the leases right after it: nobody tells us that it arrived."""
    if not running.just_warned(session, batch.now):
        return None
    person = batch.known.people.get(session.member_id)
    return words(_nearly_up(batch, context, state, session), person, context.bench)


def _idle(
    batch: Batch, context: Context, state: wire.State, session: Session, limit: timedelta
) -> Session:
    """Armed and drawing nothing: told in its last minute, with every state; then it is over."""
    bench = bench_of(context)
    seen = running.noticed(session, state.st, state.up)
    if seen is not session:
        session = batch.put(seen)
    left = running.idle_left(session, limit, state.up)
    if left is None:
        return session
    minutes = {"idle_minutes": limit // timedelta(minutes=1)}
    if left <= timedelta(0):
        code = "idle-freed" if session.ground in running.OWN_TIME else "idle"
        return end(batch, bench, session, End("idle", Reason(code, minutes)), state.device)
    seconds = {"seconds": int(left.total_seconds())}
    _show(batch, context, state, session, Reason("idle-soon", seconds), 1)
    return session


def _show(
    batch: Batch, context: Context, state: wire.State, session: Session, reason: Reason, beep: int
) -> None:
    """On the interlock's display, and on the readers' where that is another box in a cabinet."""
    person = batch.known.people.get(session.member_id)
    text = wire.Text(text=words(reason, person, context.bench), secs=SHOWN, beep=beep)
    names = [state.device]
    if context.box is not None and not context.box.is_reader:
        readers = Device.objects.filter(machine=session.machine_id, is_reader=True, revoked_at=None)
        names += readers.values_list("name", flat=True)
    for name in names:
        batch.say(name, text)


# --- taps --------------------------------------------------------------------------------------


def show_time(batch: Batch, context: Context, tap: wire.Tap, session: Session) -> None:
    """The owner's first tap at a running job: how long yet, or longer, where that is agreed.

    Whatever it comes to, a second one within ten seconds says that they are done.
    """
    session = batch.put(replace(session, shown_up=tap.up))
    bench = bench_of(context)
    is_owner = session.member_id == context.member_id
    claims = batch.known.claims_of(bench.id)
    is_time = bench.extend_by_tap_minutes and running.may_extend(session, claims, batch.now)
    if is_owner and is_time:
        _extend(batch, context, tap, session, timedelta(minutes=bench.extend_by_tap_minutes))
        return
    until = sessions.told_until(session, batch.now)
    params = {"until": until, "machine": bench.name, "machine_slug": bench.slug}
    left = sessions.booked_left(session, batch.now)
    answer(batch, context, tap, "running", params, ok=True, sid=session.sid, left=left)


def _extend(batch: Batch, context: Context, tap: wire.Tap, session: Session, by: timedelta) -> None:
    """The booking's own rules decide; the sweep that follows moves the session's end."""
    booking = Booking.objects.select_related("machine__tool_class", "machine__space", "member").get(
        pk=session.booking_id or 0
    )
    member = Member.objects.get(pk=context.member_id or 0)
    try:
        booking = extend(booking=booking, ends=booking.ends + by, by=member, now=batch.now)
    except Refused as refused:
        first = refused.reasons[0]
        told = tuple(refused.reasons)
        answer(batch, context, tap, first.code, first.params, sid=session.sid, reasons=told)
        return
    left = sessions.seconds_until(booking.ends, batch.now)
    until = {"until": booking.ends}
    answer(batch, context, tap, "extended", until, ok=True, sid=session.sid, left=left)


def in_use(
    batch: Batch,
    context: Context,
    tap: wire.Tap,
    session: Session,
    interlock: Interlock,
    facts: Facts,
) -> None:
    """Somebody else's tap: it is taken, finishing, or was left on and is theirs to take over."""
    met = met_by_other(batch.known, bench_of(context), session, facts, interlock.state, batch.now)
    if isinstance(met, Grant):
        met = pin_refusal(batch, context, tap) or met  # nobody is put out by who may not begin
    if isinstance(met, Grant):
        _take_over(batch, context, session, interlock)
    else:
        answer(batch, context, tap, met.code, met.params)


def has_just_taken_over(batch: Batch, context: Context, session: Session) -> bool:
    """Whether the tap is the taker's, and the proof on its way: its repeat comes within the second.

    It may be that very tap, handled by another gatekeeper or brought twice. When too little time is
    left for repeats it is told what it waits for.
    """
    if session.closing_code != TAKEN_OVER or session.closing_at is None:
        return False
    if not timedelta(0) <= batch.now - session.closing_at < PROOF_WITHIN:
        return False
    return is_on_record(
        batch,
        device_id=session.interlock_id,
        kind="session",
        code="take-over",
        sid=session.sid,
        member_id=context.member_id,
    )


def _take_over(batch: Batch, context: Context, session: Session, interlock: Interlock) -> None:
    """The old session ends; the reader repeats the tap within the second, and then it is theirs.

    That tap has no answer and no line of its own before it begins something or is refused.
    """
    bench = bench_of(context)
    over = running.left_on_since(session, batch.known.claims_of(bench.id), batch.now)
    taker = batch.known.people[context.member_id or 0]
    batch.note(
        "session",
        "take-over",
        device_id=interlock.id,
        boot=session.boot,
        member_id=taker.id,
        machine_id=bench.id,
        sid=session.sid,
        detail={"from": session.member_id},
    )
    reason = Reason("taken-over", {"holder": taker.short_name})
    end(batch, bench, session, End(TAKEN_OVER, reason), interlock.name)
    post(
        to=Member.objects.get(pk=session.member_id),
        kind="session-taken-over",
        key=f"session-taken-over-{session.sid}",
        context={
            "machine": bench.name,
            "machine_slug": bench.slug,
            "ended": (over or batch.now).isoformat(),
            "zone": bench.zone_name,
        },
        at=batch.now,
    )
