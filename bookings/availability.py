"""Reads what is free when and for whom, for any number of machines in a fixed number of statements.

Pages ask here; bookings/segments.py and bookings/verdicts.py work it out.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from bookings import weeks
from bookings.facts import Known, know
from bookings.models import Booking
from bookings.rules import Facts, Slot
from bookings.rules.hours import Interval, first_shut
from bookings.rules.presence import open_then, staffed_then
from bookings.segments import (
    Claim,
    Hole,
    Lane,
    Open,
    Segment,
    holes_of,
    open_time,
    segments,
    split,
)
from bookings.verdicts import GapJudge, edges_of
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member
from members.names import shorten
from members.permissions import is_staff

__all__ = ["Board", "Claim", "Segment", "Week", "load_board", "load_week", "segments"]

CLAIMS = """
SELECT b.machine_id, b.public_id, b.member_id, m.name, b.state, b.note, {starts}, {ends},
    {blocked_until}, {lapses_at}
FROM bookings_booking b JOIN members_member m ON m.id = b.member_id
WHERE b.machine_id IN ({machines}) AND b.blocked_until > %s AND b.starts < %s
    AND (b.holds OR b.state = 'done') AND (b.lapses_at IS NULL OR b.lapses_at > %s)
ORDER BY b.starts"""

# Claims of a machine never meet, so that the order of its index is that of their starts.
TAKEN = """
SELECT machine_id, {starts}, {blocked_until}
FROM bookings_booking
WHERE machine_id IN ({machines}) AND blocked_until > %s AND starts < %s AND holds
    AND (lapses_at IS NULL OR lapses_at > %s)
