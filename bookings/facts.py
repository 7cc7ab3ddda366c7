"""Reads what the booking rules may know, in one statement; decides nothing.

Written in SQL that SQLite and PostgreSQL both take: the same through the ORM is nine queries, and
Django builds each of them ten times slower than the database answers it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import connection

from bookings.models import Booking
from bookings.rules.chain import chain_end
from bookings.rules.facts import Facts, Own, Policy, Slot, Taken
from bookings.rules.gaps import REACH
from bookings.rules.hours import Hours, Opening, Shut
from bookings.rules.slot import LOOK_AHEAD
from equipment import eligibility
from equipment.eligibility import CertificationFact, HoldFact, LockoutFact, Span
from equipment.facts import certification_fact, requirement_of
from equipment.models import Machine, ToolClass

# The first branch names the types. A lapsed claim is read, too: it must be cleared away.
KNOW = """
SELECT 'person' AS kind, CASE WHEN is_active THEN 1 ELSE 0 END AS a, CAST(NULL AS bigint) AS b,
    name AS t, language AS u, CAST(NULL AS {moment}) AS p, CAST(NULL AS {moment}) AS q,
    CAST(NULL AS {moment}) AS r
FROM members_member WHERE id = %s
UNION ALL SELECT 'membership', NULL, NULL, NULL, NULL, starts, until, NULL
FROM members_membership WHERE member_id = %s
UNION ALL SELECT 'hold', NULL, NULL, reason, remedy, since, until, NULL
FROM members_hold WHERE lifted_at IS NULL AND member_id = %s
UNION ALL SELECT 'certification', type_id, level, NULL, NULL, given_at, until, revoked_at
FROM equipment_certification WHERE member_id = %s
UNION ALL SELECT 'own', m.tool_class_id, b.id, NULL, NULL, b.starts, b.ends, b.lapses_at
FROM bookings_booking b JOIN equipment_machine m ON m.id = b.machine_id
WHERE b.member_id = %s AND b.ends > %s AND b.holds
UNION ALL SELECT 'lockout', machine_id, NULL, why, NULL, since, expected_until, NULL
FROM equipment_lockout WHERE cleared_at IS NULL AND machine_id IN ({machines})
UNION ALL SELECT 'claim', machine_id, id, NULL, NULL, starts, blocked_until, lapses_at
FROM bookings_booking WHERE holds AND machine_id IN ({claimed}) AND blocked_until > %s
    AND starts < %s
UNION ALL SELECT 'opening', space_id, weekday, CAST(opens AS text), CAST(closes AS text),
    NULL, NULL, NULL
FROM members_openinghours WHERE space_id IN ({spaces})
UNION ALL SELECT 'closure', space_id, NULL, reason, NULL, starts, ends, NULL
FROM members_closure WHERE space_id IN ({spaces}) AND ends > %s AND starts < %s"""


@dataclass(slots=True)
class Known:
    """What was read about one member and some machines."""

    now: datetime
    signed_in: bool = False
    active: bool = False
    memberships: list[Span] = field(default_factory=list)
    holds: list[HoldFact] = field(default_factory=list)
    certifications: dict[int, list[CertificationFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    own: list[Own] = field(default_factory=list)
    lockouts: dict[int, list[LockoutFact]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[int, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    stale: set[int] = field(default_factory=set)  # machines with claims that have lapsed
    weekly: dict[int, list[Opening]] = field(default_factory=lambda: defaultdict(list))
    closures: dict[int, list[Shut]] = field(default_factory=lambda: defaultdict(list))

    def judge(self, machine: Machine) -> eligibility.Facts:
        """The judge's facts: the same as equipment.facts.facts_for reads."""
        return eligibility.Facts(
            known_at=self.now,
            machine=machine.name,
            machine_slug=machine.slug,
            active=self.active,
            retired_at=machine.retired_at,
            memberships=tuple(self.memberships),
            holds=tuple(sorted(self.holds, key=lambda hold: hold.span.starts)),
            requirement=requirement_of(machine.tool_class),
            certifications=tuple(self.certifications.get(machine.tool_class.requires_id or 0, ())),
            lockouts=self.lockouts_of(machine.pk),
        )

    def lockouts_of(self, machine_id: int) -> tuple[LockoutFact, ...]:
        lockouts = self.lockouts.get(machine_id, ())
        return tuple(sorted(lockouts, key=lambda lockout: lockout.span.starts))

    def hours(self, space_id: int) -> Hours:
        return Hours(tuple(self.weekly.get(space_id, ())), tuple(self.closures.get(space_id, ())))

    def facts(self, machine: Machine) -> Facts:
        """Everything about the member asking for this machine."""
        taken = self.taken.get(machine.pk, ())
        return Facts(
            now=self.now,
            machine=machine.name,
            machine_slug=machine.slug,
            policy=policy_of(machine.tool_class),
            judge=self.judge(machine) if self.signed_in else None,
            zone=machine.space.tz,
            hours=self.hours(machine.space_id),
            own=tuple(sorted(self.own, key=lambda own: own.starts)),
            taken=tuple(sorted(taken, key=lambda claim: claim.starts)),
        )


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
    known = Known(now, signed_in=member_id is not None)
    machine_ids = [machine.pk for machine in machines] or [0]
    space_ids = list({machine.space_id for machine in machines}) or [0]
    claimed = machine_ids if with_claims else [0]
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    since, until = adapt(starts), adapt(ends)
    params = [
        *[member_id or 0] * 5,
        adapt(now),
        *machine_ids,
        *claimed,
        since,
        until,
        *space_ids,
        *space_ids,
        since,
        adapt(ends + LOOK_AHEAD),
    ]
    sql = _sql(connection.vendor, len(machine_ids), len(claimed), len(space_ids))
    skip = {booking.pk for booking in _several(changing)}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for kind, *row in cursor.fetchall():
            if kind not in CLAIMS or row[1] not in skip:
                READERS[kind](known, *row)
    return known


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
def _sql(vendor: str, machines: int, claimed: int, spaces: int) -> str:
    return KNOW.format(
        moment="timestamp with time zone" if vendor == "postgresql" else "datetime",
        machines=", ".join(["%s"] * machines),
        claimed=", ".join(["%s"] * claimed),
        spaces=", ".join(["%s"] * spaces),
    )


