"""Reads all that up to 16 messages, or all open sessions, need: two statements. Decides nothing.

`where` finds out where each message comes from; `know` reads the many-rowed facts about the members
and machines found. Written in SQL that SQLite and PostgreSQL both take, because the same through
the ORM costs a query per table and ten times the time.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from string import Formatter
from typing import Any

from django.db import connection

from access.decision import MAY_CERTIFY, STOP, SUPERVISED, Claim, Closure, Companion, Facts, Leave
from access.records import Asked, Bench, Box, Context, Interlock, Person, Recorded
from access.sessions import Session
from access.statements import Statement, as_json, find, on_postgres
from equipment import eligibility
from equipment.eligibility import CertificationFact, HoldFact, LockoutFact, Span, SuspensionFact
from equipment.facts import certification_fact
from equipment.services.uses import EVERY
from members.services import badge_hash, read_badge
from members.services.badges import FORMATS

LOOK_BACK = timedelta(hours=1)  # so that a tap just after the end is told when that was
HORIZON = timedelta(hours=12)  # claims and closures beyond are read when they come nearer
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)  # of IN lists, so that few statements are compiled

BOX = """d.id, d.name, d.space_id, d.machine_id, d.is_reader, d.is_interlock, d.is_enrolment,
    d.revoked_at IS NOT NULL, d.online, d.seen_at, d.boot, d.n, d.up, d.sync_id, d.sync_boot,
    d.state, d.relay, d.ma, d.fault, d.firmware, d.model, d.badge_format, d.caps, d.key_sealed,
    d.key_before_sealed, d.must_sign"""
BENCH = """m.id, m.name, m.slug, m.space_id, sp.zone, m.retired_at, m.feedback, m.run_above_ma,
    m.idle_seconds, m.finish_fixed_seconds, tc.risk, tc.required_level, tc.requires_id, ct.name,
    ct.slug, ct.how_to_get, ct.needs_theory, ct.next_session_at, tc.walk_up,
    tc.early_start_minutes, tc.overrun_minutes, tc.finish_seconds, tc.idle_end_minutes,
    tc.take_over_minutes, tc.extend_by_tap_minutes, tc.keep_minutes, tc.least_credential,
    tc.two_person, tc.supervised, il.ma IS NOT NULL"""
INTERLOCK = """il.id, il.name, il.boot, il.online, il.state, il.caps, il.key_sealed,
    il.key_before_sealed, il.must_sign"""
SESSION = ", ".join(f"s.{f.name}" for f in fields(Session))
REVOKED = "sb.revoked_at IS NOT NULL OR cb.revoked_at IS NOT NULL"
READ = """CASE d.badge_format WHEN 'reversed' THEN asked.reversed
    WHEN 'decimal' THEN asked.as_decimal ELSE asked.badge END"""
BADGE = f"""b.id, b.member_id, b.id IS NULL AND EXISTS (SELECT 1 FROM members_badge o
    WHERE o.number_hash = {READ} AND o.revoked_at IS NOT NULL)"""  # noqa: S608  constants only
# The one row of a table that grows for years is looked up by itself. Joined by these columns,
# PostgreSQL may read a whole index, and believes it as short as it was when last looked at.
OPEN_THERE = """s.id = (SELECT o.id FROM access_session o
    WHERE o.machine_id = m.id AND NOT (o.state = 'ended'))"""
RECORDED_BEFORE = """e.id = (SELECT t.id FROM access_accessevent t WHERE t.device_id = d.id
    AND t.boot = asked.boot AND t.nonce = asked.nonce AND t.kind = 'tap')"""
RECORDED = "e.badge_hash, e.sid, e.answer, e.at"

MACHINE = """
LEFT JOIN members_space sp ON sp.id = m.space_id
LEFT JOIN equipment_toolclass tc ON tc.id = m.tool_class_id
LEFT JOIN equipment_certificationtype ct ON ct.id = tc.requires_id
LEFT JOIN access_device il ON il.machine_id = m.id AND il.is_interlock AND il.revoked_at IS NULL"""

WHERE = f"""
WITH asked(i, device, boot, nonce, badge, reversed, as_decimal) AS ({{asked}})
SELECT asked.i, {BOX}, {BENCH}, {INTERLOCK}, {SESSION}, {REVOKED}, {BADGE}, {RECORDED}
FROM asked
JOIN access_device d ON d.name = asked.device
LEFT JOIN equipment_machine m ON m.id = d.machine_id {MACHINE}
LEFT JOIN access_session s ON {OPEN_THERE}
LEFT JOIN members_badge sb ON sb.id = s.badge_id
LEFT JOIN members_badge cb ON cb.id = s.companion_badge_id
LEFT JOIN members_badge b ON b.number_hash = {READ} AND b.revoked_at IS NULL
LEFT JOIN access_accessevent e ON {RECORDED_BEFORE}"""  # noqa: S608  constants only

OPEN = f"""
SELECT {BOX}, {BENCH}, {INTERLOCK}, {SESSION}, {REVOKED}
FROM access_session s
JOIN equipment_machine m ON m.id = s.machine_id {MACHINE}
JOIN access_device d ON d.id = s.interlock_id
LEFT JOIN members_badge sb ON sb.id = s.badge_id
LEFT JOIN members_badge cb ON cb.id = s.companion_badge_id
WHERE NOT (s.state = 'ended')"""  # noqa: S608  constants only

UNSETTLED = f"{OPEN} AND NOT (s.state = 'active')"

PLACE = f"""
SELECT {BOX}, {BENCH}, {INTERLOCK}, {SESSION}, {REVOKED}
FROM equipment_machine m {MACHINE}
JOIN access_device d ON d.id = il.id
LEFT JOIN access_session s ON {OPEN_THERE}
LEFT JOIN members_badge sb ON sb.id = s.badge_id
LEFT JOIN members_badge cb ON cb.id = s.companion_badge_id
WHERE m.id = %s"""  # noqa: S608  constants only

# What is known of members (0), machines (1) and spaces (2). The first branch names the types.
KNOW = """
SELECT 'person' AS kind, id AS a, CASE WHEN is_active THEN 1 ELSE 0 END AS b,
    CAST(NULL AS bigint) AS c, name AS t, language AS u, CAST(NULL AS {moment}) AS p,
    CAST(NULL AS {moment}) AS q, CAST(NULL AS {moment}) AS r
