"""Reads what the judge needs for one member and many machines; decides nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from equipment.eligibility import (
    CertificationFact,
    Facts,
    HoldFact,
    LockoutFact,
    Requirement,
    Span,
    SuspensionFact,
)
from equipment.models import Certification, Lockout, Machine, Suspension, ToolClass
from members.models import Hold, Member, Membership, Pause


def facts_for(*, member_id: int, machines: Iterable[Machine], now: datetime) -> dict[int, Facts]:
    """The judge's facts per machine id, in seven queries however many machines there are.

    `machines` come with select_related("tool_class__requires"), or each costs two more.
    """
    machines = list(machines)
    active = Member.objects.filter(pk=member_id, is_active=True).exists()
    memberships = _memberships(member_id)
    pauses = _pauses(member_id)
    holds = _holds(member_id)
    certifications = _certifications(member_id)
    suspensions = _suspensions(member_id)
    lockouts = _lockouts([machine.pk for machine in machines])
    return {
        machine.pk: Facts(
            known_at=now,
            machine=machine.name,
            machine_slug=machine.slug,
            active=active,
            retired_at=machine.retired_at,
            memberships=memberships,
            pauses=pauses,
            holds=holds,
            requirement=requirement_of(machine.tool_class),
            certifications=certifications.get(machine.tool_class.requires_id or 0, ()),
            suspensions=suspensions.get(machine.tool_class.requires_id or 0, ()),
            lockouts=lockouts.get(machine.pk, ()),
        )
        for machine in machines
    }


def facts_of_person(*, member_id: int, now: datetime) -> Facts:
    """What the judge may know of a member where no machine is asked for."""
    return Facts(
        known_at=now,
        machine="",
        machine_slug="",
        active=Member.objects.filter(pk=member_id, is_active=True).exists(),
        memberships=_memberships(member_id),
        pauses=_pauses(member_id),
        holds=_holds(member_id),
    )


def requirement_of(tool_class: ToolClass) -> Requirement | None:
    """What the tool class asks for, or None where any member may."""
    kind = tool_class.requires
    if kind is None:
        return None
    return Requirement(
        name=kind.name,
        slug=kind.slug,
        level=tool_class.required_level,
        how_to_get=kind.how_to_get,
        theory=kind.needs_theory,
        next_at=kind.next_session_at,
    )


def certification_fact(
    level: int,
    given_at: datetime,
    until: datetime | None,
    revoked_at: datetime | None,
    idle_until: datetime | None = None,
) -> CertificationFact:
    """The first of its end, the end for want of use, and a revocation ends it."""
    if idle_until is not None:
        until = min(until or idle_until, idle_until)
    revoked = revoked_at is not None and (until is None or revoked_at < until)
    return CertificationFact(level, Span(given_at, revoked_at if revoked else until), revoked)


def _memberships(member_id: int) -> tuple[Span, ...]:
    rows = Membership.objects.filter(member=member_id).values_list("starts", "until")
    return tuple(Span(starts, until) for starts, until in rows)


def _pauses(member_id: int) -> tuple[Span, ...]:
    rows = Pause.objects.filter(member=member_id, called_off_at=None).order_by("starts")
    return tuple(Span(starts, until) for starts, until in rows.values_list("starts", "until"))


def _holds(member_id: int) -> tuple[HoldFact, ...]:
    rows = Hold.objects.filter(member=member_id, lifted_at=None).order_by("since")
    columns = rows.values_list("reason", "remedy", "since", "until")
    return tuple(HoldFact(why, remedy, Span(since, until)) for why, remedy, since, until in columns)


def _certifications(member_id: int) -> dict[int, tuple[CertificationFact, ...]]:
    by_type = defaultdict(list)
    rows = Certification.objects.filter(member=member_id)
    columns = rows.values_list("type_id", "level", "given_at", "until", "revoked_at", "idle_until")
    for type_id, level, given_at, until, revoked_at, idle_until in columns:
        fact = certification_fact(level, given_at, until, revoked_at, idle_until)
        by_type[type_id].append(fact)
    return {type_id: tuple(facts) for type_id, facts in by_type.items()}


def _suspensions(member_id: int) -> dict[int, tuple[SuspensionFact, ...]]:
    by_type = defaultdict(list)
    rows = Suspension.objects.filter(member=member_id, lifted_at=None).order_by("since")
    for type_id, why, since, until in rows.values_list("type_id", "why", "since", "until"):
        by_type[type_id].append(SuspensionFact(why, Span(since, until)))
    return {type_id: tuple(facts) for type_id, facts in by_type.items()}


def _lockouts(machine_ids: list[int]) -> dict[int, tuple[LockoutFact, ...]]:
    by_machine = defaultdict(list)
    rows = Lockout.objects.filter(Q(cleared_at=None), machine__in=machine_ids).order_by("since")
    for machine_id, why, since, expected in rows.values_list(
        "machine_id", "why", "since", "expected_until"
    ):
        by_machine[machine_id].append(LockoutFact(why, Span(since), expected))
    return {machine_id: tuple(facts) for machine_id, facts in by_machine.items()}