def policy_of(tool_class: ToolClass) -> Policy:
    return Policy(
        tool_class=tool_class.name,
        tool_class_id=tool_class.pk,
        step=timedelta(minutes=tool_class.step_minutes),
        shortest=timedelta(minutes=tool_class.shortest_minutes),
        longest=timedelta(minutes=tool_class.longest_minutes),
        horizon=timedelta(days=tool_class.horizon_days),
        notice=timedelta(minutes=tool_class.notice_minutes),
        buffer=timedelta(minutes=tool_class.buffer_minutes),
        most_future=tool_class.most_future,
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


def _membership(known: Known, *row: Any) -> None:
    known.memberships.append(Span(aware(row[4]), moment(row[5])))


def _hold(known: Known, _a: None, _b: None, t: str, u: str, p: Any, q: Any, _r: None) -> None:
    known.holds.append(HoldFact(t, u, Span(aware(p), moment(q))))


def _certification(
    known: Known, a: int, b: int, _t: None, _u: None, p: Any, q: Any, r: Any
) -> None:
    known.certifications[a].append(certification_fact(b, aware(p), moment(q), moment(r)))


def _own(known: Known, a: int, _b: int, _t: None, _u: None, p: Any, q: Any, r: Any) -> None:
    if not _has_lapsed(r, known.now):
        known.own.append(Own(a, aware(p), aware(q)))


def _lockout(known: Known, a: int, _b: None, t: str, _u: None, p: Any, q: Any, _r: None) -> None:
    known.lockouts[a].append(LockoutFact(t, Span(aware(p)), moment(q)))


def _claim(known: Known, a: int, _b: int, _t: None, _u: None, p: Any, q: Any, r: Any) -> None:
    if _has_lapsed(r, known.now):
        known.stale.add(a)
    else:
        known.taken[a].append(Taken(aware(p), aware(q)))


def _opening(known: Known, a: int, b: int, t: str, u: str, *_: None) -> None:
    known.weekly[a].append(Opening(b, time.fromisoformat(t), time.fromisoformat(u)))


def _closure(known: Known, a: int, _b: None, t: str, _u: None, p: Any, q: Any, _r: None) -> None:
    known.closures[a].append(Shut(aware(p), aware(q), t))


CLAIMS: Collection[str] = ("own", "claim")  # rows whose second column is a booking's id
READERS: dict[str, Callable[..., None]] = {
    "person": _person,
    "membership": _membership,
    "hold": _hold,
    "certification": _certification,
    "own": _own,
    "lockout": _lockout,
    "claim": _claim,
    "opening": _opening,
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
