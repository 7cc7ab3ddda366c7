"""One batch: what was read, what changed, what is to be said. Writes in bulk; decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

import wire
from access import facts
from access.facts import Known
from access.records import Asked, Bench, Box, Context, Event, Interlock, Outbound
from access.services import trust
from access.sessions import ENDED, Session
from access.statements import Write, begin, on_postgres, write
from access.watch import Watch
from wire import sign

_SESSION = tuple(f.name for f in fields(Session))
_CHANGING = tuple(name for name in _SESSION if name != "sid")
_EVENT = (
    "device_id", "at", "kind", "boot", "nonce", "badge_hash", "member_id", "machine_id", "sid",
    "ok", "code", "detail", "answer",
)  # fmt: skip
_BOX = (
    "online", "seen_at", "boot", "n", "up", "sync_id", "sync_boot", "state", "relay", "ma",
    "fault", "firmware", "model", "caps", "key_before_sealed",
)  # fmt: skip


GATEKEEPERS = 0xBE9C  # the advisory lock that several of them take in turn
TURN = "2s"  # for it: we hold nothing yet that anybody could wait for
PATIENCE = "250ms"  # for any other lock; then the batch is given back and comes again


# Each of these sees what was committed while the one before it waited.
HOLD = f"""SET LOCAL lock_timeout = '{TURN}'; SELECT pg_advisory_xact_lock({GATEKEEPERS});
SET LOCAL lock_timeout = '{PATIENCE}';
SELECT number FROM members_accessepoch WHERE id = 1 FOR SHARE"""  # noqa: S608  constants only


def hold_facts() -> None:
    """Amendment 18: between our reading and our writing nobody revokes, and nobody else handles.

    SQLite needs nothing: its transactions begin with the write lock and so follow one another.
    Whoever changes a booking locks it first and the epoch last, so they may wait for us while we
    wait for them. We are the ones to let go, long before PostgreSQL looks for deadlocks.
    """
    if on_postgres():
        begin(HOLD)


INSERT_EVENTS = Write("access_accessevent", _EVENT)
INSERT_SESSIONS = Write("access_session", _SESSION)
UPDATE_SESSIONS = Write("access_session", (*_CHANGING, "sid"), key="sid")
UPDATE_BOXES = Write("access_device", (*_BOX, "id"), key="id")
COUNT_DROPS = Write(
    "access_device",
    ("messages_dropped", "last_error", "last_error_at", "id"),
    key="id",
    added=("messages_dropped",),
)


@dataclass(slots=True)
class Batch:
    """The working set of one transaction. Boxes and sessions are shared by all its messages."""

    now: datetime
    mono: float
    watch: Watch
    known: Known
    boxes: dict[int, Box] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)  # open, by machine
    taps: dict[tuple[int, str, str], Event] = field(default_factory=dict)  # decided in this batch
    events: list[Event] = field(default_factory=list)
    out: list[Outbound] = field(default_factory=list)
    drops: dict[int, tuple[int, str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)  # why a session closes, for its display
    marks: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    alarms: list[tuple[str, str, str]] = field(default_factory=list)
    standing: set[tuple[str, str, str]] | None = None  # the alarms that do, where it was looked up
    silent: list[str] = field(default_factory=list)
    newest: dict[int, Event] = field(default_factory=dict)  # tap of each box, if there is one
    latest: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # n, up of a boot
    counted: list[tuple[tuple[object, ...], Event]] = field(default_factory=list)  # have no line
    summed: list[tuple[object, ...]] = field(default_factory=list)  # have one line together
    greeted: list[int] = field(default_factory=list)  # may take lists, or another, from now on
    believed: dict[str, tuple[bytes, ...] | None] = field(default_factory=dict)  # keys, by device
    interlocks: list[Interlock] = field(default_factory=list)
    _voices: dict[str, Box | Interlock] = field(default_factory=dict)
    _new: dict[str, Session] = field(default_factory=dict)
    _changed: dict[str, Session] = field(default_factory=dict)
    _touched: dict[int, Box] = field(default_factory=dict)

    @classmethod
    def of(cls, contexts: list[Context], now: datetime, mono: float, watch: Watch) -> "Batch":
        """Read what is known about everybody and every machine in `contexts`.

        Not of a tap that is on record, which another gatekeeper has answered: that is not decided.
        """
        sessions = {c.session.machine_id: c.session for c in contexts if c.session is not None}
        open_ = [c for c in contexts if c.recorded is None]
        benches = {c.bench.id: c.bench for c in open_ if c.bench is not None}
        members = {c.member_id for c in open_ if c.member_id is not None}
        concerned = [sessions[machine] for machine in benches if machine in sessions]
        members |= {session.member_id for session in concerned}
        members |= {s.companion_id for s in concerned if s.companion_id is not None}
        known = facts.know(members, benches.values(), now)
        boxes = {c.box.id: c.box for c in reversed(contexts) if c.box is not None}
        for context in contexts:
            if context.box is not None:
                context.box = boxes[context.box.id]
        interlocks = [c.interlock for c in contexts if c.interlock is not None]
        return cls(now, mono, watch, known, boxes, sessions, interlocks=interlocks)

    # --- what changes -------------------------------------------------------------------------

    def put(self, session: Session) -> Session:
        """The session is now like this; written when the batch is."""
        written = self._new if session.sid in self._new else self._changed
        written[session.sid] = session
        if session.state == ENDED:
            self._end(session)
        else:
            self.sessions[session.machine_id] = session
        return session

    def add(self, session: Session) -> Session:
        self._new[session.sid] = session
        return self.put(session)

    def _end(self, session: Session) -> None:
        standing = self.sessions.get(session.machine_id)
        if standing is not None and standing.sid == session.sid:
            del self.sessions[session.machine_id]
        self.over.append(session.sid)
        self.note_session(session, session.end_reason)

    def touch(self, box: Box) -> None:
        """What the device said of itself is worth writing."""
        self._touched[box.id] = box

    def note(self, kind: str, code: str, **columns: object) -> Event:
        """One more line of the log."""
        event = Event(self.now, kind, code, **columns)  # type: ignore[arg-type]
        self.events.append(event)
        return event

    def note_session(self, session: Session, code: str) -> None:
        """One more line about what becomes of it."""
        self.note(
            "session",
            code,
            device_id=session.interlock_id,
            boot=session.boot,
            member_id=session.member_id,
            machine_id=session.machine_id,
            sid=session.sid,
        )

    def last_state(self, device: str, boot: str) -> tuple[int, int] | None:
        """n and up of the newest state of that boot that this gatekeeper has handled."""
        return self.latest.get((device, boot)) or self.watch.latest.get((device, boot))

    def count_drop(self, box: Box | None, why: str) -> None:
        self.watch.dropped += 1
        if box is not None:
            count, _why = self.drops.get(box.id, (0, ""))
            self.drops[box.id] = count + 1, why

    # --- what is said -------------------------------------------------------------------------

    def say(self, device: str, message: wire.Down) -> bytes:
        """Publish after the commit, signed if the device checks; the JSON, for the record."""
        return self._say(device, message, self._voice_of(device))

    def reply(self, box: Box, message: wire.Down, *, signed: bool) -> None:
        """Say it as the device has just spoken: of its new boot no more is known yet."""
        self._say(box.name, message, trust.key_in(box) if signed else None)

    def _say(self, device: str, message: wire.Down, key: bytes | None) -> bytes:
        topic, body = wire.encode_down(device, message)
        payload = body if key is None else sign.sign(key, topic, body)
        self.out.append(Outbound(topic, payload, wire.QOS[message.kind]))
        return body

    def _voice_of(self, device: str) -> bytes | None:
        """Those the batch is about are known; another one, told beside them, is read."""
        if not self._voices:
            speakers: list[Box | Interlock] = [*self.interlocks, *self.boxes.values()]
            self._voices.update((speaker.name, speaker) for speaker in speakers)
        if device not in self._voices:
            (context,) = facts.where([Asked(device)])
            if context.box is None:
                return None
            self._voices[device] = context.box
        return trust.voice(self._voices[device])

    # --- the end ------------------------------------------------------------------------------

    def write(self, end: str = "") -> None:
        """Everything in at most five statements, in the caller's transaction or with its `end`."""
        # what ends first, so that the machine is free for what begins
        changed = sorted(self._changed.values(), key=lambda s: s.state != ENDED)
        drops = self.drops.items()
        write(
            (UPDATE_SESSIONS, [(*_values(s, _CHANGING), s.sid) for s in changed]),
            (INSERT_SESSIONS, [_values(s, _SESSION) for s in self._new.values()]),
            (UPDATE_BOXES, [(*_values(box, _BOX), box.id) for box in self._touched.values()]),
            (COUNT_DROPS, [(n, why[:200], self.now, pk) for pk, (n, why) in drops]),
            (INSERT_EVENTS, [_values(event, _EVENT) for event in self.events]),
            end=end,
        )

    def remember(self) -> None:
        """After the commit: what this gatekeeper now knows to be written."""
        for sid in self.marks:
            self.watch.marked[sid] = self.mono
        for box_id in self._touched:
            self.watch.written[box_id] = self.mono
        for name, believed in self.believed.items():
            self.watch.believe(name, believed)
        for name in self.silent:
            del self.watch.heard[name]
        self.watch.greeted.update(self.greeted)
        if self.standing is not None:
            self.watch.standing = self.standing
        for alarm in self.alarms:
            self.watch.standing.add(alarm)
            if self.watch.may_alarm(alarm, self.mono):
                self.watch.alarms[alarm] = self.mono
        for sid in self.over:
            self.watch.forget(sid)
        self.watch.last_taps.update(self.newest)
        for (device, boot), (n, up) in self.latest.items():
            self.watch.note_state(device, boot, n, up)
        for about, event in self.counted:
            self.watch.count(about, event, self.mono)
        for about in self.summed:
            del self.watch.counted[about]


def marked(session: Session) -> Session:
    return replace(session, mark=session.mark + 1)


def bench_of(context: Context) -> Bench:
    """The machine of a context that is known to have one."""
    if context.bench is None:
        raise LookupError("no machine")
    return context.bench


def _values(record: object, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in names)
