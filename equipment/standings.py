"""Reads what the ladder needs: the types with what they build on, and what members have to show."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from equipment.ladder import Graph, Need, Proof, Rung, Standing
from equipment.models import Certification, CertificationType, Prerequisite, Suspension, TheoryPass
from members.models import Member


def read_graph() -> Graph:
    """Every type by slug, in two queries: there are dozens of them at most."""
    needs = defaultdict(list)
    arrows = Prerequisite.objects.order_by("needs__name")
    for slug, needed, level in arrows.values_list("type__slug", "needs__slug", "level"):
        needs[slug].append(Need(needed, level))
    return {kind.slug: rung(kind, needs[kind.slug]) for kind in CertificationType.objects.all()}


def rung(kind: CertificationType, needs: Collection[Need]) -> Rung:
    return Rung(
        name=kind.name,
        needs=tuple(needs),
        theory=kind.needs_theory,
        retired=kind.retired_at is not None,
        refresher_days=kind.refresher_days,
    )


def standing_of(member: Member, now: datetime) -> Standing:
    return standings_of([member.pk], now)[member.pk]


def standings_of(member_ids: Collection[int], now: datetime) -> dict[int, Standing]:
    """What each of these members has to show, in three queries however many they are."""
    proofs, theory = _proofs(member_ids, now), _theory(member_ids, now)
    suspended = _suspended(member_ids, now)
    return {
        pk: Standing(
            at=now,
            proofs={slug: tuple(rows) for slug, rows in proofs[pk].items()},
            theory=frozenset(theory[pk]),
            suspended=frozenset(suspended[pk]),
        )
        for pk in member_ids
    }


def _proofs(member_ids: Collection[int], now: datetime) -> dict[int, dict[str, list[Proof]]]:
    """What was given and never taken back: a clock that was set back gives nothing back."""
    found: dict[int, dict[str, list[Proof]]] = defaultdict(lambda: defaultdict(list))
    rows = Certification.objects.filter(
        member__in=member_ids, revoked_at=None, given_at__lte=now
    ).order_by("given_at")
    columns = ("member_id", "type__slug", "level", "until", "idle_until")
    for member_id, slug, level, until, idle_until in rows.values_list(*columns):
        ends = [end for end in (until, idle_until) if end is not None]
        found[member_id][slug].append(Proof(level, min(ends, default=None)))
    return found


def _theory(member_ids: Collection[int], now: datetime) -> dict[int, set[str]]:
    passed = defaultdict(set)
    still = Q(until=None) | Q(until__gt=now)
    rows = TheoryPass.objects.filter(still, member__in=member_ids, passed_at__lte=now)
    for member_id, slug in rows.values_list("member_id", "type__slug"):
        passed[member_id].add(slug)
    return passed


def _suspended(member_ids: Collection[int], now: datetime) -> dict[int, set[str]]:
    found = defaultdict(set)
    rows = Suspension.objects.standing(now).filter(member__in=member_ids)
    for member_id, slug in rows.values_list("member_id", "type__slug"):
        found[member_id].add(slug)
    return found
