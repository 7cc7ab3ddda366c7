"""What a machine's day looks like: who has it when, what is free, and for whom not. PURE."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from bookings.rules import Facts, Slot
from bookings.rules.hours import Shut, subtract
from bookings.rules.presence import running_hours
from equipment.eligibility import LockoutFact
from equipment.reason import Reason

OFFERED = "offered"  # the state of a booking that waits for its member's answer
EVER = datetime.max.replace(tzinfo=UTC)


class Claim(NamedTuple):  # as boards make thousands, and a tuple is made five times as fast
    """A booking as a board shows it; `note` is empty for those who may not read it."""

    public_id: UUID
    member_id: int
    who: str
    is_mine: bool
    state: str
    starts: datetime
    ends: datetime
    blocked_until: datetime
    lapses_at: datetime | None = None
    note: str = ""


class Segment(NamedTuple):
    """A stretch of one machine's day.

    kind: past, was, other, mine, offer, held (offered to somebody else), buffer, closed, shut (this
    machine is closed), lock, gap, or gap-no (free, not for you). `reasons` say why of closed, shut,
    lock and gap-no. `first` is the first slot one could book of a gap, of the shortest length.
    """

    kind: str
    starts: datetime
    ends: datetime
    claim: Claim | None = None
    reasons: tuple[Reason, ...] = ()
    first: Slot | None = None

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds() // 60)


# Of a gap [starts, ends) in which a booking must end by `latest`: its first slot, if it has one,
# and why one cannot begin as soon as the gap does.
Verdict = Callable[[datetime, datetime, datetime], tuple[Slot | None, tuple[Reason, ...]]]


class Open(NamedTuple):
    """A booking may begin in [starts, ends), and must be over by `latest`."""

    starts: datetime
    ends: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Hole:
    """The machine is not in service: locked out (lock), or closed by itself (shut)."""

    kind: str
    starts: datetime
    ends: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine's facts over a longer time than is drawn; all sorted, holes apart."""

    claims: Sequence[Claim]
    opening: Sequence[Open]
    holes: Sequence[Hole]
    verdict: Verdict
    why_closed: Callable[[datetime, datetime], Reason]
    buffer: timedelta
    now: datetime


def open_time(facts: Facts, starts: datetime, ends: datetime) -> list[Open]:
    """When bookings of the kind may run; unattended they go on after the space has shut."""
    open_hours = running_hours(replace(facts, closures=()), starts, ends)
    if not facts.policy.unattended:
        return [Open(opens, closes, closes) for opens, closes in open_hours]
    shut = sorted(closure.starts for closure in facts.hours.closures)
    return [
        Open(opens, closes, next((moment for moment in shut if moment >= closes), EVER))
        for opens, closes in open_hours
    ]


def split(opening: Sequence[Open], edges: Iterable[datetime]) -> Sequence[Open]:
    """The same time in pieces that end where another answer may begin."""
    marks = sorted(set(edges))
    if not marks:
        return opening
    return [
        Open(low, high, one.latest)
        for one in opening
        for low, high in pairwise(
            [one.starts, *(mark for mark in marks if one.starts < mark < one.ends), one.ends]
        )
    ]


def holes_of(
    machine: str,
    slug: str,
    lockouts: Iterable[LockoutFact],
    closures: Iterable[Shut],
    now: datetime,
) -> list[Hole]:
    """When a machine is out of service; where a closure and a lockout meet, it is locked out."""
    locks: list[Hole] = []
    for lockout in lockouts:
        starts = max([lockout.span.starts, *(hole.ends for hole in locks)])
        ends = max(lockout.expected_until or EVER, now)
        if starts < ends:
            params = {"machine": machine, "why": lockout.why, "expected": lockout.expected_until}
            locks.append(Hole("lock", starts, ends, Reason("locked-out", params)))
    found = list(locks)
    for shut in closures:
        reason = Reason(
            "machine-closed",
            {"machine": machine, "machine_slug": slug, "why": shut.reason, "until": shut.ends},
        )
        taken = sorted((hole.starts, hole.ends) for hole in found)
        found += [
            Hole("shut", starts, ends, reason)
            for starts, ends in subtract([(shut.starts, shut.ends)], taken)
        ]
    return sorted(found, key=lambda hole: hole.starts)