FROM members_member WHERE id {members}
UNION ALL SELECT 'membership', member_id, NULL, NULL, NULL, NULL, starts, until, NULL
FROM members_membership WHERE member_id {members}
UNION ALL SELECT 'pause', member_id, id, NULL, NULL, NULL, starts, until, NULL
FROM members_pause WHERE called_off_at IS NULL AND member_id {members}
UNION ALL SELECT 'hold', member_id, id, NULL, reason, remedy, since, until, NULL
FROM members_hold WHERE lifted_at IS NULL AND member_id {members}
UNION ALL SELECT 'certification', member_id, type_id, level, revoked_mode,
    CASE WHEN used_at > {lately} THEN NULL ELSE 'unused' END, given_at,
    CASE WHEN idle_until < until OR until IS NULL THEN idle_until ELSE until END, revoked_at
FROM equipment_certification WHERE member_id {members}
UNION ALL SELECT 'suspension', member_id, type_id, id, why, mode, since, until, NULL
FROM equipment_suspension WHERE lifted_at IS NULL AND member_id {members}
UNION ALL SELECT 'lockout', machine_id, id, CASE WHEN do_not_energise THEN 1 ELSE 0 END, why, mode,
    since, expected_until, NULL
FROM equipment_lockout WHERE cleared_at IS NULL AND machine_id {machines}
UNION ALL SELECT 'claim', machine_id, id, member_id, state, purpose, starts, ends, blocked_until
FROM bookings_booking WHERE holds AND machine_id {machines}
    AND blocked_until > {since} AND starts < {horizon}
    AND (lapses_at IS NULL OR lapses_at > {now})
UNION ALL SELECT 'participant', bb.machine_id, bb.id, bp.member_id, mm.name, NULL, NULL, NULL, NULL
FROM bookings_participant bp JOIN bookings_booking bb ON bb.id = bp.booking_id
    JOIN members_member mm ON mm.id = bb.member_id
WHERE bb.holds AND bb.machine_id {machines} AND bb.blocked_until > {since}
    AND bb.starts < {horizon} AND bp.member_id {members}
