"""A tap, rule S2 of docs/protocol.md: recognise it, meet what is going on, decide, answer."""

import secrets
from dataclasses import replace

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import wire
from access import sessions
from access.answers import considered, finishing, would_walk_up
from access.decision import (
    MAINTENANCE,
    NEEDS_SUPERVISOR,
    SUPERVISED,
    Claim,
    Decision,
    Denial,
    Facts,
    Grant,
    decide,
    second_lacks,
)
from access.records import Bench, Box, Context, Event, Interlock
from access.services.alarms import alarm
from access.services.answers import answer, person_of, record, words
from access.services.batch import Batch, bench_of
from access.services.chain import ANSWER_KEPT
from access.services.doors import door_of, knock
from access.services.endings import early, end, tell_off
from access.services.enrolment import note_candidate
from access.services.first_tap import First, first_of_two
from access.services.floods import count_refusal, pass_over
from access.services.pins import pin_refusal
from access.services.running import has_just_taken_over, in_use, show_time
from access.services.trust import SIGNS
from access.sessions import FAULT, OFFERED, Meeting, Session, meet
from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import check_in, walk_up
from equipment.models import Machine, ToolClass
from equipment.reason import Reason
from members.models import Badge, Member


def handle_tap(batch: Batch, context: Context, tap: wire.Tap) -> None:
    """Exactly one line in the log and one answer, or the reason why there is none.

    Of a flood there is no line, and so it is only ever refused: what is granted is on record.
    """
    box = context.box
    if box is None:
        return
    batch.watch.taps += 1
    if _repeated(batch, context, box, tap):
        return
    is_late = batch.watch.is_stale(box.name, tap.boot, tap.up, box.up)
    is_nobodys = is_late or context.member_id is None
    if is_nobodys and not batch.watch.may_record_nobodys(box.name, batch.mono):
        pass_over(batch, box)
        if not is_late:  # for an answer, too
            _slow_down(batch, context, tap)
        return
    if is_late:
        record(batch, context, tap, "stale")
        return
    if context.member_id is None:
        _unknown(batch, context, box, tap)
        return
    if not batch.watch.may_tap(box.name, context.badge_hash, batch.mono):
        count_refusal(batch, box, _too_often(batch, context, box, tap))
        _slow_down(batch, context, tap)
        return
    if (door := door_of(box)) is not None:
        knock(batch, context, tap, door)
        return
    interlock = _interlock(batch, context, tap)
    if isinstance(interlock, str):
        _without_machine(batch, context, tap, interlock)
        return
    session = batch.sessions.get(bench_of(context).id)
    if session is not None:
        _meet(batch, context, tap, session, interlock)
        return
    _begin(batch, context, tap, interlock)


def _repeated(batch: Batch, context: Context, box: Box, tap: wire.Tap) -> bool:
    """Amendment 11: one (device, boot, nonce) is decided once, for good."""
    now = batch.taps.get((box.id, tap.boot, tap.nonce))
    before = context.recorded
    if now is not None:
        recorded, sid, at, payload = now.badge_hash, now.sid, now.at, now.answer
    elif before is not None:
        recorded, sid, at, payload = before.badge_hash, before.sid, before.at, before.answer
    else:
        return False
    if recorded != context.badge_hash:
        message = wire.Answer(boot=tap.boot, nonce=tap.nonce, ok=False, code="nonce-reuse", text="")
        batch.say(box.name, message)
        told = format_lazy(_("One number for two badges at {device}."), device=box.name)
        alarm(batch, box, "nonce-reuse", told)
    elif payload is not None and batch.now - at <= ANSWER_KEPT:
        _answer_again(batch, context, box, sid, payload)
    return True


def _answer_again(batch: Batch, context: Context, box: Box, sid: str, payload: bytes) -> None:
    """The recorded answer, `exp` and all; its grant only while the session lives.

    So is the offer, to another box: of two gatekeepers one alone may have its ear, if it is a plug.
    """
    message = wire.parse_down(f"bk/1/{box.name}/down/answer", payload)
    session = batch.sessions.get(context.bench.id) if context.bench else None
    if session is not None and (session.sid != sid or session.state == sessions.CLOSING):
        session = None
    if isinstance(message, wire.Answer) and message.grant is not None and session is None:
        message = replace(message, grant=None, ok=False, code="session-over")
    batch.say(box.name, message)
    interlock = context.interlock
    if session is not None and session.state == OFFERED and interlock and interlock.id != box.id:
        batch.say(interlock.name, wire.Offer(boot=session.boot, sid=sid))


