"""Reads what the judge needs of many members at once, leaving machines aside; decides nothing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from equipment.eligibility import (
    CertificationFact,
    Facts,
    HoldFact,
    Requirement,
    Span,
    SuspensionFact,
)
from equipment.facts import certification_fact
from equipment.models import Certification, Suspension
from members.models import Hold, Member, Membership, Pause

Pair = tuple[int, int]  # a member's id and a certification type's
Members = Collection[int] | QuerySet[Any, Any]  # ids, or a statement that yields them


@dataclass(slots=True)
class Crowd:
    """What was read, by member, and by member and certification type."""

    now: datetime
    active: set[int] = field(default_factory=set)
    memberships: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    pauses: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    holds: dict[int, list[HoldFact]] = field(default_factory=lambda: defaultdict(list))
    certifications: dict[Pair, list[CertificationFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    suspensions: dict[Pair, list[SuspensionFact]] = field(default_factory=lambda: defaultdict(list))

    def judge(self, member_id: int, type_id: int | None, requirement: Requirement | None) -> Facts:
        """Of one member, as far as it is theirs: no machine is locked out or out of use."""
        pair = (member_id, type_id or 0)
        return Facts(
            known_at=self.now,
            machine="",
            machine_slug="",
            active=member_id in self.active,
            memberships=tuple(self.memberships.get(member_id, ())),
            pauses=tuple(self.pauses.get(member_id, ())),
            holds=tuple(self.holds.get(member_id, ())),
            requirement=requirement,
            certifications=tuple(self.certifications.get(pair, ())),
            suspensions=tuple(self.suspensions.get(pair, ())),
        )


def read_crowd(members: Members, types: Collection[int], now: datetime) -> Crowd:
    """All of `members` with what they hold of certification `types`, in six statements."""
    crowd = Crowd(now)
    people = Member.objects.filter(pk__in=members, is_active=True)
    crowd.active = set(people.values_list("pk", flat=True))
    _read_standing(crowd, members)
    rows = Certification.objects.filter(member__in=members, type__in=types)
    columns = ("member_id", "type_id", "level", "given_at", "until", "revoked_at", "idle_until")
    for member_id, type_id, level, *ends in rows.values_list(*columns):
        crowd.certifications[member_id, type_id].append(certification_fact(level, *ends))
    suspensions = Suspension.objects.filter(member__in=members, type__in=types, lifted_at=None)
    suspended = suspensions.order_by("since").values_list(
        "member_id", "type_id", "why", "since", "until"
    )
    for member_id, type_id, why, since, until in suspended:
        crowd.suspensions[member_id, type_id].append(SuspensionFact(why, Span(since, until)))
    return crowd


def _read_standing(crowd: Crowd, members: Members) -> None:
    memberships = Membership.objects.filter(member__in=members)
    for member_id, starts, until in memberships.values_list("member_id", "starts", "until"):
        crowd.memberships[member_id].append(Span(starts, until))
    pauses = Pause.objects.filter(member__in=members, called_off_at=None).order_by("starts")
    for member_id, starts, ends in pauses.values_list("member_id", "starts", "until"):
        crowd.pauses[member_id].append(Span(starts, ends))
    holds = Hold.objects.filter(member__in=members, lifted_at=None).order_by("since")
    columns = ("member_id", "reason", "remedy", "since", "until")
    for member_id, why, remedy, since, until in holds.values_list(*columns):
        crowd.holds[member_id].append(HoldFact(why, remedy, Span(since, until)))