UNION ALL SELECT 'maintenance', machine_id, member_id, CASE WHEN one_person THEN 1 ELSE 0 END,
    NULL, NULL, since, until, NULL
FROM access_maintenancegrant
WHERE withdrawn_at IS NULL AND machine_id {machines} AND until > {now}
UNION ALL SELECT 'closure', space_id, id, NULL, reason, NULL, starts, ends, NULL
FROM members_closure WHERE space_id {spaces} AND ends > {now} AND starts < {horizon}"""

RUNNING, INDUCTION = "running", "induction"  # a state and a purpose of bookings
OPENS = frozenset({"confirmed", RUNNING})  # states of a booking that a grant may stand on


# Of Known, what is about members wherever they are.
ABOUT_PEOPLE = (
    "memberships", "pauses", "holds", "certifications", "suspensions", "revocation_modes",
    "unused",
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """The many-rowed facts, by whom and what they are about."""

    now: datetime
    people: dict[int, Person] = field(default_factory=dict)
    memberships: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    pauses: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[int, list[tuple[int, HoldFact]]] = field(default_factory=lambda: defaultdict(list))
    certifications: dict[tuple[int, int], list[CertificationFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    revocation_modes: dict[tuple[int, int], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    unused: set[tuple[int, int]] = field(default_factory=set)  # certifications, of late
    suspensions: dict[tuple[int, int], list[SuspensionFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lockouts: dict[int, list[tuple[int, LockoutFact]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lockout_modes: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[int, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[int, tuple[Claim, ...]] = field(default_factory=dict)
    participants: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    class_hosts: dict[int, str] = field(default_factory=dict)  # by booking, as participants are
    maintenance: dict[tuple[int, int], list[Leave]] = field(
        default_factory=lambda: defaultdict(list)
    )
    do_not_energise: set[int] = field(default_factory=set)
    closures: dict[int, list[Closure]] = field(default_factory=lambda: defaultdict(list))

    def judge(self, member_id: int, bench: Bench) -> eligibility.Facts:
        """The judge's facts: the same as equipment.facts.facts_for reads."""
        person = self.people.get(member_id)
        return eligibility.Facts(
            known_at=self.now,
            machine=bench.name,
            machine_slug=bench.slug,
            active=person is not None and person.active,
            retired_at=bench.retired_at,
            memberships=tuple(self.memberships.get(member_id, ())),
            pauses=tuple(self.pauses.get(member_id, ())),
            holds=tuple(fact for _id, fact in self.holds.get(member_id, ())),
            requirement=bench.requirement,
            certifications=tuple(self.certifications.get((member_id, bench.requires_id or 0), ())),
            suspensions=tuple(self.suspensions.get((member_id, bench.requires_id or 0), ())),
            lockouts=tuple(fact for _id, fact in self.lockouts.get(bench.id, ())),
        )

    def facts(
        self,
        member_id: int,
        bench: Bench,
        *,
        badge_revoked: bool = False,
        companion_id: int | None = None,
        ground: str = "",
    ) -> Facts:
        """Everything a decision about this member at this machine may know."""
        pair, companion = [member_id], None
        if companion_id is not None:
            pair.append(companion_id)
            companion = self.companion(companion_id, bench, supervises=ground == SUPERVISED)
        revocations = [
            mode
            for one in pair
            for mode in self.revocation_modes.get((one, bench.requires_id or 0), ())
        ]
        return Facts(
            judge=self.judge(member_id, bench),
            member_id=member_id,
            claims=self.claims_of(bench.id),
            closures=tuple(self.closures.get(bench.space_id, ())),
            early_start=bench.early_start,
            overrun=bench.overrun,
            walk_up=bench.walk_up,
            two_person=bench.two_person,
            supervised=bench.supervised,
            companion=companion,
            ground=ground,
            maintenance=tuple(self.maintenance.get((bench.id, member_id), ())),
            do_not_energise=bench.id in self.do_not_energise,
            badge_revoked=badge_revoked,
            finishes=bench.terms.fin > 0,
            lockout_mode=_strictest(self.lockout_modes.get(bench.id, ())),
            revocation_mode=_strictest(revocations),
        )

    def facts_of(self, session: Session, bench: Bench, *, badge_revoked: bool = False) -> Facts:
        """Those of a session that is decided again: of both, where there are two."""
        return self.facts(
            session.member_id,
            bench,
            badge_revoked=badge_revoked,
            companion_id=session.companion_id,
            ground=session.ground,
        )

    def ever_certifies(self, member_id: int, bench: Bench) -> bool:
        """Whether they were ever given leave to certify; if it counts now is the judge's to say."""
        held = self.certifications.get((member_id, bench.requires_id or 0), ())
        return any(certification.level >= MAY_CERTIFY for certification in held)

    def keeps_awake(self, member_id: int, bench: Bench) -> bool:
        """Whether to begin here is news to what the machine asks for: once a day it is."""
        return (member_id, bench.requires_id) in self.unused

    def companion(self, member_id: int, bench: Bench, *, supervises: bool) -> Companion:
        """Whoever taps second, judged as one who certifies where they are to supervise."""
        judge = self.judge(member_id, bench)
        if supervises and judge.requirement is not None:
            judge = replace(judge, requirement=replace(judge.requirement, level=MAY_CERTIFY))
        person = self.people.get(member_id)
        return Companion(member_id, person.short_name if person else "", judge, supervises)

    def learn(self, members: Collection[int]) -> None:
        """About more people, in one more statement; nothing where all of them are known."""
        unknown = set(members) - self.people.keys()
        if not unknown:
            return
        more = know(unknown, (), self.now)
        self.people |= more.people
        for name in ABOUT_PEOPLE:
            getattr(self, name).update(getattr(more, name))

    def sort(self) -> None:
        """Oldest first, as everything is told."""
        for spans in self.memberships.values():
            spans.sort(key=lambda span: span.starts)
        for pauses in self.pauses.values():
            pauses.sort(key=lambda span: span.starts)
        for suspensions in self.suspensions.values():
            suspensions.sort(key=lambda fact: fact.span.starts)
        for certifications in self.certifications.values():
            certifications.sort(key=lambda fact: fact.span.starts)
        for holds in self.holds.values():
            holds.sort(key=lambda pair: (pair[1].span.starts, pair[0]))
        for lockouts in self.lockouts.values():
            lockouts.sort(key=lambda pair: (pair[1].span.starts, pair[0]))

    def claims_of(self, machine_id: int) -> tuple[Claim, ...]:
        """Read only where something is decided: most taps of a busy day meet an open session."""
        if machine_id not in self.claims:
            read = (self._claim(*row) for row in self.rows.get(machine_id, ()))
            self.claims[machine_id] = tuple(sorted(read, key=_by_start))
        return self.claims[machine_id]

    def _claim(self, b: int, c: int, t: str, u: str, p: Any, q: Any, r: Any) -> Claim:
        return Claim(
            b,
            c,
            _aware(p),
            _aware(q),
            _aware(r),
            opens=t in OPENS,
            is_class=u == INDUCTION,
            begun=t == RUNNING,
            host=self.class_hosts.get(b, ""),
            participants=frozenset(self.participants.get(b, ())),
        )

    def has_begun(self, booking_id: int | None) -> bool:
        """Whether this booking's member has been at the machine already."""
        rows = (row for rows in self.rows.values() for row in rows)
        return any(row[0] == booking_id and row[2] == RUNNING for row in rows)

    def add_claim(self, machine_id: int, claim: Claim) -> None:
        claims = (*self.claims_of(machine_id), claim)
        self.claims[machine_id] = tuple(sorted(claims, key=_by_start))


