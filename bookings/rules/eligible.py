"""Is the member eligible for the whole slot? Asks the one judge, and adds no rule to it. PURE."""

from dataclasses import replace
from datetime import datetime, timedelta

from bookings.rules.facts import Facts, Slot
from equipment import eligibility
from equipment.reason import Reason

INSTANT = timedelta(microseconds=1)  # the clock's smallest step: [starts, ends) has a last instant

# What the judge says of an end that lies ahead is told as one: it has not ended yet.
AHEAD = {
    "membership-ended": "membership-ends",
    "certification-ended": "certification-ends",
    "certification-revoked": "certification-ends",
}


def eligible_throughout(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """What the judge misses at the start, at the first moment it fails, and at the last instant.

    A certification until exactly the slot's end is enough: both are half-open.
    """
    return () if facts.judge is None else throughout(facts.judge, slot, facts.now)


def throughout(judge: eligibility.Facts, slot: Slot, now: datetime) -> tuple[Reason, ...]:
    """The same for whatever else takes a while, such as an induction."""
    found: dict[str, Reason] = {}
    for at in _moments(judge, slot):
        for reason in eligibility.missing(judge, at):
            told = _as_told(reason, now)
            found.setdefault(told.code, told)
    return tuple(found.values())


def own_refusals(judge: eligibility.Facts, slot: Slot, now: datetime) -> tuple[Reason, ...]:
    """The same of the member alone: a machine that is out of service is not theirs to mend."""
    return throughout(replace(judge, lockouts=(), retired_at=None), slot, now)


def _moments(judge: eligibility.Facts, slot: Slot) -> list[datetime]:
    fails = eligibility.ends(judge, slot.starts)
    between = [fails] if fails is not None and fails < slot.ends else []
    last = [slot.ends - INSTANT] if slot.ends > slot.starts else []
    return [slot.starts, *between, *last]


def _as_told(reason: Reason, now: datetime) -> Reason:
    ended = reason.params.get("ended")
    lies_ahead = isinstance(ended, datetime) and ended > now
    code = AHEAD.get(reason.code, reason.code) if lies_ahead else reason.code
    return Reason(code, reason.params)
