"""Reads what is free when and for whom, for any number of machines in a fixed number of statements.

Pages ask here; bookings/segments.py and bookings/verdicts.py work it out.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from bookings import rules
from bookings.facts import Known, aware, know, moment
from bookings.rules import Facts
from bookings.rules.hours import Interval, closure_at, open_intervals
from bookings.segments import Claim, Lane, Segment, segments
from bookings.verdicts import Eligible, GapJudge
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member
from members.names import shorten
from members.permissions import is_staff

__all__ = ["Board", "Claim", "Segment", "load_board", "segments"]

CLAIMS = """
SELECT b.machine_id, b.public_id, b.member_id, m.name, b.state, b.starts, b.ends, b.blocked_until,
    b.lapses_at, b.note
FROM bookings_booking b JOIN members_member m ON m.id = b.member_id
WHERE b.machine_id IN ({machines}) AND b.blocked_until > %s AND b.starts < %s
    AND (b.holds OR b.state = 'done') AND (b.lapses_at IS NULL OR b.lapses_at > %s)
ORDER BY b.starts"""


@dataclass(frozen=True, slots=True)
class Board:
    """Everything about some machines over some time; asks the database nothing more."""

    starts: datetime
    ends: datetime
    lanes: Mapping[int, Lane]

    def segments(
        self, machine: Machine, starts: datetime | None = None, ends: datetime | None = None
    ) -> list[Segment]:
        """The machine's stretches over the whole board, or over a day of it."""
        return segments(self.lanes[machine.pk], starts or self.starts, ends or self.ends)


def load_board(
    *,
    member: Member | None,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> Board:
    """Read [starts, ends) for these machines as `member` (None: a visitor) may see it.

    Three statements at most, whatever the number of machines and bookings. `machines` come with
    select_related("tool_class__requires", "space").
    """
    reach = ends + max((_reach(machine) for machine in machines), default=timedelta(0))
    member_id = member.pk if member is not None else None
    known = know(
        member_id=member_id,
        machines=machines,
        starts=starts,
        ends=reach,
        now=now,
        with_claims=False,
    )
    claims = _claims(member, machines, starts, reach, now)
    lanes = _lanes(known, machines, claims, starts, reach)
    return Board(starts, ends, lanes)


def _reach(machine: Machine) -> timedelta:
    """How far beyond the end one must look to judge its last gap."""
    policy = machine.tool_class
    return timedelta(minutes=policy.longest_minutes + policy.buffer_minutes)


def _lanes(
    known: Known,
    machines: Collection[Machine],
    claims: Mapping[int, Sequence[Claim]],
    starts: datetime,
    reach: datetime,
) -> dict[int, Lane]:
    """One lane per machine; what is the same for many is worked out once."""
    general: dict[int, tuple[Reason, ...]] = {}
    judged: dict[Hashable, Eligible] = {}
    opening: dict[int, list[Interval]] = {}
    lanes = {}
    for machine in machines:
        facts = known.facts(machine)
        if machine.tool_class_id not in general:
            general[machine.tool_class_id] = rules.ask_member(facts)
        if machine.space_id not in opening:
            opening[machine.space_id] = open_intervals(facts.hours, facts.zone, starts, reach)
        eligible = judged.setdefault(_judged_alike(machine, known), Eligible(facts))
        lanes[machine.pk] = Lane(
            claims=claims.get(machine.pk, ()),
            opening=opening[machine.space_id],
            lockouts=known.lockouts_of(machine.pk),
            verdict=GapJudge(facts, general[machine.tool_class_id], eligible),
            why_closed=partial(_why_closed, facts),
            buffer=facts.policy.buffer,
            now=known.now,
        )
    return lanes


def _judged_alike(machine: Machine, known: Known) -> Hashable:
    """Machines with the same key get the same answer, word by word."""
    is_itself = bool(known.lockouts_of(machine.pk)) or machine.retired_at is not None
    return machine.tool_class_id, machine.pk if is_itself else None


def _why_closed(facts: Facts, starts: datetime, ends: datetime) -> Reason:
    shut = closure_at(facts.hours, starts, ends)
    if shut is not None:
        return Reason("space-closed", {"why": shut.reason, "until": shut.ends})
    return Reason("outside-hours", {"opens": ends})


def _claims(
    member: Member | None,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> dict[int, list[Claim]]:
    """Whose bookings stand when, by machine; stale ones count as gone."""
    found: dict[int, list[Claim]] = defaultdict(list)
    if not machines:
        return found
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    reads_notes = {machine.pk: _reads_notes(member, machine) for machine in machines}
    marks = ", ".join(["%s"] * len(reads_notes))
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIMS.format(machines=marks), [*reads_notes, adapt(starts), adapt(ends), adapt(now)]
        )
        rows = cursor.fetchall()
    for machine_id, public_id, member_id, name, state, *times, lapses_at, note in rows:
        is_mine = member is not None and member_id == member.pk
        begins, stops, blocked_until = map(aware, times)
        found[machine_id].append(
            Claim(
                public_id=UUID(str(public_id)),
                member_id=member_id,
                who=shorten(name),
                is_mine=is_mine,
                state=state,
                starts=begins,
                ends=stops,
                blocked_until=blocked_until,
                lapses_at=moment(lapses_at),
                note=note if is_mine or reads_notes[machine_id] else "",
            )
        )
    return found


def _reads_notes(member: Member | None, machine: Machine) -> bool:
    return member is not None and is_staff(member, machine.space)