def where(asked: Sequence[Asked], *, first: str = "") -> list[Context]:
    """The place of each message, in one statement; an empty Context for a device not known.

    What PostgreSQL is to be told `first` in this transaction goes along, for two journeys less.
    """
    contexts = [Context() for _ in asked]
    if not asked:
        return contexts
    hashed = [hashes(ask.badge) for ask in asked]
    listed = [(i, ask.device, ask.boot, ask.nonce, *hashed[i]) for i, ask in enumerate(asked)]
    for i, *row in _places(listed, first):
        context = contexts[i] = _context(row)
        if context.box is not None and asked[i].badge:
            fmt = context.box.badge_format
            context.badge = read_badge(asked[i].badge, fmt)
            context.badge_hash = hashed[i][FORMATS.index(fmt)]
    return contexts


def hashes(sent: str) -> list[bytes]:
    """What was read, by each format: that of the reader is known to the database alone."""
    return [badge_hash(read_badge(sent, fmt)) if sent else b"" for fmt in FORMATS]


def open_sessions(*, unsettled: bool = False) -> list[Context]:
    """Every session that has not ended, with its machine and the interlock that holds it.

    `unsettled`: only those that are offered or closing, where a second matters.
    """
    if on_postgres():
        rows = find(UNSETTLED_SESSIONS if unsettled else OPEN_SESSIONS, {})
    else:
        rows = _rows(UNSETTLED if unsettled else OPEN, [])
    return [_context(row) for row in rows]