ORDER BY machine_id, blocked_until"""
COLUMNS = ("starts", "ends", "blocked_until", "lapses_at")
# A column as each database hands it out soonest, and what makes a datetime of it: ten times faster
# than Django's converters. SQLite keeps text in UTC; a double holds microseconds until 2255.
INSTANTS: Mapping[str, tuple[str, Callable[[Any], datetime]]] = {
    "sqlite": ("{} || '+00:00'", datetime.fromisoformat),
    "postgresql": (
        "CAST(EXTRACT(EPOCH FROM {}) AS double precision)",
        partial(datetime.fromtimestamp, tz=UTC),
    ),
}


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


@dataclass(frozen=True, slots=True)
class Week:
    """Each machine's days, and the member's own claims on it."""

    days: Mapping[int, Sequence[weeks.Day]]
    own: Mapping[int, Sequence[Booking]]


def load_board(
    *,
    member: Member | None,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    now: datetime,
    known: Known | None = None,
) -> Board:
    """Read [starts, ends) for these machines as `member` (None: a visitor) may see it.

    Three statements at most, whatever the number of machines and bookings. `machines` come with
    select_related("tool_class__requires", "space"); `known` is what was read of them, if it was.
    """
    until = ends + reach(machines)
    known = known or _know(member, machines, starts, until, now)
    claims = _claims(member, machines, starts, until, now)
    kinds = Kinds(known, starts, ends, until)
    lanes = {
        machine.pk: Lane(
            claims=claims.get(machine.pk, ()),
            opening=kinds.opening(machine),
            holes=_holes(known, machine),
            verdict=kinds.judge(machine),
            why_closed=partial(_why_closed, kinds.judge(machine).facts),
            buffer=kinds.judge(machine).facts.policy.buffer,
            now=now,
        )
        for machine in machines
    }
    return Board(starts, ends, lanes)


def load_week(
    *,
    member: Member | None,
    machines: Collection[Machine],
    edges: Sequence[datetime],
    now: datetime,
    known: Known | None = None,
) -> Week:
    """What the days between `edges` leave of these machines; as load_board, but only in sums."""
    starts, until = edges[0], edges[-1] + reach(machines)
    known = known or _know(member, machines, starts, until, now)
    taken = _taken(machines, max(starts, now), until, now)
    kinds = Kinds(known, starts, edges[-1], until)
    frames: dict[int, tuple[list[weeks.Window], list[str]]] = {}
    days = {}
    for machine in machines:
        opening, judge = kinds.opening(machine), kinds.judge(machine)
        if id(opening) not in frames:
            frame = weeks.windows(opening, edges, now), weeks.without_windows(opening, edges)
            frames[id(opening)] = frame
        lane = weeks.Lane(
            claims=taken.get(machine.pk, ()),
            holes=_holes(known, machine),
            verdict=judge,
            buffer=judge.facts.policy.buffer,
        )
        days[machine.pk] = weeks.week(lane, *frames[id(opening)])
    return Week(days, _own(member, machines, max(starts, now), edges[-1], now))


def reach(machines: Iterable[Machine]) -> timedelta:
    """How far beyond the end one must look to judge the last gaps."""
    policies = {machine.tool_class_id: machine.tool_class for machine in machines}.values()
    longest = max((one.longest_minutes + one.buffer_minutes for one in policies), default=0)
    return timedelta(minutes=longest)


def _know(
    member: Member | None,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> Known:
    return know(
        member_id=member.pk if member is not None else None,
        machines=machines,
        starts=starts,
        ends=ends,
        now=now,
        with_claims=False,
    )


class Kinds:
    """What is the same for machines alike, worked out once: who may have them when."""

    def __init__(self, known: Known, starts: datetime, ends: datetime, until: datetime) -> None:
        """The board is [starts, ends); bookings that begin in it are over by `until`."""
        self.known, self.starts, self.ends, self.until = known, starts, ends, until
        self.named = {limit.machine_id for limit in known.limits}
        self.judges: dict[Hashable, GapJudge] = {}
        self.openings: dict[Hashable, list[Open]] = {}
        self.pieces: dict[Hashable, Sequence[Open]] = {}

    def judge(self, machine: Machine) -> GapJudge:
        key = self._alike(machine)
        if key not in self.judges:
            # No gap reaches into a closure of its machine, so that no rule needs to know them.
            facts = replace(self.known.facts(machine), closures=())
            self.judges[key] = GapJudge(facts, self.ends)
        return self.judges[key]

    def _alike(self, machine: Machine) -> Hashable:
        """Machines with the same key get the same answer, word by word."""
        is_itself = (
            machine.pk in self.known.lockouts
            or machine.pk in self.known.shares
            or machine.pk in self.named
            or machine.retired_at is not None
            or machine.tool_class.waitlist_only  # the reason names the machine
        )
        return machine.tool_class_id, machine.space_id, machine.pk if is_itself else None

    def opening(self, machine: Machine) -> Sequence[Open]:
        """When it may run, in pieces that end where another answer may begin."""
        alike = self._alike(machine)
        if alike not in self.pieces:
            edges = edges_of(self.judge(machine).facts, self.starts, self.until)
            self.pieces[alike] = split(self._opening(machine), edges)
        return self.pieces[alike]

    def _opening(self, machine: Machine) -> list[Open]:
        key = machine.tool_class_id, machine.space_id
        if key not in self.openings:
            facts = self.judge(machine).facts
            self.openings[key] = open_time(facts, self.starts, self.until)
        return self.openings[key]


def _holes(known: Known, machine: Machine) -> Sequence[Hole]:
    if machine.pk not in known.lockouts and machine.pk not in known.machine_closures:
        return ()
    closures = sorted(known.machine_closures.get(machine.pk, ()), key=attrgetter("starts"))
    lockouts = known.lockouts_of(machine.pk)
    return holes_of(machine.name, machine.slug, lockouts, closures, known.now)


def _why_closed(facts: Facts, starts: datetime, ends: datetime) -> Reason:
    shut = first_shut(facts.hours.closures, starts, ends)
    if shut is not None:
        return Reason("space-closed", {"why": shut.reason, "until": shut.ends})
    slot = Slot(starts, ends)
    if facts.policy.staffed_only and not open_then(facts, slot):
        return staffed_then(facts, slot) or Reason("outside-hours", {"opens": ends})
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
    reads_notes = {machine.pk: _reads_notes(member, machine) for machine in machines}
    me = member.pk if member is not None else None
    rows, read = _read(CLAIMS, list(reads_notes), starts, ends, now)
    for machine_id, public_id, member_id, name, state, note, *times, lapses_at in rows:
        begins, stops, blocked_until = map(read, times)
        found[machine_id].append(
            Claim(
                public_id=public_id if isinstance(public_id, UUID) else UUID(public_id),
                member_id=member_id,
                who=shorten(name),
                is_mine=member_id == me,
                state=state,
                starts=begins,
                ends=stops,
                blocked_until=blocked_until,
                lapses_at=read(lapses_at) if lapses_at is not None else None,
                note=note if member_id == me or reads_notes[machine_id] else "",
            )
        )
    return found


def _taken(
    machines: Collection[Machine], starts: datetime, ends: datetime, now: datetime
) -> dict[int, list[Interval]]:
    """When each machine is claimed, buffers included; stale claims count as gone."""
    if not machines:
        return {}
    ids = [machine.pk for machine in machines]
    rows, read = _read(TAKEN, ids, starts, ends, now)
    return {
        machine_id: [(read(begins), read(until)) for _id, begins, until in claims]
        for machine_id, claims in groupby(rows, key=itemgetter(0))
    }


def _read(
    sql: str, machine_ids: Sequence[int], starts: datetime, ends: datetime, now: datetime
) -> tuple[list[Any], Callable[[Any], datetime]]:
    """The rows of CLAIMS or TAKEN, and what makes a datetime of their instants."""
    column, read = INSTANTS[connection.vendor]
    instants = {name: column.format(name) for name in COLUMNS}
    marks = ", ".join(["%s"] * len(machine_ids))
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            sql.format(machines=marks, **instants),
            [*machine_ids, adapt(starts), adapt(ends), adapt(now)],
        )
        return cursor.fetchall(), read


def _own(
    member: Member | None,
    machines: Collection[Machine],
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> dict[int, list[Booking]]:
    """The member's own claims on these machines that are not over."""
    found: dict[int, list[Booking]] = defaultdict(list)
    if member is None:
        return found
    here = {machine.pk for machine in machines}
    rows = Booking.objects.standing(now).filter(member=member, ends__gt=starts, starts__lt=ends)
    for booking in rows.only("public_id", "machine", "state", "starts", "ends", "lapses_at"):
        if booking.machine_id in here:
            found[booking.machine_id].append(booking)
    return found


def _reads_notes(member: Member | None, machine: Machine) -> bool:
    return member is not None and is_staff(member, machine.space)
