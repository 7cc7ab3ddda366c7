"""May this member book something in this gap, and what first? Asks the booking rules. PURE."""

from bisect import bisect_left, bisect_right
from datetime import datetime

from bookings import rules
from bookings.rules import Facts, Slot
from bookings.rules.eligible import INSTANT
from bookings.rules.gaps import full
from bookings.rules.lengths import latest_start
from bookings.rules.starts import first_start
from bookings.rules.weights import within
from bookings.segments import EVER
from equipment import eligibility
from equipment.reason import Reason

Answer = tuple[Slot | None, tuple[Reason, ...]]


class Eligible:
    """The judge's answer for slots, asked once per stretch in which it cannot change.

    One serves all machines that the judge cannot tell apart.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        # What is expected is believed of later than now, not of now itself.
        moments = eligibility.moments(facts.judge) if facts.judge else []
        self.edges = sorted([*moments, facts.now + INSTANT])
        self.known: dict[int, tuple[Reason, ...]] = {}

    def __call__(self, slot: Slot) -> tuple[Reason, ...]:
        stretch = bisect_right(self.edges, slot.starts)
        if stretch != bisect_left(self.edges, slot.ends):
            return rules.eligible_throughout(self.facts, slot)
        if stretch not in self.known:
            self.known[stretch] = rules.eligible_throughout(self.facts, slot)
        return self.known[stretch]


def edges_of(facts: Facts, starts: datetime, ends: datetime) -> list[datetime]:
    """Where in [starts, ends) the rules may begin or cease to stand in the way, within a gap: what
    is shared is full, hours are kept for others, one's own booking is too close or at once."""
    policy, found = facts.policy, []
    for shared in facts.shared:
        found += [(begins - policy.buffer, until) for begins, until in full(shared)]
    for kept in facts.windows.kept:
        found += within((kept.hours,), facts.zone, Slot(starts, ends))
    if policy.gap or any(limit.measure == "at-once" for limit in facts.limits):
        found += [(own.starts - policy.gap, own.ends + policy.gap) for own in facts.own]
    return [edge for interval in found for edge in interval]


class GapJudge:
    """The Verdict of all machines that the rules cannot tell apart; each start is asked once.

    `facts` are those of any of them. Where the first start of a gap is refused, a later one may do
    (an hour kept for others is over, one's own booking far enough away): they are tried in turn.
    """

    def __init__(self, facts: Facts, until: datetime) -> None:
        policy = facts.policy
        self.facts = facts
        self.shortest = -(-policy.shortest // policy.step) * policy.step  # lengths are whole steps
        minutes = int(self.shortest.total_seconds() // 60)
        self.general = tuple(reason for rule in rules.MEMBER if (reason := rule(facts)))
        self.is_hopeless = bool(self.general) or (
            bool(rules.ask_member(facts)) and not facts.windows.free and policy.last_minute is None
        )
        self.eligible = Eligible(facts)
        self.too_short = Reason("gap-too-short", {"shortest_minutes": minutes})
        # Before and after these the answer is known to be no, and no start is tried.
        self.soonest = facts.now if facts.windows.free else facts.now + policy.notice
        self.last = min(until, latest_start(facts, policy.horizon))
        self.asked: dict[datetime, tuple[Reason, ...]] = {}
        self.fitting: dict[datetime, Slot | None] = {}
        self.known: dict[datetime, Answer] = {}

    def __call__(self, starts: datetime, ends: datetime, latest: datetime) -> Answer:
        answer = self.known.get(starts) or self._learn(starts)
        slot = answer[0]
        if slot is None or (slot.starts < ends and slot.ends <= latest):
            return answer
        reasons = self._against(first_start(self.facts, starts))
        return None, reasons or (self.too_short,)

    def _learn(self, starts: datetime) -> Answer:
        """The first slot of a gap from `starts` on that never ends, and why it is no sooner."""
        start = first_start(self.facts, starts)
        later = start if self.soonest <= starts else first_start(self.facts, self.soonest)
        self.known[starts] = self._first(later), self._against(start)
        return self.known[starts]

    def _first(self, start: datetime | None) -> Slot | None:
        """The first slot at or after an aligned start that no rule refuses."""
        tried = []
        while start is not None and start not in self.fitting:
            tried.append(start)
            if not self._against(start):
                self.fitting[start] = Slot(start, start + self.shortest)
            else:
                start = self._next(start)
        found = self.fitting[start] if start is not None else None
        self.fitting.update(dict.fromkeys(tried, found))
        return found

    def _next(self, start: datetime) -> datetime | None:
        """The next start at which the answer may be another; None: not in sight."""
        after = start + INSTANT
        if self.eligible(Slot(start, start + self.shortest)):
            after = next((edge for edge in self.eligible.edges if edge > start), EVER)
        if self.is_hopeless or after > self.last:
            return None
        return first_start(self.facts, after)

    def _against(self, start: datetime) -> tuple[Reason, ...]:
        if start not in self.asked:
            slot = Slot(start, start + self.shortest)
            self.asked[start] = (
                *self.general,
                *rules.class_refusals(self.facts, slot),
                *self.eligible(slot),
                *rules.ask(rules.GAP, self.facts, slot),
            )
        return self.asked[start]