def know(
    members: Collection[int],
    benches: Iterable[Bench],
    now: datetime,
    *,
    horizon: timedelta = HORIZON,
) -> Known:
    """Everything about these members and these machines around `now`, in one statement."""
    known = Known(now)
    machines = {bench.id: bench for bench in benches}
    if not machines and not members:
        return known
    overrun = max((bench.overrun for bench in machines.values()), default=timedelta(0))
    asked = {
        "members": list(members),
        "machines": list(machines),
        "spaces": list({bench.space_id for bench in machines.values()}),
        "now": now,
        "since": now - overrun - LOOK_BACK,
        "horizon": now + horizon,
        "lately": now - EVERY,
    }
    for kind, *row in _known_rows(asked):
        READERS[kind](known, *row)
    known.sort()
    return known


def place_of(machine_id: int) -> Context:
    """The interlock of a machine and the session that is open there, for a page."""
    rows = _rows(PLACE, [machine_id])
    return _context(rows[0]) if rows else Context()


def benches(machine_ids: Collection[int]) -> list[Bench]:
    """Machines with their policy, for pages that ask what a tap would answer."""
    marks = ", ".join(["%s"] * len(machine_ids))
    sql = f"SELECT {BENCH} FROM equipment_machine m {MACHINE} WHERE m.id IN ({marks})"  # noqa: S608
    return [_bench(row) for row in _rows(sql, list(machine_ids))] if machine_ids else []


# --- rows to records ---------------------------------------------------------------------------

_BOX = len(fields(Box))
_BENCH = _BOX + len(fields(Bench))
_INTERLOCK = _BENCH + len(fields(Interlock))
_SESSION = _INTERLOCK + len(fields(Session))


def _columns(record: type[Any], *names: str) -> tuple[int, ...]:
    """Where these columns stand in a row of that record."""
    columns = [f.name for f in fields(record)]
    return tuple(columns.index(name) for name in names)


_RETIRED, _NEXT, *_YES_OR_NO = _columns(
    Bench,
    "retired_at",
    "requires_next",
    "requires_theory",
    "walk_up",
    "two_person",
    "supervised",
    "measures",
)
_MOMENTS = _columns(
    Session, "offered_at", "until", "booked_until", "activated_at", "closing_at", "ended_at"
)
(_IDLE,) = _columns(Session, "ends_when_idle")
(_CAPS,) = _columns(Box, "caps")


def _context(row: Sequence[Any]) -> Context:
    context = Context(box=_box(row[:_BOX]))
    if row[_BOX] is not None:
        context.bench = _bench(row[_BOX:_BENCH])
    if row[_BENCH] is not None:
        pk, name, boot, online, state, *voice = row[_BENCH:_INTERLOCK]
        context.interlock = Interlock(pk, name, boot, bool(online), state, *_voice(*voice))
    if row[_INTERLOCK] is not None:
        context.session = _session(row[_INTERLOCK:_SESSION])
        context.session_badge_revoked = bool(row[_SESSION])
    if len(row) > _SESSION + 1:
        badge_id, member_id, revoked, badge_hash, sid, answer, at = row[_SESSION + 1 :]
        context.badge_id, context.member_id = badge_id, member_id
        context.badge_was_revoked = bool(revoked)
        if at is not None:
            answer = None if answer is None else bytes(answer)
            context.recorded = Recorded(bytes(badge_hash or b""), sid, answer, _aware(at))
    return context


