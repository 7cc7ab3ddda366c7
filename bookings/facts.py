"""Reads what the booking rules may know, in one statement; decides nothing.

Written in SQL that SQLite and PostgreSQL both take: the same through the ORM is nine queries, and
Django builds each of them ten times slower than the database answers it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from bookings.models import Booking, PolicyWindow
from bookings.rules.chain import chain_end
from bookings.rules.facts import (
    Facts,
    Kept,
    Limit,
    OnPlan,
    Own,
    Peak,
    Policy,
    Question,
    Shared,
    Slot,
    Taken,
    Windows,
)
from bookings.rules.gaps import REACH
from bookings.rules.hours import Hours, Opening, Shut, every_day
from bookings.rules.presence import LOOK_AHEAD
from bookings.rules.weights import counts, peak_extra
from equipment import eligibility
from equipment.eligibility import CertificationFact, HoldFact, LockoutFact, Span, SuspensionFact
from equipment.facts import certification_fact, requirement_of
from equipment.models import Machine, ToolClass

# The first branch names the types. A lapsed claim is read, too: it must be cleared away. Of the
# member's own bookings those are read that hold, and those that count in a quota all the same.
KNOW = """
SELECT 'person' AS kind, CASE WHEN is_active THEN 1 ELSE 0 END AS a, CAST(NULL AS bigint) AS b,
    CAST(NULL AS bigint) AS c, CAST(NULL AS bigint) AS d, name AS t, language AS u,
    CAST(NULL AS {moment}) AS p, CAST(NULL AS {moment}) AS q, CAST(NULL AS {moment}) AS r,
    CAST(NULL AS {moment}) AS s
FROM members_member WHERE id = %(member)s
UNION ALL SELECT 'membership', plan_id, NULL, NULL, NULL, NULL, NULL, starts, until, NULL, NULL
FROM members_membership WHERE member_id = %(member)s
UNION ALL SELECT 'pause', NULL, NULL, NULL, NULL, NULL, NULL, starts, until, NULL, NULL
FROM members_pause WHERE called_off_at IS NULL AND member_id = %(member)s
UNION ALL SELECT 'hold', NULL, NULL, NULL, NULL, reason, remedy, since, until, NULL, NULL
FROM members_hold WHERE lifted_at IS NULL AND member_id = %(member)s
UNION ALL SELECT 'certification', type_id, level, NULL, NULL, NULL, NULL, given_at, until,
    revoked_at, idle_until
FROM equipment_certification WHERE member_id = %(member)s
UNION ALL SELECT 'suspension', type_id, NULL, NULL, NULL, why, NULL, since, until, NULL, NULL
FROM equipment_suspension WHERE lifted_at IS NULL AND member_id = %(member)s
UNION ALL SELECT 'own', m.tool_class_id, b.id, b.machine_id, t.last_minute_minutes, b.state, s.zone,
    b.starts, b.ends, b.lapses_at, b.created_at
FROM bookings_booking b JOIN equipment_machine m ON m.id = b.machine_id
    JOIN equipment_toolclass t ON t.id = m.tool_class_id JOIN members_space s ON s.id = m.space_id
WHERE b.member_id = %(member)s AND b.ends > {reach} AND b.purpose = 'use'
    AND (b.holds OR b.late OR b.state IN ('done', 'no-show'))
UNION ALL SELECT 'limit', l.tool_class_id, l.amount, l.machine_id, l.plan_id,
    l.measure || ',' || l.period || ',' || CASE WHEN l.counts_past THEN '1' ELSE '' END || ','
        || COALESCE(CAST(l.opens AS text), '') || ',' || COALESCE(CAST(l.closes AS text), ''),
    p.name, NULL, NULL, NULL, NULL
FROM bookings_planlimit l LEFT JOIN members_plan p ON p.id = l.plan_id
WHERE (l.tool_class_id IS NULL OR l.tool_class_id IN ({kinds})) AND {for_member}
UNION ALL SELECT 'window', w.tool_class_id, w.weekday, w.percent, w.plan_id,
    w.kind || ',' || CAST(w.opens AS text) || ',' || CAST(w.closes AS text), p.name,
    NULL, NULL, NULL, NULL
FROM bookings_policywindow w LEFT JOIN members_plan p ON p.id = w.plan_id
WHERE w.tool_class_id IN ({kinds})
    OR EXISTS (SELECT 1 FROM bookings_planlimit WHERE tool_class_id IS NULL)
