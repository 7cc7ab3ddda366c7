"""How one member stands to one type of certification, as one cell of the matrix. PURE.

What the judge would say of somebody is the judge's; this is what staff look for in a list: who
may, how far and how long, whose is about to end, and whose has ended and why.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SOON = timedelta(days=30)  # an end is worth a look from here on


class Kind(StrEnum):
    HELD = "held"
    ENDING = "ending"
    SUSPENDED = "suspended"
    IDLE = "idle"  # ended for want of use
    LAPSED = "lapsed"
    REVOKED = "revoked"
    THEORY = "theory"  # passed, and nothing more
    NONE = "none"


OVER = frozenset({Kind.IDLE, Kind.LAPSED, Kind.REVOKED})


@dataclass(frozen=True, slots=True)
class Given:
    """One certification as it was written."""

    level: int
    until: datetime | None = None
    idle_until: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def ends(self) -> datetime | None:
        ends = [at for at in (self.until, self.idle_until, self.revoked_at) if at is not None]
        return min(ends, default=None)

    def is_valid(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class Cell:
    """`level` where something is held, `ends` where that is known or was."""

    kind: Kind
    level: int = 0
    ends: datetime | None = None


def cell(given: Sequence[Given], *, suspended: bool, theory: bool, now: datetime) -> Cell:
    """What all certifications of one type come to."""
    if valid := [one for one in given if one.is_valid(now)]:
        return _held(valid, suspended, now)
    if given:
        return _over(given)
    return Cell(Kind.THEORY if theory else Kind.NONE)


def _held(valid: Collection[Given], suspended: bool, now: datetime) -> Cell:
    """The highest level, for as long as that is held."""
    level = max(one.level for one in valid)
    ends = [one.ends for one in valid if one.level == level]
    known = [at for at in ends if at is not None]
    last = max(known) if len(known) == len(ends) else None
    if suspended:
        return Cell(Kind.SUSPENDED, level, last)
    is_near = last is not None and last - now <= SOON
    return Cell(Kind.ENDING if is_near else Kind.HELD, level, last)


def _over(given: Sequence[Given]) -> Cell:
    """The one that was held longest says how it ended."""
    ended = [(one.ends, one) for one in given if one.ends is not None]
    ends, last = max(ended, key=lambda pair: pair[0])
    if last.revoked_at is not None:
        return Cell(Kind.REVOKED, last.level, last.revoked_at)
    return Cell(Kind.IDLE if ends == last.idle_until else Kind.LAPSED, last.level, ends)