def _box(row: Sequence[Any]) -> Box:
    box = Box(*row)
    box.is_reader, box.is_interlock = bool(box.is_reader), bool(box.is_interlock)
    box.is_enrolment, box.is_revoked = bool(box.is_enrolment), bool(box.is_revoked)
    box.online, box.relay = bool(box.online), bool(box.relay)
    box.seen_at = _moment(box.seen_at)
    box.caps, box.key_sealed, box.key_before_sealed, box.must_sign = _voice(*row[_CAPS:])
    return box


def _voice(
    caps: str, key: Any, before: Any, must_sign: Any
) -> tuple[tuple[str, ...], bytes | None, bytes | None, bool]:
    """What decides on signatures; the keys stay sealed until they are needed."""
    return _caps(caps), _bytes(key), _bytes(before), bool(must_sign)


@lru_cache(maxsize=1024)
def _caps(text: str) -> tuple[str, ...]:
    """A few kinds of device, read with every message."""
    return tuple(json.loads(text))


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _bench(row: Sequence[Any]) -> Bench:
    values = list(row)
    values[_RETIRED], values[_NEXT] = _moment(row[_RETIRED]), _moment(row[_NEXT])
    for i in _YES_OR_NO:
        values[i] = bool(row[i])
    return Bench(*values)


def _session(row: Sequence[Any]) -> Session:
    values = list(row)
    for i in _MOMENTS:
        values[i] = _moment(values[i])
    values[_IDLE] = bool(values[_IDLE])
    return Session(*values)


# --- rows to facts -----------------------------------------------------------------------------


def _person(known: Known, a: int, b: int, _c: None, t: str, u: str, *_: None) -> None:
    known.people[a] = Person(a, t, u, bool(b))


def _membership(known: Known, a: int, *row: Any) -> None:
    known.memberships[a].append(Span(_aware(row[4]), _moment(row[5])))


def _hold(known: Known, a: int, b: int, _c: None, t: str, u: str, p: Any, q: Any, _r: None) -> None:
    known.holds[a].append((b, HoldFact(t, u, Span(_aware(p), _moment(q)))))


def _certification(
    known: Known, a: int, b: int, c: int, t: str, u: str | None, p: Any, q: Any, r: Any
) -> None:
    known.certifications[a, b].append(certification_fact(c, _aware(p), _moment(q), _moment(r)))
    if r is not None:
        known.revocation_modes[a, b].add(t)
    elif u is not None:
        known.unused.add((a, b))


def _pause(known: Known, a: int, *row: Any) -> None:
    known.pauses[a].append(Span(_aware(row[4]), _aware(row[5])))


def _suspension(
    known: Known, a: int, b: int, _c: int, t: str, u: str, p: Any, q: Any, _r: None
) -> None:
    known.suspensions[a, b].append(SuspensionFact(t, Span(_aware(p), _moment(q))))
    known.revocation_modes[a, b].add(u)


def _lockout(
    known: Known, a: int, b: int, c: int, t: str, u: str, p: Any, q: Any, _r: None
) -> None:
    known.lockouts[a].append((b, LockoutFact(t, Span(_aware(p)), _moment(q))))
    known.lockout_modes[a].add(u)
    if c:
        known.do_not_energise.add(a)


def _claim_row(known: Known, a: int, *row: Any) -> None:
    known.rows[a].append(row)


def _participant(known: Known, _a: int, b: int, c: int, t: str, *_: None) -> None:
    known.participants[b].add(c)
    known.class_hosts[b] = t


def _maintenance(
    known: Known, a: int, b: int, c: int, _t: None, _u: None, p: Any, q: Any, _r: None
) -> None:
    known.maintenance[a, b].append(Leave(Span(_aware(p), _aware(q)), bool(c)))


def _by_start(claim: Claim) -> tuple[datetime, int]:
    return claim.starts, claim.id


def _closure(
    known: Known, a: int, _b: int, _c: None, t: str, _u: None, p: Any, q: Any, _r: None
) -> None:
    known.closures[a].append(Closure(Span(_aware(p), _aware(q)), t))