UNION ALL SELECT 'question', tool_class_id, id, CASE WHEN required THEN 1 ELSE 0 END, "order",
    text, NULL, NULL, NULL, NULL, NULL
FROM bookings_question WHERE retired_at IS NULL AND tool_class_id IN ({kinds})
UNION ALL SELECT 'lockout', machine_id, NULL, NULL, NULL, why, NULL, since, expected_until, NULL,
    NULL
FROM equipment_lockout WHERE cleared_at IS NULL AND machine_id IN ({machines})
UNION ALL SELECT 'claim', machine_id, id, NULL, NULL, NULL, NULL, starts, blocked_until, lapses_at,
    NULL
FROM bookings_booking WHERE holds AND machine_id IN ({claimed}) AND blocked_until > %(since)s
    AND starts < %(until)s
UNION ALL SELECT 'shared', s.id, s.capacity, ms.machine_id, NULL, s.name, NULL, NULL, NULL, NULL,
    NULL
FROM equipment_shared_machines ms JOIN equipment_shared s ON s.id = ms.shared_id
WHERE ms.machine_id IN ({machines})
UNION ALL SELECT 'rival', ms.shared_id, b.id, b.machine_id, NULL, NULL, NULL, b.starts,
    b.blocked_until, b.lapses_at, NULL
FROM equipment_shared_machines ms JOIN bookings_booking b ON b.machine_id = ms.machine_id
WHERE b.holds AND b.blocked_until > %(since)s AND b.starts < %(until)s AND ms.shared_id IN
    (SELECT shared_id FROM equipment_shared_machines WHERE machine_id IN ({machines}))
UNION ALL SELECT 'machine closure', machine_id, NULL, NULL, NULL, reason, NULL, starts, ends, NULL,
    NULL
FROM equipment_machineclosure WHERE machine_id IN ({machines}) AND ends > %(since)s
    AND starts < %(beyond)s
UNION ALL SELECT 'opening', space_id, weekday, NULL, NULL, CAST(opens AS text),
    CAST(closes AS text), NULL, NULL, NULL, NULL
FROM members_openinghours WHERE space_id IN ({spaces})
UNION ALL SELECT 'staffed', space_id, weekday, NULL, NULL, CAST(opens AS text),
    CAST(closes AS text), NULL, NULL, NULL, NULL
FROM members_staffedhours WHERE space_id IN ({spaces})
UNION ALL SELECT 'closure', space_id, NULL, NULL, NULL, reason, NULL, starts, ends, NULL, NULL
FROM members_closure WHERE space_id IN ({spaces}) AND ends > %(since)s AND starts < %(beyond)s"""

# How far back one's own bookings count: as far as the widest quota that looks back. The subquery
# depends on no row, so both databases answer it once and then read an index from there on.
REACH_BACK = """(SELECT CASE MAX(CASE period WHEN 'year' THEN 4 WHEN 'month' THEN 3 WHEN 'week'
        THEN 2 WHEN 'day' THEN 1 ELSE 0 END)
    WHEN 4 THEN %(a_year)s WHEN 3 THEN %(a_month)s WHEN 2 THEN %(a_week)s WHEN 1 THEN %(a_day)s
    ELSE %(recent)s END
FROM bookings_planlimit
WHERE counts_past AND (tool_class_id IS NULL OR tool_class_id IN ({kinds})) AND {for_member})"""
FOR_MEMBER = """(plan_id IS NULL
    OR plan_id IN (SELECT plan_id FROM members_membership WHERE member_id = %(member)s))"""

# Asked only where it matters: it may read all that a member ever booked.
BEFORE = """
UNION ALL SELECT 'before', t.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM equipment_toolclass t WHERE t.id IN ({approving}) AND EXISTS (
    SELECT 1 FROM bookings_booking b JOIN equipment_machine m ON m.id = b.machine_id
    WHERE b.member_id = %(member)s AND m.tool_class_id = t.id AND b.id NOT IN ({changing})
        AND b.state IN ('confirmed', 'running', 'done'))"""

DAY = timedelta(days=1)
# A day more than the period is long, and another for the zone.
LOOKS_BACK = {"a_day": 2 * DAY, "a_week": 9 * DAY, "a_month": 33 * DAY, "a_year": 368 * DAY}


@dataclass(slots=True)
class WindowRows:
    """The windows of one tool class, as they are read."""

    peaks: list[Peak] = field(default_factory=list)
    free: list[Opening] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def add(
        self, kind: str, hours: Opening, percent: int, plan_id: int | None, plan: str = ""
    ) -> None:
        if kind == PolicyWindow.Kind.PEAK:
            self.peaks.append(Peak(hours, percent))
        elif kind == PolicyWindow.Kind.FREE:
            self.free.append(hours)
        elif plan_id is not None:
            self.kept.append(Kept(hours, plan_id, plan))

    def windows(self) -> Windows:
        return Windows(tuple(self.peaks), tuple(self.free), tuple(self.kept))


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One of the member's own bookings as it was read."""

    tool_class_id: int
    machine_id: int
    slot: Slot
    stands: bool
    booked_at: datetime
    last_minute_minutes: int | None
    zone: str

    def weighed(self, windows: Windows) -> Own:
        """What it counts in quotas, by the windows of its kind."""
        zone, minutes = ZoneInfo(self.zone), self.last_minute_minutes
        last_minute = None if minutes is None else timedelta(minutes=minutes)
        return Own(
            tool_class_id=self.tool_class_id,
            starts=self.slot.starts,
            ends=self.slot.ends,
            machine_id=self.machine_id,
            stands=self.stands,
            counts=counts(self.slot, self.booked_at, last_minute, windows.free, zone),
            peak=peak_extra(windows, zone, self.slot),
        )


