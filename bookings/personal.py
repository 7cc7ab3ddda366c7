"""Which bookings ahead their own members may not use when they begin. Writes nothing.

Runs every minute over all that is booked: seven statements, whatever there is, and then one
comparison for each booking of somebody who stays eligible beyond it. Only the others are judged.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from bookings.models import Booking
from bookings.rules import Slot
from bookings.rules.eligible import own_refusals
from bookings.rules.releasing import MARGIN
from equipment import eligibility
from equipment.crowd import Members, read_crowd
from equipment.eligibility import Requirement
from equipment.facts import requirement_of
from equipment.models import ToolClass
from equipment.reason import Reason

FEW = 300  # members named one by one; of more the database finds them itself
FOREVER = datetime.max.replace(tzinfo=UTC)

# By the id of a tool class: the certification type it asks for, and how.
Needs = dict[int, tuple[int | None, Requirement | None]]


class Claim(Protocol):
    """What has to be known of a booking."""

    @property
    def pk(self) -> int: ...
    @property
    def member_id(self) -> int: ...
    @property
    def tool_class_id(self) -> int: ...
    @property
    def starts(self) -> datetime: ...
    @property
    def ends(self) -> datetime: ...
    @property
    def is_own_use(self) -> bool: ...


class Asked:
    """The judge's facts of members and kinds, each put together once."""

    def __init__(self, members: Members, needs: Needs, now: datetime) -> None:
        types = {type_id for type_id, _requirement in needs.values() if type_id is not None}
        self.crowd = read_crowd(members, types, now)
        self.needs, self.now = needs, now
        self.known: dict[tuple[int, int], tuple[eligibility.Facts, datetime]] = {}

    def first_refusal(
        self, member_id: int, tool_class_id: int, starts: datetime, ends: datetime
    ) -> Reason | None:
        key = (member_id, tool_class_id)
        if key not in self.known:
            self.known[key] = self._judge(*key)
        judge, safe_until = self.known[key]
        if ends <= safe_until:
            return None
        return next(iter(own_refusals(judge, Slot(starts, ends), self.now)), None)

    def _judge(self, member_id: int, tool_class_id: int) -> tuple[eligibility.Facts, datetime]:
        """The facts, and until when from now on they leave nothing to ask."""
        judge = self.crowd.judge(member_id, *self.needs[tool_class_id])
        if eligibility.missing(judge, self.now):
            return judge, self.now
        return judge, eligibility.ends(judge, self.now) or FOREVER


def not_theirs(claims: Sequence[Claim], now: datetime) -> dict[int, Reason]:
    """Why its member may not use it then, by the id of the booking."""
    asked_of = [claim for claim in claims if claim.is_own_use and claim.starts > now + MARGIN]
    if not asked_of:
        return {}
    asked = Asked(_members(asked_of, now), _needs(asked_of), now)
    found = (
        (
            claim.pk,
            asked.first_refusal(claim.member_id, claim.tool_class_id, claim.starts, claim.ends),
        )
        for claim in asked_of
    )
    return {pk: reason for pk, reason in found if reason is not None}


def _needs(claims: Iterable[Claim]) -> Needs:
    kinds = ToolClass.objects.filter(pk__in={claim.tool_class_id for claim in claims})
    return {
        kind.pk: (kind.requires_id, requirement_of(kind))
        for kind in kinds.select_related("requires")
    }


def _members(claims: Iterable[Claim], now: datetime) -> Members:
    ids = {claim.member_id for claim in claims}
    if len(ids) <= FEW:
        return ids
    ahead = Booking.objects.standing(now).filter(starts__gt=now, blocked_until__gt=now)
    return ahead.order_by().values("member")
