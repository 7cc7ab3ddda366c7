"""The device rules of docs/protocol.md, one by one. Knows no clock, broker or relay.

Every function takes the device's memory and `up`, its seconds since boot. The guards return why a
message is not acted on, or None; the rules change the memory and nothing else.
"""

from wire import journal
from wire.memory import (
    ARMED,
    FAULT,
    GRACE,
    LOCKED,
    RUNNING,
    Config,
    Memory,
    Notice,
    PendingTap,
    Session,
    Want,
)
from wire.messages import Answer, Grant, Lease, Off, Offer, State, Sync, Tap

LONGEST_LEASE = 60
FRESH = 5
RETRY_EVERY = 1
RETRIES = 4
DEBOUNCE = 3
SETTLE = 2
ENDED_KEPT = 16
LONGEST_PULSE_MS = 10_000
TYPED_FOR = 10
MOST_DIGITS = 16
NOTICE_SECONDS = 8

DIGITS = tuple("0123456789")
NO_CONNECTION = "No connection. Tap again in a moment."
TAP_AGAIN = "That took too long. Tap again."


def energised(memory: Memory, up: float) -> bool:
    """D2: the relay is on exactly while a lease, GRACE, or a door's pulse has time left."""
    session = memory.session
    if session is None:
        return memory.st == LOCKED and up < memory.pulse_end
    if memory.st == GRACE:
        return up < min(session.grace_end, session.hard)
    return up < session.exp


def grant_refused(memory: Memory, grant: Grant, up: float) -> str | None:
    """D3: why this grant must not switch anything on."""
    if grant.boot != memory.boot:
        return "of another boot"
    if memory.st != LOCKED:
        return f"{memory.st}, not locked"
    if not up < grant.exp <= up + LONGEST_LEASE:
        return "expired" if grant.exp <= up else "longer than a lease may be"
    if grant.sid in memory.ended:
        return "session has ended"
    if not (_answers_tap(memory, grant, up) or _answers_want(memory, grant, up)):
        return "answers nothing asked here in the last 5 s"
    return None


def arm(memory: Memory, config: Config, grant: Grant, up: float) -> None:
    """D3: take up a grant. Leases count from the state that will report this."""
    memory.st = ARMED
    memory.session = Session(
        sid=grant.sid,
        exp=grant.exp,
        hard=grant.hard,
        fin=grant.fin if "current" in config.caps else 0,
        idle_s=grant.idle_s,
        run_ma=grant.run_ma,
        ends=int(up) + grant.left,
        last_re=memory.n,
    )
    memory.run_ma = grant.run_ma or config.stray_ma
    memory.idle_s = grant.idle_s
    memory.tap = memory.want = None


def lease_refused(memory: Memory, lease: Lease, up: float) -> str | None:
    """D4: why this lease must not move the end of the session."""
    session = memory.session
    if lease.boot != memory.boot:
        return "of another boot"
    if session is None or lease.sid != session.sid:
        return "not the session here"
    if session.closing:
        return "session is closing"
    if lease.re <= session.last_re:
        return "answers an older state than the last lease did"
    if lease.re > memory.n:
        return "answers a state not sent yet"
    if not up < lease.exp <= up + LONGEST_LEASE:
        return "expired" if lease.exp <= up else "longer than a lease may be"
    return None


def renew(memory: Memory, lease: Lease, up: float) -> None:
    """D4: a lease sets the end, earlier ones too. It ends GRACE, but seconds spent stay spent."""
    session = memory.session
    if session is None:
        return
    session.exp, session.hard, session.last_re = lease.exp, lease.hard, lease.re
    session.ends = int(up) + lease.left
    if memory.st == GRACE:
        memory.st = RUNNING
        # every second of the clock that GRACE touched counts, so that short ones add up to no gain
        session.used += int(up) - session.grace_from + 1


def watch_load(memory: Memory, up: float) -> None:
    """D5, D9: note since when current flows, has stopped, or flows where it must not."""
    session = memory.session
    load = session is not None and session.run_ma > 0 and memory.ma >= session.run_ma
    stray = not memory.relay and (memory.ma > memory.run_ma or memory.aux)
    memory.load_since = _since(memory.load_since, load, up)
    memory.idle_since = _since(memory.idle_since, not load, up)
    memory.stray_since = _since(memory.stray_since, stray, up)


def follow_load(memory: Memory, up: float) -> None:
    """D5: armed becomes running after 2 s of current, and armed again after idle_s without."""
    session = memory.session
    if session is None:
        return
    if memory.st == ARMED and _lasted(memory.load_since, SETTLE, up):
        memory.st = RUNNING
    elif memory.st == RUNNING and _lasted(memory.idle_since, session.idle_s, up):
        memory.st = ARMED


