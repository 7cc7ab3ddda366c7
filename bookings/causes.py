"""What keeps a booking from being: one small function per cause.

Each compares facts: it is handed bookings ahead, and says which of them it is in the way of. None
writes anything. A new cause is a function in CAUSES, and a column of Disruption to point at it. The
last one is the member's own: they may not use the machine then.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from bookings.models import Booking
from bookings.personal import not_theirs
from equipment.models import Lockout, Machine, MachineClosure
from equipment.reason import Reason
from members.models import Closure

State = Booking.State
HIT = (State.OFFERED, State.REQUESTED, State.CONFIRMED)  # what runs has a tap, or a person, to tell
# A lockout without an expected end is in the way of what begins within so long from now. Time
# passes and it stands still: it reaches the bookings behind one by one, each two days before.
REACH = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A booking that has not begun, as far as a cause asks. `sequence` is its version."""

    pk: int
    sequence: int
    member_id: int
    machine_id: int
    space_id: int
    starts: datetime
    ends: datetime
    overrides: Sequence[str]  # codes of rules staff set aside, knowing why
    tool_class_id: int
    purpose: str
    state: str

    @property
    def is_own_use(self) -> bool:
        """The member means to use the machine, and the time is theirs or asked for."""
        return self.purpose == Booking.Purpose.USE and self.state != State.OFFERED


@dataclass(frozen=True, slots=True)
class Cause:
    """A row that is in the way: which column of Disruption points at it, and its words.

    A personal one has no row but a `reason`; its `why` is what tells it from others.
    """

    column: str
    pk: int
    why: str
    reason: Reason | None = field(default=None, compare=False)

    @property
    def is_personal(self) -> bool:
        return self.reason is not None


Finder = Callable[[Sequence[Ahead], datetime], dict[int, Cause]]


class Span(NamedTuple):
    starts: datetime
    ends: datetime
    pk: int
    why: str


class Shelf:
    """Finds one of many spans that touches another, in the time of one look-up."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.starts for span in self._spans]
        self._latest = list(accumulate(self._spans, _later))

    def touching(self, starts: datetime, ends: datetime) -> Span | None:
        """Of those that begin before `ends`, the last to end: if any reaches in, it does."""
        before = bisect_left(self._starts, ends)
        latest = self._latest[before - 1] if before else None
        return latest if latest is not None and latest.ends > starts else None


def _later(one: Span, other: Span) -> Span:
    return other if other.ends > one.ends else one


def bookings_ahead(now: datetime, ids: Iterable[int] | None = None) -> list[Ahead]:
    """Every booking that may be hit, or these of them; one query, by the index of the board."""
    rows = Booking.objects.standing(now).filter(
        machine__in=Machine.objects.all(),  # each by its index
        blocked_until__gt=now,
        starts__gt=now,
        state__in=HIT,
    )
    rows = rows.exclude(purpose=Booking.Purpose.MAINTENANCE)  # it is what a closure is for
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    columns = ("pk", "sequence", "member_id", "machine_id", "machine__space_id")
    more = ("machine__tool_class_id", "purpose", "state")
    return [Ahead(*row) for row in rows.values_list(*columns, "starts", "ends", "overrides", *more)]


def causes_of(ahead: Sequence[Ahead], now: datetime) -> dict[int, Cause]:
    """What is in the way of which booking, by its id; of several the first in CAUSES."""
    found: dict[int, Cause] = {}
    for finder in CAUSES:
        found = finder(ahead, now) | found
    return found


def locked_out(ahead: Sequence[Ahead], now: datetime) -> dict[int, Cause]:
    """Its machine is out of service, and not expected back before it begins."""
    standing = Lockout.objects.filter(cleared_at=None).order_by("since")
    reach: dict[int, tuple[datetime, Cause]] = {}
    for pk, machine_id, why, expected in standing.values_list(
        "pk", "machine_id", "why", "expected_until"
    ):
        until = expected if expected is not None and expected > now else now + REACH
        if machine_id not in reach or until > reach[machine_id][0]:
            reach[machine_id] = until, Cause("lockout", pk, why)
    return {
        booking.pk: reach[booking.machine_id][1]
        for booking in ahead
        if booking.machine_id in reach and booking.starts < reach[booking.machine_id][0]
    }


def machine_closed(ahead: Sequence[Ahead], now: datetime) -> dict[int, Cause]:
    """Its machine is not to be booked then."""
    rows = MachineClosure.objects.filter(ends__gt=now)
    shelves = _shelves(rows.values_list("machine_id", "starts", "ends", "pk", "reason"))
    return {
        booking.pk: cause
        for booking in ahead
        if "machine-closed" not in booking.overrides
        and (cause := _closed("machine_closure", shelves.get(booking.machine_id), booking))
    }


def space_closed(ahead: Sequence[Ahead], now: datetime) -> dict[int, Cause]:
    """Nobody gets in then."""
    rows = Closure.objects.filter(ends__gt=now)
    shelves = _shelves(rows.values_list("space_id", "starts", "ends", "pk", "reason"))
    return {
        booking.pk: cause
        for booking in ahead
        if "space-closed" not in booking.overrides
        and (cause := _closed("closure", shelves.get(booking.space_id), booking))
    }


def not_eligible(ahead: Sequence[Ahead], now: datetime) -> dict[int, Cause]:
    """Its member is not to use the machine then: lapsed, resting, on hold, not certified."""
    return {pk: personal(reason) for pk, reason in not_theirs(ahead, now).items()}


def personal(reason: Reason) -> Cause:
    """Of one member the same code about the same certification is one cause."""
    about = reason.params.get("certification_slug", "")
    return Cause("", 0, f"{reason.code} {about}".strip(), reason)


CAUSES: tuple[Finder, ...] = (locked_out, machine_closed, space_closed, not_eligible)


def _shelves(rows: Iterable[tuple[int, datetime, datetime, int, str]]) -> dict[int, Shelf]:
    spans: dict[int, list[Span]] = defaultdict(list)
    for place_id, *span in rows:
        spans[place_id].append(Span(*span))  # type: ignore[arg-type]
    return {place_id: Shelf(some) for place_id, some in spans.items()}


def _closed(column: str, shelf: Shelf | None, booking: Ahead) -> Cause | None:
    span = shelf.touching(booking.starts, booking.ends) if shelf else None
    return Cause(column, span.pk, span.why) if span else None
