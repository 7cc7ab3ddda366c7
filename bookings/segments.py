"""What a machine's day looks like: who has it when, what is free, and for whom not. PURE."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bookings.rules import Slot
from bookings.rules.hours import Interval
from equipment.eligibility import LockoutFact
from equipment.reason import Reason

OFFERED = "offered"  # the state of a booking that waits for its member's answer


@dataclass(frozen=True, slots=True)
class Claim:
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


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one machine's day.

    kind: past, was, other, mine, offer, buffer, closed, lock, gap, or gap-no (free, not for you).
    `reasons` say why of closed, lock and gap-no. `first` is the first slot one could book of a
    gap: at its first aligned start, of the shortest length.
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


# Of a gap [starts, ends) in which a booking must end by `latest`: its first slot, or why none.
Verdict = Callable[[datetime, datetime, datetime], tuple[Slot | None, tuple[Reason, ...]]]


@dataclass(frozen=True, slots=True)
class Lane:
    """One machine's facts over a longer time than is drawn; all sorted."""

    claims: Sequence[Claim]
    opening: Sequence[Interval]
    lockouts: Sequence[LockoutFact]
    verdict: Verdict
    why_closed: Callable[[datetime, datetime], Reason]
    buffer: timedelta
    now: datetime


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
    return found + list(_unclaimed(lane, at, ends))


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
    if not claim.is_mine:
        return "other"
    return "offer" if claim.state == OFFERED else "mine"


def _unclaimed(lane: Lane, starts: datetime, ends: datetime) -> Iterator[Segment]:
    """What no booking fills: locked out, closed, past, or a gap."""
    at = starts
    for lockout in lane.lockouts:
        begins = max(at, lockout.span.starts)
        stops = min(ends, max(lockout.expected_until or ends, lane.now))
        if begins < stops:
            yield from _in_service(lane, at, begins)
            reason = Reason("locked-out", {"why": lockout.why, "expected": lockout.expected_until})
            yield Segment("lock", begins, stops, reasons=(reason,))
            at = stops
    yield from _in_service(lane, at, ends)


def _in_service(lane: Lane, starts: datetime, ends: datetime) -> Iterator[Segment]:
    at = starts
    for opens, closes in lane.opening:
        if closes <= at or opens >= ends:
            continue
        if at < opens:
            yield _closed(lane, at, opens)
        yield from _open(lane, max(at, opens), min(closes, ends), closes)
        at = min(closes, ends)
    if at < ends:
        yield _closed(lane, at, ends)


def _closed(lane: Lane, starts: datetime, ends: datetime) -> Segment:
    return Segment("closed", starts, ends, reasons=(lane.why_closed(starts, ends),))


def _open(lane: Lane, starts: datetime, ends: datetime, closes: datetime) -> Iterator[Segment]:
    if starts < lane.now:
        yield Segment("past", starts, min(lane.now, ends))
    starts = max(starts, lane.now)
    if starts >= ends:
        return
    needed = bisect_left(lane.claims, ends, key=lambda claim: claim.starts)
    is_needed = needed < len(lane.claims)
    latest = min(closes, lane.claims[needed].starts - lane.buffer) if is_needed else closes
    first, reasons = lane.verdict(starts, ends, latest)
    yield Segment("gap" if first else "gap-no", starts, ends, None, reasons, first)
