"""What a member holds of each type, with the one state it is in; for pages. Words are theirs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from equipment.models import Certification, Suspension
from members.models import Member


class State(StrEnum):
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    IDLE = "idle"  # over for want of use
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Holding:
    """The certification that counts for a type, or the last that did."""

    row: Certification
    state: State
    ends: datetime | None = None  # the first of its ends that is known
    suspension: Suspension | None = None

    @property
    def is_valid(self) -> bool:
        return self.state == State.VALID

    @property
    def is_idle_first(self) -> bool:
        """It ends by disuse, if by anything."""
        return self.ends is not None and self.ends == self.row.idle_until


def holdings_of(member: Member, now: datetime) -> list[Holding]:
    """One of each type, in two queries: the highest that is valid, else the newest."""
    by_type: dict[int, list[Certification]] = defaultdict(list)
    for row in Certification.objects.filter(member=member).select_related("type"):
        by_type[row.type_id].append(row)
    suspended = {
        placed.type_id: placed for placed in Suspension.objects.standing(now).filter(member=member)
    }
    best = [max(rows, key=lambda row: _worth(row, now)) for rows in by_type.values()]
    found = [holding_of(row, now, suspended.get(row.type_id)) for row in best]
    return sorted(found, key=lambda holding: holding.row.type.name.casefold())


def holding_of(row: Certification, now: datetime, suspension: Suspension | None) -> Holding:
    ends = min((end for end in (row.until, row.idle_until) if end), default=None)
    return Holding(row, _state(row, ends, suspension, now), ends, suspension)


def _state(
    row: Certification, ends: datetime | None, suspension: Suspension | None, now: datetime
) -> State:
    """What was taken back or is over does not become valid by lifting a suspension."""
    if row.revoked_at is not None:
        return State.REVOKED
    if ends is not None and ends <= now:
        return State.IDLE if ends == row.idle_until else State.ENDED
    return State.VALID if suspension is None else State.SUSPENDED


def _worth(row: Certification, now: datetime) -> tuple[bool, int, datetime]:
    is_valid = _state(row, holding_of(row, now, None).ends, None, now) == State.VALID
    return is_valid, row.level if is_valid else 0, row.given_at
