"""Where among some machines does a booking of that length fit best? PURE; asks the booking rules.

Best is the earliest end, then the fewest stranded gaps, then the machine used least of late. A gap
is stranded when what a booking leaves of it is shorter than the shortest one there may be.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from bookings.rules import (
    SLOT,
    ask,
    class_refusals,
    eligible_throughout,
    refusals,
    set_aside,
)
from bookings.rules.facts import Facts, Slot, Taken
from bookings.rules.gaps import claims, free_intervals
from bookings.rules.hours import Hours, Interval, subtract, usually_open
from bookings.rules.lengths import latest_start
from bookings.rules.presence import machine_not_closed, open_then, shuts, space_not_closed
from bookings.rules.slot import even, long_enough, short_enough, untaken
from bookings.rules.starts import first_start
from bookings.verdicts import Eligible
from equipment.reason import Reason

NOTHING = timedelta(0)
INSTANT = timedelta(microseconds=1)
PASSING = ("locked-out",)  # what may be over by then
LENGTH = (even, long_enough, short_enough)
MOST_REASONS = 3  # of those that stood in the way, when nothing was found

# A gap is open and free, so these need not be asked of every start in it.
KNOWN_OF_A_GAP = (open_then, space_not_closed, machine_not_closed, untaken)
TO_ASK = tuple(rule for rule in SLOT if rule not in KNOWN_OF_A_GAP)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A booking of `length` anywhere in [starts, ends), and wholly within `hours` (local)."""

    length: timedelta
    starts: datetime
    ends: datetime
    hours: Hours = field(default_factory=Hours)


@dataclass(frozen=True, slots=True)
class Place:
    """A machine that would do: its facts, with the claims of the whole window, and its use."""

    machine_id: int
    facts: Facts
    used: timedelta = NOTHING


@dataclass(frozen=True, slots=True)
class Found:
    """A slot that the rules allow."""

    machine_id: int
    slot: Slot
    stranded: int  # gaps that it would leave too short for anybody
    used: timedelta = NOTHING

    @property
    def rank(self) -> tuple[datetime, int, timedelta, int]:
        """Smaller is better; the id makes it the same every time."""
        return self.slot.ends, self.stranded, self.used, self.machine_id


@dataclass(frozen=True, slots=True)
class Search:
    """The best first. Where nothing was found: what stood in the way of what was free, or what
    would, whatever comes free; without either it is only that others have it."""

    found: tuple[Found, ...] = ()
    reasons: tuple[Reason, ...] = ()


def find(places: Sequence[Place], wanted: Wanted, most: int = 1) -> Search:
    """The `most` best slots, at most one in each gap of a machine."""
    found: list[Found] = []
    served: set[tuple[int, datetime]] = set()
    against: dict[str, Reason] = {}
    groups = _groups(places, wanted)
    fitting = (_candidates(place, groups[place.machine_id], wanted) for place in places)
    facts = {place.machine_id: place.facts for place in places}
    for candidate, gap in merge(*fitting, key=_rank):
        if (candidate.machine_id, gap) in served:
            continue
        if reasons := refusals(facts[candidate.machine_id], candidate.slot):
            against |= {reason.code: reason for reason in reasons}
            continue
        served.add((candidate.machine_id, gap))
        found.append(candidate)
        if len(found) == most:
            return Search(tuple(found))
    for group in set(groups.values()):
        against |= {reason.code: reason for reason in group.reasons()}
    if places and not against:
        against = {reason.code: reason for reason in hopeless(places[0].facts, wanted)}
    return Search(tuple(found), () if found else tuple(against.values())[:MOST_REASONS])


def hopeless(facts: Facts, wanted: Wanted) -> tuple[Reason, ...]:
    """What stands against it at both ends of the window, whatever comes free in between."""
    first = Slot(wanted.starts, wanted.starts + wanted.length)
    last = Slot(wanted.ends - wanted.length, wanted.ends)
    lacking = eligible_throughout(facts, first) if eligible_throughout(facts, last) else ()
    lengths = ask(LENGTH, facts, first)
    return (*(reason for reason in lacking if reason.code not in PASSING), *lengths)


def has_room(places: Iterable[Place], wanted: Wanted) -> bool:
    """Whether it would fit into a gap at all, for whomever."""
    return any(
        first_start(place.facts, starts) <= min(ends - wanted.length, closes - INSTANT)
        for place in places
        for (opens, closes), until in _gaps(place.facts, wanted)
        for starts, ends in _within(_wished(place.facts, wanted), opens, until)
    )


def without(place: Place, intervals: Iterable[Interval]) -> Place:
    """The place as if these times were taken: for one who has turned them down."""
    more = tuple(Taken(starts, ends) for starts, ends in intervals)
    taken = sorted((*place.facts.taken, *more), key=lambda taken: taken.starts)
    return replace(place, facts=replace(place.facts, taken=tuple(taken)))


# --- gaps ----------------------------------------------------------------------------------------


def _rank(candidate: tuple[Found, datetime]) -> tuple[datetime, int, timedelta, int]:
    return candidate[0].rank