def _too_often(batch: Batch, context: Context, box: Box, tap: wire.Tap) -> Event:
    """What its line would be."""
    return Event(
        batch.now,
        "tap",
        "slow-down",
        device_id=box.id,
        boot=tap.boot,
        badge_hash=context.badge_hash,
        member_id=context.member_id,
        machine_id=box.machine_id,
        ok=False,
    )


def _slow_down(batch: Batch, context: Context, tap: wire.Tap) -> None:
    """One of a flood: refused, without a line."""
    text = words(Reason("slow-down"), None, context.bench)
    batch.say(tap.device, wire.Answer(tap.boot, tap.nonce, ok=False, code="slow-down", text=text))


def _unknown(batch: Batch, context: Context, box: Box, tap: wire.Tap) -> None:
    """A badge that is nobody's; at an enrolment reader staff are shown it."""
    if context.badge_was_revoked:
        answer(batch, context, tap, "badge-revoked")
    elif box.is_enrolment and not context.badge.startswith("?"):
        note_candidate(device_id=box.id, number=context.badge, now=batch.now)
        answer(batch, context, tap, "candidate")
    else:
        answer(batch, context, tap, "unknown-badge")


def _interlock(batch: Batch, context: Context, tap: wire.Tap) -> Interlock | str:
    """What switches the machine meant, or the code of why nothing does."""
    box, bench, interlock = context.box, context.bench, context.interlock
    if box is None or bench is None or interlock is None or not box.is_reader:
        return "no-machine"
    if tap.machine is not None and tap.machine != bench.slug:
        return "no-machine"
    own = batch.boxes.get(interlock.id)
    if own is not None:  # what this batch has just heard of it
        interlock = Interlock(own.id, own.name, own.boot, own.online, own.state)
    if interlock.state == FAULT:
        return "fault"
    if interlock.id != box.id and not (interlock.online and interlock.boot):
        is_fit = bench.risk != ToolClass.Risk.HIGH or SIGNS in interlock.caps
        return "interlock-offline" if is_fit else "interlock-unfit"
    return interlock


def _without_machine(batch: Batch, context: Context, tap: wire.Tap, code: str) -> None:
    person = person_of(batch, context)
    name = {"name": person.first_name if person else ""}
    if code == "no-machine" and context.box is not None and context.box.is_enrolment:
        answer(batch, context, tap, "badge-known", name)
    else:
        machine = context.bench.name if context.bench else ""
        answer(batch, context, tap, code, {"machine": machine})


# --- somebody is at it -------------------------------------------------------------------------


def _meet(
    batch: Batch, context: Context, tap: wire.Tap, session: Session, interlock: Interlock
) -> None:
    own = session.is_of(context.member_id)
    meeting = meet(session, interlock.state, own=own, up=tap.up)
    bench = bench_of(context)
    ends = sessions.told_until(session, batch.now)
    until = {"until": ends, "machine": bench.name, "machine_slug": bench.slug}
    left = sessions.booked_left(session, batch.now)
    if meeting is Meeting.IN_USE:
        in_use(batch, context, tap, session, interlock, _facts(batch, context))
    elif meeting is Meeting.FINISHING:
        _finishing(batch, context, tap, session)
    elif meeting is Meeting.GRANT_AGAIN:
        _grant_again(batch, context, tap, session, interlock)
    elif meeting is Meeting.END:
        how = early(batch, bench, session, "finished")
        end(batch, bench, session, how, interlock.name)
        told = how.reason
        answer(batch, context, tap, told.code, told.params, ok=True, sid=session.sid)
    elif meeting is Meeting.SHOW_TIME:
        show_time(batch, context, tap, session)
    elif meeting is Meeting.END_WHEN_IDLE:
        batch.put(replace(session, ends_when_idle=True))
        answer(batch, context, tap, "ends-when-idle", until, ok=True, sid=session.sid, left=left)


def _finishing(batch: Batch, context: Context, tap: wire.Tap, session: Session) -> None:
    """The machine is not free yet; whoever booked it has come, and so does not miss it."""
    if has_just_taken_over(batch, context, session):
        return
    told = finishing(bench_of(context), session, batch.now)
    answer(batch, context, tap, told.code, told.params)
    decision = decide(_facts(batch, context), batch.now)
    if isinstance(decision, Grant) and session.member_id != context.member_id:
        attend(batch, decision.booking_id)


