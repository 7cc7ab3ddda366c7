"""Who may start while a device is on its own, and until when: entries for its list. PURE.

An entry is what a tap would be granted, decided beforehand by the same function; whoever would be
refused now or then is not in the list. What cannot be foreseen is told by a newer list, as long as
the device can hear one. Knows no key, no badge and no database.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from access.decision import BOOKING, Claim, Facts, Grant, decide
from wire import Entry

LONGEST = timedelta(hours=24)  # a device takes no list that is valid for longer
HALF = LONGEST / 2  # with less left the next one is due, changed or not
BEHIND = timedelta(minutes=1)  # so much a device's clock may be behind and still take it at once
MOST = 64  # entries: so many fit into 4,096 bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """One member may start, and be at it, during [opens, until)."""

    member_id: int
    opens: datetime
    until: datetime

    def covers(self, other: "Stretch") -> bool:
        same = self.member_id == other.member_id
        return same and self.opens <= other.opens and other.until <= self.until


def stretches(
    claims: Iterable[Claim], facts_of: Callable[[int], Facts], now: datetime
) -> Iterator[Stretch | None]:
    """Of each booking that begins within the life of a list, the nearest first; None where it adds
    nothing. One after the other, because each is a decision or two.
    """
    found: list[Stretch] = []
    ordered = sorted(claims, key=lambda claim: claim.starts)
    for place, claim in enumerate(ordered):
        if not claim.opens or claim.starts >= now + LONGEST:
            continue
        facts = facts_of(claim.member_id)
        near = _near(ordered, place, facts.early_start)
        stretch = _stretch(replace(facts, claims=near), claim, now)
        if stretch is None or any(earlier.covers(stretch) for earlier in found):
            yield None
        else:
            found.append(stretch)
            yield stretch


def _near(ordered: Sequence[Claim], place: int, early: timedelta) -> tuple[Claim, ...]:
    """All that can bear on a claim, of a day full of them: its owner's, what may still be on when
    it begins, and the first of somebody else's after it, before which it has to end.
    """
    claim = ordered[place]
    before = [c for c in ordered[:place] if c.blocked_until > claim.starts - early]
    own = [c for c in ordered if c.member_id == claim.member_id]
    after = (c for c in ordered[place + 1 :] if c.member_id != claim.member_id)
    every = (*before, *own, *islice(after, 1))
    return tuple({c.id: c for c in every}.values())


def _stretch(facts: Facts, claim: Claim, now: datetime) -> Stretch | None:
    """As a tap at its first moment would be answered; a little early where that is free."""
    if facts.judge.lockouts:
        return None  # when it ends is a hope: offline only what is certain counts
    for opens in (claim.starts - facts.early_start, claim.starts):
        at = max(now, opens)
        decision = decide(facts, at)
        if isinstance(decision, Grant) and _stands_on(decision, claim) and decision.until > at:
            return Stretch(claim.member_id, opens, decision.until)
    return None


def _stands_on(decision: Grant, claim: Claim) -> bool:
    """On this booking, and not on another of the same member's that has begun meanwhile."""
    return decision.ground == BOOKING and decision.booking_id == claim.id


def entries(
    found: Iterable[Stretch], hashes_of: Callable[[int], Sequence[str]], fin: int
) -> tuple[Entry, ...]:
    """One for each badge of each member, as many as fit."""
    every = (
        Entry(h16, int(stretch.opens.timestamp()), int(stretch.until.timestamp()), fin)
        for stretch in found
        for h16 in hashes_of(stretch.member_id)
    )
    return tuple(entry for _n, entry in zip(range(MOST), every, strict=False))


def is_due(until: datetime | None, *, changed: bool, empty: bool, now: datetime) -> bool:
    """Whether a new list is to be sent; an empty one that has run out says the same as none."""
    if changed:
        return True
    return not empty and (until is None or until - now < HALF)


def as_read(number: str, fmt: str) -> tuple[str, ...]:
    """What a reader of that format may send for a badge: a list has to name it as it is read."""
    if fmt == "reversed":
        return (bytes.fromhex(number)[::-1].hex().upper(),)
    if fmt == "decimal":
        value = str(int(number, 16))
        return tuple(dict.fromkeys((value, value.zfill(10))))
    return (number,)
