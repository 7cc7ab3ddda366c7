"""Reads what the rules of signing up need; decides nothing."""

from collections.abc import Iterable
from datetime import datetime

from bookings.rules.facts import Slot
from equipment.facts import facts_of_person
from equipment.ladder import Kind, Lack, Need, lacks
from equipment.models import Certification, CertificationType
from equipment.standings import read_graph, standing_of
from members.models import Member
from training.models import Induction
from training.rules import Facts


def facts_for(
    *, induction: Induction, member: Member, now: datetime, at_desk: bool = False
) -> Facts:
    """`induction` comes with its type and needs. `at_desk`: those who run it sign somebody up.

    They may until it is over, as whoever walks in may take the seat of one who stays away.
    """
    type, graph, held = induction.type, read_graph(), standing_of(member, now)
    wanted = Need(type.slug, induction.level)
    lacking = lacks(graph, held, wanted)
    return Facts(
        now=now,
        slot=_left_of(induction, now) if at_desk else Slot(induction.starts, induction.ends),
        closes_at=induction.ends if at_desk else induction.closes_at,
        takes_place=induction.state == Induction.State.PLANNED,
        certification=type.name,
        certification_slug=type.slug,
        judge=facts_of_person(member_id=member.pk, now=now),
        is_certifier=induction.certifier_id == member.pk,
        has_it_for_good=_has_for_good(member, induction, now),
        needed=(*_named(lacking, Kind.PREREQUISITE), *_needs(member, induction)),
        suspended=_named(lacking, Kind.SUSPENDED),
        is_refresher=induction.is_refresher,
        may_refresh=held.refreshes(graph[type.slug], wanted),
    )


def _left_of(induction: Induction, now: datetime) -> Slot:
    return Slot(min(max(induction.starts, now), induction.ends), induction.ends)


def _named(lacking: Iterable[Lack], kind: Kind) -> tuple[str, ...]:
    return tuple(lack.name for lack in lacking if lack.kind == kind)


def _needs(member: Member, induction: Induction) -> tuple[str, ...]:
    """What this one session asks for besides, where the member will not hold it then."""
    needs = induction.needs
    if needs is None or _has(member, needs, induction.starts):
        return ()
    return (needs.name,)


def _has_for_good(member: Member, induction: Induction, now: datetime) -> bool:
    held = Certification.objects.valid(now).filter(member=member, type=induction.type_id)
    return held.filter(level__gte=induction.level, until=None, idle_until=None).exists()


def _has(member: Member, type: CertificationType, at: datetime) -> bool:
    return Certification.objects.valid(at).filter(member=member, type=type).exists()