def _grant_again(
    batch: Batch, context: Context, tap: wire.Tap, session: Session, interlock: Interlock
) -> None:
    """Amendment 19: the same session for the new nonce, if it is still the member's right."""
    bench = bench_of(context)
    decision = _others_badge(batch, context, session) or decide(
        batch.known.facts_of(session, bench), batch.now
    )
    if isinstance(decision, Denial):
        closing = batch.put(sessions.closing(session, decision.mode, decision.code, batch.now))
        tell_off(batch, closing, interlock.name)
        _deny(batch, context, tap, decision)
        return
    session = replace(session, until=decision.until, booked_until=decision.booked_until)
    if context.member_id == session.member_id:
        session = replace(session, badge_id=context.badge_id)
    else:
        session = replace(session, companion_badge_id=context.badge_id)
    _give(batch, context, tap, session, interlock)


def _others_badge(batch: Batch, context: Context, session: Session) -> Denial | None:
    """The tap proves one's own badge; the other's may have been revoked since they tapped."""
    if session.companion_id is None:
        return None
    is_owner = context.member_id == session.member_id
    badge_id = session.companion_badge_id if is_owner else session.badge_id
    if not Badge.objects.filter(pk=badge_id or 0).exclude(revoked_at=None).exists():
        return None
    other = batch.known.people[session.companion_id if is_owner else session.member_id]
    reason = Reason("companion-may-not", {"name": other.first_name})
    return Denial((reason, Reason("badge-revoked")))


# --- nobody is at it ---------------------------------------------------------------------------


def _begin(batch: Batch, context: Context, tap: wire.Tap, interlock: Interlock) -> None:
    """Everything else first, the PIN then, and the claim on the machine last."""
    if _begin_together(batch, context, tap, interlock):
        return
    bench, member_id = bench_of(context), context.member_id or 0
    decision = considered(batch.known, bench, _facts(batch, context), batch.now)
    walks_up = _walks_up(decision, bench)
    if walks_up and bench.two_person:  # booked when the second has tapped
        decision = would_walk_up(batch.known, bench, member_id, batch.now)
        walks_up = False
    if isinstance(decision, Grant) or decision.awaits_another() or walks_up:
        if (reason := pin_refusal(batch, context, tap)) is not None:
            decision = Denial((reason,))
        elif walks_up:
            refused = _walk_up(batch, bench, member_id)
            decision = refused or decide(_facts(batch, context), batch.now)
    if isinstance(decision, Denial):
        _deny(batch, context, tap, decision)
        return
    session = _session(batch, context, interlock, decision, member_id, context.badge_id)
    _give(batch, context, tap, batch.add(session), interlock)


def _begin_together(batch: Batch, context: Context, tap: wire.Tap, interlock: Interlock) -> bool:
    """Whether this is the second tap of two, and so is answered."""
    bench, member_id = bench_of(context), context.member_id or 0
    may_certify = bench.supervised and batch.known.ever_certifies(member_id, bench)
    first = first_of_two(batch, context, tap) if bench.two_person or may_certify else None
    if first is None or (first.code == NEEDS_SUPERVISOR and not may_certify):
        return False
    batch.known.learn({first.member_id})
    decision = _decide_for_two(batch, context, first)
    if decision is None:
        return False
    walks_up = _walks_up(decision, bench)
    if isinstance(decision, Grant) or walks_up:
        if (reason := pin_refusal(batch, context, tap)) is not None:
            decision = Denial((reason,))
        elif walks_up:
            host = member_id if first.code == NEEDS_SUPERVISOR else first.member_id
            refused = _walk_up(batch, bench, host)
            decision = refused or decide(_facts_of_two(batch, context, first), batch.now)
    if isinstance(decision, Denial):
        _deny(batch, context, tap, decision)
        return True
    session = _session(batch, context, interlock, decision, first.member_id, first.badge_id)
    session = replace(session, companion_id=member_id, companion_badge_id=context.badge_id)
    _give(batch, context, tap, batch.add(session), interlock)
    return True


def _decide_for_two(batch: Batch, context: Context, first: First) -> Decision | None:
    """None: whoever tapped is nobody's second, and may have come for their own."""
    facts = _facts_of_two(batch, context, first)
    lacking = second_lacks(facts, batch.now)
    if lacking:
        return Denial(lacking) if first.code == NEEDS_SUPERVISOR else None
    return decide(facts, batch.now)