READERS: dict[str, Callable[..., None]] = {
    "person": _person,
    "membership": _membership,
    "pause": _pause,
    "hold": _hold,
    "certification": _certification,
    "suspension": _suspension,
    "lockout": _lockout,
    "claim": _claim_row,
    "participant": _participant,
    "maintenance": _maintenance,
    "closure": _closure,
}


# --- SQL ---------------------------------------------------------------------------------------

ASKED = ("i", "device", "boot", "nonce", "badge", "reversed", "as_decimal")
ASKED_TYPES = (
    "i int, device text, boot text, nonce text, badge bytea, reversed bytea, as_decimal bytea"
)
LISTS, MOMENTS = ("members", "machines", "spaces"), ("since", "horizon", "now", "lately")
PLACES_ASKED = Statement(
    "places_asked",
    WHERE.format(asked=f"SELECT * FROM json_to_recordset(%(asked)s) AS r({ASKED_TYPES})"),  # noqa: S608
    {"asked": "json"},
)
KNOWN_OF = Statement(
    "known_of",
    KNOW.format(
        moment="timestamp with time zone",
        **{name: f"= ANY(%({name})s)" for name in LISTS},
        **{name: f"%({name})s" for name in MOMENTS},
    ),
    dict.fromkeys(LISTS, "bigint[]") | dict.fromkeys(MOMENTS, "timestamptz"),
)
OPEN_SESSIONS = Statement("open_sessions", OPEN)
UNSETTLED_SESSIONS = Statement("unsettled_sessions", UNSETTLED)


def _places(listed: Sequence[tuple[Any, ...]], first: str) -> list[tuple[Any, ...]]:
    """The rows of where each of these was said."""
    if on_postgres():
        return find(PLACES_ASKED, {"asked": as_json(ASKED, listed)}, first=first)
    marks = f"({', '.join(['%s'] * len(ASKED))})"
    values = f"VALUES {', '.join([marks] * len(listed))}"
    return _rows(WHERE.format(asked=values), [value for row in listed for value in row])


def _known_rows(asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of what is known of these members, machines and spaces around now."""
    if on_postgres():
        ids = {name: f"{{{','.join(map(str, asked[name]))}}}" for name in LISTS}
        return find(KNOWN_OF, {**asked, **ids})
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    values = {name: [adapt(asked[name])] for name in MOMENTS}
    values |= {name: _padded(asked[name], _size(len(asked[name]))) for name in LISTS}
    sizes = tuple(len(values[name]) for name in LISTS)
    return _rows(_know_sql(*sizes), [value for name in _order() for value in values[name]])


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    named = {f"p{i}": param for i, param in enumerate(params)}
    with connection.cursor() as cursor:
        cursor.execute(_with_names(sql, len(params)), named)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@lru_cache(maxsize=256)
def _with_names(sql: str, count: int) -> str:
    """For SQLite Django looks for positional marks with a search as dear as the statement itself.

    Names it merely puts in.
    """
    return sql % tuple(f"%(p{i})s" for i in range(count))


@cache
def _order() -> tuple[str, ...]:
    """The words of KNOW as they stand in it."""
    return tuple(word for _text, word, *_ in Formatter().parse(KNOW) if word in LISTS + MOMENTS)


@cache
def _know_sql(*sizes: int) -> str:
    marks = {name: ", ".join(["%s"] * size) for name, size in zip(LISTS, sizes, strict=True)}
    lists = {name: f"IN ({inside})" for name, inside in marks.items()}
    return KNOW.format(moment="datetime", **lists, **dict.fromkeys(MOMENTS, "%s"))


def _size(count: int) -> int:
    at = bisect_left(SIZES, count)
    return SIZES[at] if at < len(SIZES) else count


def _padded(ids: Collection[int], size: int) -> list[int]:
    """The ids, the last one repeated: a list longer than needed finds nothing more."""
    listed = list(ids) or [0]
    return listed + listed[-1:] * (size - len(listed))


def _aware(value: Any) -> datetime:
    """SQLite hands out text, or a naive datetime, in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(f"{value}+00:00")
    moment: datetime = value
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _moment(value: Any) -> datetime | None:
    return None if value is None else _aware(value)


def _strictest(modes: Collection[str]) -> str:
    return min(modes, key=lambda mode: mode != STOP, default=STOP)