def lapse(memory: Memory, up: float) -> None:
    """D6: the lease, the job or GRACE is over. Applied before each message is looked at."""
    session = memory.session
    if session is None:
        return
    if memory.st == GRACE:
        if up >= session.grace_end or _lasted(memory.idle_since, session.idle_s, up):
            lock(memory, session)
    elif up >= session.exp:
        run_out(memory, session, up)


def run_out(memory: Memory, session: Session, up: float) -> None:
    """D6: a running job gets what is left of its seconds to finish; everything else locks."""
    since = min(int(up), session.exp)
    grace_end = min(since + session.fin - session.used, session.hard)
    if memory.st == RUNNING and up < grace_end:
        memory.st = GRACE
        session.grace_from, session.grace_end = since, grace_end
    else:
        lock(memory, session)


def lock(memory: Memory, session: Session) -> None:
    """D7: locked, and this session is over for good."""
    memory.st = LOCKED
    memory.session = None
    end_for_good(memory, session.sid)
    if session.badge is not None:
        journal.note(memory, "off", session.badge, session.sid)


def end_for_good(memory: Memory, sid: str) -> None:
    """D7: no grant for this session will be accepted any more."""
    if sid not in memory.ended:
        memory.ended = (*memory.ended, sid)[-ENDED_KEPT:]


def stop(memory: Memory) -> None:
    """D7, D11: whatever is on, asked for or waited for here is over."""
    if memory.session is not None:
        lock(memory, memory.session)
    if memory.want is not None:
        end_for_good(memory, memory.want.sid)
    memory.want = memory.tap = None
    memory.pulse_end = 0.0


def pulse_refused(memory: Memory, config: Config, pulse_ms: int) -> str | None:
    """D12: why this answer must not open a door; that it answers the waiting tap is known."""
    if "door" not in config.caps:
        return "no door here"
    if memory.st != LOCKED:
        return f"{memory.st}, not locked"
    if not 0 < pulse_ms <= LONGEST_PULSE_MS:
        return "longer than a pulse may be" if pulse_ms else "no pulse at all"
    return None


def open_door(memory: Memory, pulse_ms: int, up: float) -> None:
    """D12: no session, no lease, nothing to renew."""
    memory.pulse_end = up + pulse_ms / 1000


def switch_off(memory: Memory, off: Off, up: float) -> None:
    """D7: end a session now or after its job; one not known here is ended before it begins."""
    session = memory.session
    if session is not None and off.sid in (session.sid, "*"):
        if off.mode == "after-job":
            finish_job(memory, session, up)
        else:
            lock(memory, session)
    elif off.sid != "*":
        end_for_good(memory, off.sid)
    if memory.want is not None and off.sid in (memory.want.sid, "*"):
        end_for_good(memory, memory.want.sid)
        memory.want = None
    if off.sid == "*":
        memory.pulse_end = 0.0


def finish_job(memory: Memory, session: Session, up: float) -> None:
    """D7 after-job: no lease from here on; a job in GRACE keeps the end it has."""
    session.closing = True
    if memory.st != GRACE:
        run_out(memory, session, up)


def tap_refused(memory: Memory, badge: str, up: float) -> str | None:
    """D8: why this sighting of a badge is not a tap. A badge left on the reader taps once."""
    seen, memory.seen = memory.seen, (badge, up)
    if seen is not None and seen[0] == badge and up - seen[1] < DEBOUNCE:
        return "the same badge, still there"
    if memory.tap is not None:
        return "the tap before has no answer yet"
    return None


def type_key(memory: Memory, key: str, up: float) -> None:
    """D8: digits wait for a badge; `*` takes them back, other keys are none."""
    if key == "*":
        memory.typed = ()
    elif key in DIGITS:
        memory.typed = (*memory.typed, (key, up))[-MOST_DIGITS:]


def forget_digits(memory: Memory, up: float) -> None:
    """D8: what was typed too long before any badge."""
    memory.typed = tuple((digit, at) for digit, at in memory.typed if up - at <= TYPED_FOR)


def take_pin(memory: Memory) -> str | None:
    """D8: the digits that go with this tap, and with no other."""
    typed, memory.typed = memory.typed, ()
    return "".join(digit for digit, _ in typed) or None


def begin_tap(memory: Memory, tap: Tap, up: float) -> None:
    """D8: from here the tap waits for its answer."""
    memory.tap = PendingTap(tap, since=up)
    memory.notice = None