def segments(lane: Lane, starts: datetime, ends: datetime) -> list[Segment]:
    """The stretches that make up [starts, ends), without a hole and without an overlap."""
    found: list[Segment] = []
    at = starts
    for claim in lane.claims:
        if claim.starts >= ends:
            break
        if claim.blocked_until > at:
            found += _unclaimed(lane, at, max(at, claim.starts))
            found += _claimed(claim, max(at, claim.starts), ends, lane.now)
            at = min(claim.blocked_until, ends)
    return _joined([*found, *_unclaimed(lane, at, ends)])


def _joined(found: Sequence[Segment]) -> list[Segment]:
    """Pieces of one gap that turned out alike are one gap."""
    joined: list[Segment] = []
    for segment in found:
        last = joined[-1] if joined else segment
        is_more = segment.kind in ("gap", "gap-no") and last.ends == segment.starts
        if is_more and (last.kind, last.reasons) == (segment.kind, segment.reasons):
            joined[-1] = last._replace(ends=segment.ends)
        else:
            joined.append(segment)
    return joined


def _claimed(claim: Claim, starts: datetime, ends: datetime, now: datetime) -> Iterator[Segment]:
    booked_until = min(claim.ends, ends)
    if starts < booked_until:
        yield Segment(_kind(claim, now), starts, booked_until, claim)
    after = max(starts, booked_until)
    if after < min(claim.blocked_until, ends):
        yield Segment("buffer", after, min(claim.blocked_until, ends), claim)


def _kind(claim: Claim, now: datetime) -> str:
    if claim.ends <= now:
        return "was"
    if claim.state == OFFERED:
        return "offer" if claim.is_mine else "held"
    return "mine" if claim.is_mine else "other"


def _unclaimed(lane: Lane, starts: datetime, ends: datetime) -> Iterator[Segment]:
    """What no booking fills: out of service, closed, past, or a gap."""
    at = starts
    for hole in lane.holes:
        begins, stops = max(at, hole.starts), min(ends, hole.ends)
        if begins < stops:
            yield from _in_service(lane, at, begins)
            yield Segment(hole.kind, begins, stops, reasons=(hole.reason,))
            at = stops
    yield from _in_service(lane, at, ends)


def _in_service(lane: Lane, starts: datetime, ends: datetime) -> Iterator[Segment]:
    at = starts
    for opens, closes, latest in lane.opening:
        if closes <= at or opens >= ends:
            continue
        if at < opens:
            yield _closed(lane, at, opens)
        yield from _open(lane, max(at, opens), min(closes, ends), latest)
        at = min(closes, ends)
    if at < ends:
        yield _closed(lane, at, ends)


def _closed(lane: Lane, starts: datetime, ends: datetime) -> Segment:
    return Segment("closed", starts, ends, reasons=(lane.why_closed(starts, ends),))


def _open(lane: Lane, starts: datetime, ends: datetime, latest: datetime) -> Iterator[Segment]:
    if starts < lane.now:
        yield Segment("past", starts, min(lane.now, ends))
    starts = max(starts, lane.now)
    if starts < ends:
        first, reasons = lane.verdict(starts, ends, _latest(lane, ends, latest))
        begins = first.starts if first and reasons else starts
        if reasons:
            yield Segment("gap-no", starts, begins if first else ends, reasons=reasons)
        if first:
            yield Segment("gap", begins, ends, first=first)


def _latest(lane: Lane, ends: datetime, latest: datetime) -> datetime:
    """By when a booking must be over that begins in a gap until `ends`."""
    latest = min([latest, *(hole.starts for hole in lane.holes if hole.starts >= ends)])
    needed = bisect_left(lane.claims, ends, key=lambda claim: claim.starts)
    if needed < len(lane.claims):
        return min(latest, lane.claims[needed].starts - lane.buffer)
    return latest