@dataclass(slots=True)
class Known:
    """What was read about one member and some machines."""

    now: datetime
    signed_in: bool = False
    active: bool = False
    memberships: list[Span] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    holds: list[HoldFact] = field(default_factory=list)
    certifications: dict[int, list[CertificationFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    suspensions: dict[int, list[SuspensionFact]] = field(default_factory=lambda: defaultdict(list))
    lockouts: dict[int, list[LockoutFact]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[int, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    stale: set[int] = field(default_factory=set)  # machines with claims that have lapsed
    weekly: dict[int, list[Opening]] = field(default_factory=lambda: defaultdict(list))
    closures: dict[int, list[Shut]] = field(default_factory=lambda: defaultdict(list))
    staffed: dict[int, list[Opening]] = field(default_factory=lambda: defaultdict(list))
    machine_closures: dict[int, list[Shut]] = field(default_factory=lambda: defaultdict(list))
    plans: list[OnPlan] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    windows: dict[int, WindowRows] = field(default_factory=lambda: defaultdict(WindowRows))
    questions: dict[int, list[tuple[int, Question]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    shares: dict[int, list[tuple[int, str, int]]] = field(default_factory=lambda: defaultdict(list))
    rivals: dict[int, list[tuple[int, Taken]]] = field(default_factory=lambda: defaultdict(list))
    booked_before: set[int] = field(default_factory=set)  # kinds that ask for it
    booked_at: datetime | None = None
    own_rows: list[OwnRow] = field(default_factory=list)
    worked_out: dict[Hashable, Any] = field(default_factory=dict)  # for many machines alike

    def judge(self, machine: Machine) -> eligibility.Facts:
        """The judge's facts: the same as equipment.facts.facts_for reads."""
        return eligibility.Facts(
            known_at=self.now,
            machine=machine.name,
            machine_slug=machine.slug,
            active=self.active,
            retired_at=machine.retired_at,
            memberships=tuple(self.memberships),
            pauses=tuple(sorted(self.pauses, key=lambda pause: pause.starts)),
            holds=tuple(sorted(self.holds, key=lambda hold: hold.span.starts)),
            requirement=requirement_of(machine.tool_class),
            certifications=tuple(self.certifications.get(machine.tool_class.requires_id or 0, ())),
            suspensions=self.suspensions_of(machine.tool_class.requires_id),
            lockouts=self.lockouts_of(machine.pk),
        )

    def suspensions_of(self, type_id: int | None) -> tuple[SuspensionFact, ...]:
        suspensions = self.suspensions.get(type_id or 0, ())
        return tuple(sorted(suspensions, key=lambda suspension: suspension.span.starts))

    def lockouts_of(self, machine_id: int) -> tuple[LockoutFact, ...]:
        lockouts = self.lockouts.get(machine_id, ())
        return tuple(sorted(lockouts, key=lambda lockout: lockout.span.starts))

    def hours(self, space_id: int) -> Hours:
        return Hours(tuple(self.weekly.get(space_id, ())), tuple(self.closures.get(space_id, ())))

    def facts(self, machine: Machine) -> Facts:
        """Everything about the member asking for this machine."""
        kind = machine.tool_class
        taken = self.taken.get(machine.pk, ())
        return Facts(
            now=self.now,
            machine=machine.name,
            machine_slug=machine.slug,
            policy=self._once(("policy", kind.pk), lambda: policy_of(kind)),
            judge=self.judge(machine) if self.signed_in else None,
            zone=machine.space.tz,
            hours=self._once(("hours", machine.space_id), lambda: self.hours(machine.space_id)),
            own=self._once("own", self._own),
            taken=tuple(sorted(taken, key=lambda claim: claim.starts)),
            machine_id=machine.pk,
            staffed=tuple(self.staffed.get(machine.space_id, ())),
            closures=tuple(self.machine_closures.get(machine.pk, ())),
            limits=self._limits_of(machine),
            plans=tuple(self.plans),
            windows=self._once(("windows", kind.pk), lambda: self._windows_of(kind.pk)),
            shared=self._shared_by(machine.pk),
            questions=self._questions_of(kind.pk),
            booked_before=kind.pk in self.booked_before or not kind.approval_first,
            booked_at=self.booked_at,
        )

    def _once(self, key: Hashable, work: Callable[[], Any]) -> Any:
        if key not in self.worked_out:
            self.worked_out[key] = work()
        return self.worked_out[key]

    def _limits_of(self, machine: Machine) -> tuple[Limit, ...]:
        return tuple(
            limit
            for limit in self.limits
            if limit.tool_class_id in (None, machine.tool_class_id)
            and limit.machine_id in (None, machine.pk)
        )

    def _questions_of(self, tool_class_id: int) -> tuple[Question, ...]:
        asked = sorted(self.questions.get(tool_class_id, ()), key=lambda one: (one[0], one[1].id))
        return tuple(question for _order, question in asked)

    def _windows_of(self, tool_class_id: int) -> Windows:
        rows = self.windows.get(tool_class_id)
        return rows.windows() if rows else Windows()

    def _shared_by(self, machine_id: int) -> tuple[Shared, ...]:
        """What it shares, with the claims of the other machines."""
        return tuple(
            Shared(
                name,
                capacity,
                tuple(taken for other, taken in self.rivals.get(shared, ()) if other != machine_id),
            )
            for shared, name, capacity in self.shares.get(machine_id, ())
        )

    def _own(self) -> tuple[Own, ...]:
        """One's own bookings, each weighed by its own kind's windows and its own space's clock."""
        weighed = (row.weighed(self._windows_of(row.tool_class_id)) for row in self.own_rows)
        return tuple(sorted(weighed, key=lambda own: own.starts))


def know(
    *,
    member_id: int | None,
    machines: Iterable[Machine],
    starts: datetime,
    ends: datetime,
    now: datetime,
    changing: Booking | Collection[Booking] | None = None,
    with_claims: bool = True,
) -> Known:
    """Read it all, in one statement; `member_id` None is a visitor.

    Claims touch [starts, ends). `changing`, one booking or several, would make room for the new
    ones and counts nowhere. `machines` come with select_related("tool_class__requires", "space").
    """
    machines = list(machines)
    leaving = _several(changing)
    known = Known(now, signed_in=member_id is not None)
    known.booked_at = min((booking.created_at for booking in leaving), default=None)
    lists = _lists(machines, leaving, with_claims)
    params = {f"{name}{n}": pk for name, ids in lists.items() for n, pk in enumerate(ids)}
    params |= _moments(machines, leaving, starts, ends, now) | {"member": member_id or 0}
    sql = _sql(connection.vendor, tuple((name, len(ids)) for name, ids in lists.items()))
    skip = {booking.pk for booking in leaving}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for kind, *row in cursor.fetchall():
            if kind not in CLAIMS or row[1] not in skip:
                READERS[kind](known, *row)
    return known


def _lists(
    machines: list[Machine], leaving: Collection[Booking], with_claims: bool
) -> dict[str, list[int]]:
    """What stands in the statement's lists; an empty one holds 0, which is nobody's id."""
    ids = [machine.pk for machine in machines]
    approving = [machine.tool_class_id for machine in machines if machine.tool_class.approval_first]
    lists = {
        "machines": ids,
        "claimed": ids if with_claims else [],
        "kinds": list({machine.tool_class_id for machine in machines}),
        "spaces": list({machine.space_id for machine in machines}),
        "approving": list(set(approving)),
        "changing": [booking.pk for booking in leaving],
    }
    return {name: ids or [0] for name, ids in lists.items()}


def _moments(
    machines: list[Machine],
    leaving: Collection[Booking],
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> dict[str, Any]:
    """From when and until when each part is read; as the database takes them."""
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    from_here = min([now, *(booking.starts for booking in leaving)])
    policies = [machine.tool_class for machine in machines]
    recent = max((timedelta(minutes=policy.gap_minutes) for policy in policies), default=0 * DAY)
    if any(policy.most_per_day is not None for policy in policies):
        recent = max(recent, LOOKS_BACK["a_day"])
    back = {name: max(reach, recent) for name, reach in LOOKS_BACK.items()} | {"recent": recent}
    return {
        "since": adapt(starts),
        "until": adapt(ends),
        "beyond": adapt(ends + LOOK_AHEAD),
        **{name: adapt(from_here - reach) for name, reach in back.items()},
    }


def _several(changing: Booking | Collection[Booking] | None) -> Collection[Booking]:
    if changing is None:
        return ()
    return (changing,) if isinstance(changing, Booking) else changing


def facts_for(*, member_id: int | None, machine: Machine, slot: Slot, now: datetime) -> Facts:
    """Everything about one member asking for one machine around `slot`; for pages."""
    known = know(
        member_id=member_id,
        machines=[machine],
        starts=slot.starts,
        ends=slot.ends + REACH,
        now=now,
    )
    return known.facts(machine)


@cache
def _sql(vendor: str, lengths: tuple[tuple[str, int], ...]) -> str:
    """The statement for lists of these lengths."""
    marks = {
        name: ", ".join(f"%({name}{number})s" for number in range(length))
        for name, length in lengths
    }
    marks["for_member"] = FOR_MEMBER
    marks["reach"] = REACH_BACK.format(**marks)
    marks["moment"] = "timestamp with time zone" if vendor == "postgresql" else "datetime"
    return (KNOW + BEFORE).format(**marks)


def policy_of(tool_class: ToolClass) -> Policy:
    def length(minutes: int | None) -> timedelta | None:
        return None if minutes is None else timedelta(minutes=minutes)

    return Policy(
        tool_class=tool_class.name,
        tool_class_id=tool_class.pk,
        step=timedelta(minutes=tool_class.step_minutes),
        start_times=tuple(tool_class.start_times),
        shortest=timedelta(minutes=tool_class.shortest_minutes),
        longest=timedelta(minutes=tool_class.longest_minutes),
        horizon=timedelta(days=tool_class.horizon_days),
        notice=timedelta(minutes=tool_class.notice_minutes),
        move_notice=timedelta(minutes=tool_class.move_notice_minutes),
        cancel_notice=timedelta(minutes=tool_class.cancel_notice_minutes),
        buffer=timedelta(minutes=tool_class.buffer_minutes),
        gap=timedelta(minutes=tool_class.gap_minutes),
        staffed_only=tool_class.staffed_only,
        overnight=tool_class.overnight,
        unattended=tool_class.unattended,
        waitlist_only=tool_class.waitlist_only,
        most_future=tool_class.most_future,
        most_per_day=tool_class.most_per_day,
        last_minute=length(tool_class.last_minute_minutes),
        approval_above=length(tool_class.approval_above_minutes),
        approval_first=tool_class.approval_first,
    )


def contiguous_until(*, member_id: int, machine_id: int, at: datetime) -> datetime | None:
    """Until when the member's back-to-back bookings of the machine reach from `at`.

    None: none covers it. One query; own back-to-back bookings are one grant.
    """
    open_states = (Booking.State.CONFIRMED, Booking.State.RUNNING)
    rows = Booking.objects.standing(at).filter(
        machine=machine_id, member=member_id, state__in=open_states, ends__gt=at
    )
    return chain_end(rows.values_list("starts", "ends"), at)


# --- rows to facts -----------------------------------------------------------------------------


def _person(known: Known, a: int, *_: Any) -> None:
    known.active = bool(a)


def _membership(known: Known, a: int, *row: Any) -> None:
    span = Span(aware(row[5]), moment(row[6]))
    known.memberships.append(span)
    known.plans.append(OnPlan(a, span))


def _pause(known: Known, *row: Any) -> None:
    known.pauses.append(Span(aware(row[6]), aware(row[7])))


def _hold(known: Known, *row: Any) -> None:
    known.holds.append(HoldFact(row[4], row[5], Span(aware(row[6]), moment(row[7]))))


def _certification(known: Known, a: int, b: int, *row: Any) -> None:
    ends = moment(row[5]), moment(row[6]), moment(row[7])
    known.certifications[a].append(certification_fact(b, aware(row[4]), *ends))


def _suspension(known: Known, a: int, *row: Any) -> None:
    known.suspensions[a].append(SuspensionFact(row[3], Span(aware(row[5]), moment(row[6]))))


def _own(known: Known, a: int, _b: int, c: int, d: int | None, t: str, u: str, *row: Any) -> None:
    """What was cancelled in time is not read; what lapsed was missed, or never taken."""
    starts, ends, lapses_at, booked_at = row
    has_lapsed = _has_lapsed(lapses_at, known.now)
    if has_lapsed and t == Booking.State.OFFERED:
        return
    stands = t not in (Booking.State.CANCELLED, Booking.State.NO_SHOW) and not has_lapsed
    slot = Slot(aware(starts), aware(ends))
    known.own_rows.append(OwnRow(a, c, slot, stands, aware(booked_at), d, u))


def _before(known: Known, a: int, *_: None) -> None:
    known.booked_before.add(a)


def _limit(
    known: Known, a: int | None, b: int, c: int | None, d: int | None, t: str, u: str, *_: None
) -> None:
    measure, period, counts_past, opens, closes = t.split(",")
    known.limits.append(
        Limit(
            measure=measure,
            amount=b,
            period=period,
            tool_class_id=a,
            machine_id=c,
            plan_id=d,
            plan=u or "",
            counts_past=bool(counts_past),
            hours=every_day(time.fromisoformat(opens), time.fromisoformat(closes)) if opens else (),
        )
    )


def _window(
    known: Known, a: int, b: int, c: int, d: int | None, t: str, u: str | None, *_: None
) -> None:
    kind, opens, closes = t.split(",")
    opening = Opening(b, time.fromisoformat(opens), time.fromisoformat(closes))
    known.windows[a].add(kind, opening, c, d, u or "")


def _question(known: Known, a: int, b: int, c: int, d: int, t: str, *_: None) -> None:
    known.questions[a].append((d, Question(b, t, bool(c))))


def _lockout(known: Known, a: int, *row: Any) -> None:
    known.lockouts[a].append(LockoutFact(row[3], Span(aware(row[5])), moment(row[6])))


def _claim(known: Known, a: int, *row: Any) -> None:
    if _has_lapsed(row[7], known.now):
        known.stale.add(a)
    else:
        known.taken[a].append(Taken(aware(row[5]), aware(row[6])))


def _shared(known: Known, a: int, b: int, c: int, _d: None, t: str, *_: None) -> None:
    known.shares[c].append((a, t, b))


def _rival(known: Known, a: int, _b: int, c: int, *row: Any) -> None:
    if not _has_lapsed(row[5], known.now):
        known.rivals[a].append((c, Taken(aware(row[3]), aware(row[4]))))


def _machine_closure(known: Known, a: int, *row: Any) -> None:
    known.machine_closures[a].append(Shut(aware(row[5]), aware(row[6]), row[3]))


def _opening(known: Known, a: int, b: int, _c: None, _d: None, t: str, u: str, *_: None) -> None:
    known.weekly[a].append(Opening(b, time.fromisoformat(t), time.fromisoformat(u)))


def _staffed(known: Known, a: int, b: int, _c: None, _d: None, t: str, u: str, *_: None) -> None:
    known.staffed[a].append(Opening(b, time.fromisoformat(t), time.fromisoformat(u)))


def _closure(known: Known, a: int, *row: Any) -> None:
    known.closures[a].append(Shut(aware(row[5]), aware(row[6]), row[3]))


CLAIMS: Collection[str] = ("own", "claim", "rival")  # rows whose second column is a booking's id
READERS: dict[str, Callable[..., None]] = {
    "person": _person,
    "membership": _membership,
    "pause": _pause,
    "hold": _hold,
    "certification": _certification,
    "suspension": _suspension,
    "own": _own,
    "before": _before,
    "limit": _limit,
    "window": _window,
    "question": _question,
    "lockout": _lockout,
    "claim": _claim,
    "shared": _shared,
    "rival": _rival,
    "machine closure": _machine_closure,
    "opening": _opening,
    "staffed": _staffed,
    "closure": _closure,
}


def _has_lapsed(lapses_at: Any, now: datetime) -> bool:
    return lapses_at is not None and aware(lapses_at) <= now


def aware(value: Any) -> datetime:
    """SQLite hands out text, or a naive datetime, in UTC."""
    at: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def moment(value: Any) -> datetime | None:
    return None if value is None else aware(value)
