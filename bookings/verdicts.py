"""May this member book something in this gap, and what first? Asks the booking rules. PURE."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime

from bookings import rules
from bookings.rules import Facts, Slot
from bookings.rules.eligible import INSTANT
from bookings.rules.local import align
from equipment import eligibility
from equipment.reason import Reason


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


@dataclass(frozen=True, slots=True)
class GapJudge:
    """The Verdict of one machine: general refusals, the judge, and the rules about gaps."""

    facts: Facts
    general: tuple[Reason, ...]
    eligible: Eligible

    def __call__(
        self, starts: datetime, ends: datetime, latest: datetime
    ) -> tuple[Slot | None, tuple[Reason, ...]]:
        policy, zone = self.facts.policy, self.facts.zone
        first = align(starts, policy.step, zone)
        soonest = max(first, align(self.facts.now + policy.notice, policy.step, zone))
        fits = soonest < ends and soonest + policy.shortest <= latest
        slot = Slot(soonest if fits else first, (soonest if fits else first) + policy.shortest)
        against = self.general + self.eligible(slot) + rules.ask(rules.GAP, self.facts, slot)
        if fits and not against:
            return slot, ()
        shortest = int(policy.shortest.total_seconds() // 60)
        return None, against or (Reason("gap-too-short", {"shortest_minutes": shortest}),)