def _candidates(place: Place, group: "_Alike", wanted: Wanted) -> Iterator[tuple[Found, datetime]]:
    """Every start that fits and that its group allows, the earliest first; with its gap."""
    facts, length = place.facts, wanted.length
    for (opens, closes), until in _gaps(facts, wanted):
        for start in group.allowed(opens, min(until - length, closes - INSTANT)):
            slot = Slot(start, start + length)
            stranded = _stranded(facts, slot, opens, until)
            yield Found(place.machine_id, slot, stranded, place.used), opens


def _gaps(facts: Facts, wanted: Wanted) -> Iterator[tuple[Interval, datetime]]:
    """When one may be there, and until when a booking that begins then may go on."""
    free = free_intervals(facts, wanted.starts, wanted.ends)
    if not facts.policy.unattended:
        yield from ((gap, gap[1]) for gap in free)
        return
    blocked = sorted([(shut.starts, shut.ends) for shut in shuts(facts)] + claims(facts))
    unclaimed = subtract([(wanted.starts, wanted.ends)], blocked)
    for gap in free:
        yield gap, next(ends for starts, ends in unclaimed if starts <= gap[0] < ends)


def _wished(facts: Facts, wanted: Wanted) -> list[Interval]:
    """The hours asked for, as far ahead as may be booked: beyond it no rule need be asked."""
    latest = latest_start(facts, facts.policy.horizon) + wanted.length + INSTANT
    ends = wanted.ends if facts.windows.free else min(wanted.ends, latest)
    return usually_open(wanted.hours, facts.zone, wanted.starts, max(wanted.starts, ends))


def _within(hours: Sequence[Interval], low: datetime, high: datetime) -> Iterator[Interval]:
    """What of these hours lies in [low, high); they are sorted."""
    for starts, ends in hours:
        if starts >= high:
            break
        if ends > low:
            yield max(starts, low), min(ends, high)


def _stranded(facts: Facts, slot: Slot, opens: datetime, until: datetime) -> int:
    """How many of the two rests of the gap are good for nobody."""
    before = slot.starts - first_start(facts, opens)
    after = until - slot.ends - facts.policy.buffer
    return sum(NOTHING < rest < facts.policy.shortest for rest in (before, after))


# --- the rules, asked once for machines they cannot tell apart -----------------------------------


class _Alike:
    """The starts that the rules allow on any of some machines that differ by name and claims only.

    Each is reckoned once and judged once, when the first machine comes to it.
    """

    def __init__(self, facts: Facts, wanted: Wanted) -> None:
        self.facts, self.length = facts, wanted.length
        self.eligible = Eligible(facts)
        self.starts: list[datetime] = []
        self.more = _starts(facts, wanted)
        self.judged: dict[datetime, bool] = {}
        self.first_refused: Slot | None = None

    def allowed(self, low: datetime, high: datetime) -> Iterator[datetime]:
        """Those in [low, high], in order."""
        self._reach(high)
        for start in islice(self.starts, bisect_left(self.starts, low), None):
            if start > high:
                return
            if start not in self.judged:
                self.judged[start] = self._judge(Slot(start, start + self.length))
            if self.judged[start]:
                yield start

    def _reach(self, high: datetime) -> None:
        while not self.starts or self.starts[-1] <= high:
            start = next(self.more, None)
            if start is None:
                return
            self.starts.append(start)

    def _judge(self, slot: Slot) -> bool:
        """Stops at the first reason: for many starts there is one."""
        facts, aside = self.facts, set_aside(self.facts, slot)
        allowed = not (
            self.eligible(slot)
            or class_refusals(facts, slot)
            or any(rule not in aside and rule(facts, slot) for rule in TO_ASK)
        )
        if not allowed and self.first_refused is None:
            self.first_refused = slot
        return allowed

    def reasons(self) -> tuple[Reason, ...]:
        """All that stood against the first start that was refused."""
        return refusals(self.facts, self.first_refused) if self.first_refused else ()


def _starts(facts: Facts, wanted: Wanted) -> Iterator[datetime]:
    """Every start of the hours asked for from which the whole booking lies in them."""
    for low, high in _wished(facts, wanted):
        start = first_start(facts, low)
        while start <= high - wanted.length:
            yield start
            start = first_start(facts, start + INSTANT)


def _groups(places: Sequence[Place], wanted: Wanted) -> dict[int, _Alike]:
    """The group of each machine."""
    groups: list[_Alike] = []
    found: dict[int, _Alike] = {}
    for place in places:
        shared = _shared(place.facts)
        group = next((group for group in groups if group.facts == shared), None)
        if group is None:
            group = _Alike(shared, wanted)
            groups.append(group)
        found[place.machine_id] = group
    return found


def _shared(facts: Facts) -> Facts:
    """The facts without what tells one machine from its siblings; a limit may be on one alone."""
    judge = replace(facts.judge, machine="", machine_slug="") if facts.judge else None
    is_itself = any(limit.machine_id is not None for limit in facts.limits)
    return replace(
        facts,
        machine="",
        machine_slug="",
        machine_id=facts.machine_id if is_itself else 0,
        taken=(),
        closures=(),
        judge=judge,
    )