def _facts_of_two(batch: Batch, context: Context, first: First) -> Facts:
    ground = SUPERVISED if first.code == NEEDS_SUPERVISOR else ""
    bench, second = bench_of(context), context.member_id
    return batch.known.facts(first.member_id, bench, companion_id=second, ground=ground)


def _session(
    batch: Batch,
    context: Context,
    interlock: Interlock,
    grant: Grant,
    member_id: int,
    badge_id: int | None,
) -> Session:
    return Session(
        sid=secrets.token_hex(12),
        machine_id=bench_of(context).id,
        member_id=member_id,
        booking_id=grant.booking_id,
        badge_id=badge_id,
        interlock_id=interlock.id,
        boot=interlock.boot,
        ground=grant.ground,
        state=OFFERED,
        offered_at=batch.now,
        until=grant.until,
        booked_until=grant.booked_until,
    )


def _walks_up(decision: Decision, bench: Bench) -> bool:
    """The machine is free and may be had at once."""
    return bench.walk_up and isinstance(decision, Denial) and decision.is_unclaimed()


def _walk_up(batch: Batch, bench: Bench, member_id: int) -> Denial | None:
    """Book it on the spot; why not, where it cannot be."""
    member = Member.objects.get(pk=member_id)
    machine = Machine.objects.select_related("tool_class__requires", "space").get(pk=bench.id)
    try:
        booking = walk_up(member=member, machine=machine, by=member, now=batch.now, tap=True)
    except Refused as refused:
        return Denial(tuple(refused.reasons))
    batch.known.add_claim(bench.id, claim_of(booking))
    return None


def claim_of(booking: Booking) -> Claim:
    """A booking as the decision sees it."""
    return Claim(
        booking.pk,
        booking.member_id,
        booking.starts,
        booking.ends,
        booking.blocked_until,
        booking.state in (Booking.State.CONFIRMED, Booking.State.RUNNING),
    )


# --- what is said ------------------------------------------------------------------------------


def _give(
    batch: Batch, context: Context, tap: wire.Tap, session: Session, interlock: Interlock
) -> None:
    """Answer with the grant, or offer the session to the interlock if that is another box."""
    bench = bench_of(context)
    code, params = _welcome(batch, session)
    left = sessions.booked_left(session, batch.now)
    grant = None
    if interlock.name == tap.device:
        grant = sessions.grant(session, bench.terms, tap.nonce, up=tap.up, now=batch.now)
        if grant is None:
            reason = Reason("time-up", {"machine": bench.name, "ended": session.until})
            batch.put(sessions.ended(session, "time-up", batch.now))
            _deny(batch, context, tap, Denial((reason,)))
            return
        session = sessions.granted(session, bench.terms, tap.up)
    else:
        batch.say(interlock.name, wire.Offer(boot=session.boot, sid=session.sid))
    batch.put(session)
    answer(batch, context, tap, code, params, ok=True, sid=session.sid, left=left, grant=grant)


def _welcome(batch: Batch, session: Session) -> tuple[str, dict[str, object]]:
    """Whom the machine is for now, and until when."""
    people = batch.known.people
    member, companion = people.get(session.member_id), people.get(session.companion_id or 0)
    params: dict[str, object] = {
        "name": member.first_name if member else "",
        "until": sessions.told_until(session, batch.now),
    }
    if companion is None:
        return ("granted-maintenance" if session.ground == MAINTENANCE else "granted"), params
    code = "granted-supervised" if session.ground == SUPERVISED else "granted-together"
    return code, params | {"other": companion.first_name}


def _deny(batch: Batch, context: Context, tap: wire.Tap, denial: Denial) -> None:
    first = denial.reasons[0]
    up = tap.up if denial.awaits_another() else None
    answer(batch, context, tap, first.code, first.params, reasons=denial.reasons, up=up)


def attend(batch: Batch, booking_id: int | None) -> None:
    """The member is there: their booking is not a no-show."""
    if batch.known.has_begun(booking_id):
        return  # somebody has said so before
    booking = Booking.objects.filter(pk=booking_id or 0).first()
    if booking is None:
        return
    try:
        check_in(booking=booking, by=booking.member, now=batch.now, tap=True)
    except Refused:
        return  # over, or not begun: being there changes nothing


def _facts(batch: Batch, context: Context) -> Facts:
    return batch.known.facts(context.member_id or 0, bench_of(context))