def tap_to_retry(memory: Memory, up: float) -> Tap | None:
    """D8: the waiting tap, each second, four times: the same message with the same nonce."""
    tap = memory.tap
    if tap is None or tap.retries == RETRIES:
        return None
    if up - tap.since < (tap.retries + 1) * RETRY_EVERY:
        return None
    memory.tap = PendingTap(tap.message, tap.since, tap.retries + 1)
    return tap.message


def give_up(memory: Memory, up: float) -> str | None:
    """D8: what got no answer in 5 s is over; a state says so, and proves that nothing is held.

    Returns the badge that waited in vain.
    """
    if memory.want is not None and up - memory.want.since > FRESH:
        memory.want = None
        memory.report_due = True
    if memory.tap is None or up - memory.tap.since <= FRESH:
        return None
    badge = memory.tap.message.badge
    memory.tap = None
    memory.report_due = True
    memory.notice = Notice(NO_CONNECTION, up + NOTICE_SECONDS, refused=True)
    return badge


def answer_refused(memory: Memory, answer: Answer) -> str | None:
    """D8: why this is not the answer to the tap that waits."""
    if answer.boot != memory.boot:
        return "of another boot"
    if memory.tap is None or memory.tap.message.nonce != answer.nonce:
        return "answers no tap that waits"
    return None


def offer_refused(memory: Memory, offer: Offer) -> str | None:
    """D3: why this interlock does not ask for the session offered."""
    if offer.boot != memory.boot:
        return "of another boot"
    if memory.st != LOCKED:
        return f"{memory.st}, not locked"
    if offer.sid in memory.ended:
        return "session has ended"
    if memory.want is not None and memory.want.sid == offer.sid:
        return "asked for already"
    return None


def ask_for(memory: Memory, offer: Offer, up: float) -> None:
    """D3: ask for the offered session with each state, for 5 s."""
    memory.want = Want(offer.sid, since=up, asked=up)


def ask_again(memory: Memory, up: float) -> None:
    """D3: a grant is QoS 0 and may be lost, so the state that asks for it is sent each second."""
    if memory.want is not None and up - memory.want.asked >= RETRY_EVERY:
        memory.want = Want(memory.want.sid, memory.want.since, asked=up)
        memory.report_due = True


def watch_contactor(memory: Memory, up: float) -> None:
    """D9: current for 2 s behind an open relay. Only a reboot leads out of FAULT."""
    if memory.st != FAULT and _lasted(memory.stray_since, SETTLE, up):
        memory.st = FAULT
        memory.fault = "contactor-stuck"
        memory.want = None


def sync_refused(memory: Memory, sync: Sync, up: float) -> str | None:
    """Sync: a question to this boot, or the time in answer to a state at most 5 s old."""
    if sync.boot is not None and sync.boot != memory.boot:
        return "of another boot"
    if sync.re is not None and not any(
        sent.n == sync.re and up - sent.up <= FRESH for sent in memory.sent
    ):
        return "answers no state of the last 5 s"
    return None


def answer_sync(memory: Memory, sync: Sync, up: float) -> None:
    """Sync: without `re` it asks for a state that echoes its id; with `re` it brings the time."""
    if sync.re is None:
        memory.sync_id = sync.id
        memory.report_due = True
    elif sync.utc is not None:
        memory.utc_at_boot = sync.utc - int(up)


def state_of(memory: Memory, config: Config, up: float) -> State:
    """What this device says of itself; it names a session only while it holds it."""
    return State(
        device=config.name,
        boot=memory.boot,
        up=int(up),
        n=memory.n + 1,
        st=memory.st,
        relay=memory.relay,
        ma=memory.ma if "current" in config.caps else None,
        aux=memory.aux if "aux" in config.caps else None,
        sid=memory.session.sid if memory.session else None,
        want=memory.want.sid if memory.want else None,
        fault=memory.fault,
        grace_end=memory.session.grace_end if memory.session and memory.st == GRACE else None,
        id=memory.sync_id,
    )


def _answers_tap(memory: Memory, grant: Grant, up: float) -> bool:
    tap = memory.tap
    return tap is not None and grant.re == tap.message.nonce and up - tap.since <= FRESH


def _answers_want(memory: Memory, grant: Grant, up: float) -> bool:
    return any(
        sent.n == grant.re and sent.want == grant.sid and up - sent.up <= FRESH
        for sent in memory.sent
    )


def _since(before: float | None, holds: bool, up: float) -> float | None:
    if not holds:
        return None
    return up if before is None else before


def _lasted(since: float | None, seconds: float, up: float) -> bool:
    return since is not None and up - since >= seconds
