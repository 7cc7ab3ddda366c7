"""What becomes of a member when a certification is suspended or taken back: facts, inductions."""

from dataclasses import replace
from datetime import datetime

from bookings.effects import Change
from equipment.eligibility import Facts, Span, SuspensionFact
from equipment.facts import certification_fact
from equipment.ladder import Proof
from equipment.models import Certification
from equipment.standings import standing_of
from training.services.keeping_out import Missed, missed_with


def suspended(row: Certification, now: datetime) -> Change:
    """As from now, without an end."""

    def change(facts: Facts) -> Facts:
        if not _asks_for(facts, row):
            return facts
        placed = SuspensionFact("", Span(now))
        return replace(facts, suspensions=(*facts.suspensions, placed))

    return change


def taken_back(row: Certification, now: datetime) -> Change:
    """Without this certification; another of the same type still counts."""
    dates = (row.level, row.given_at, row.until)
    as_it_is = certification_fact(*dates, row.revoked_at, row.idle_until)
    gone = certification_fact(*dates, now, row.idle_until)

    def change(facts: Facts) -> Facts:
        if not _asks_for(facts, row):
            return facts
        rest = list(facts.certifications)
        rest.remove(as_it_is)
        return replace(facts, certifications=(*rest, gone))

    return change


def _asks_for(facts: Facts, row: Certification) -> bool:
    return facts.requirement is not None and facts.requirement.slug == row.type.slug


def suspension_misses(row: Certification, now: datetime) -> Missed:
    """The inductions it would keep them from."""
    held = standing_of(row.member, now)
    return missed_with(row.member, replace(held, suspended=held.suspended | {row.type.slug}), now)


def taking_back_misses(row: Certification, now: datetime) -> Missed:
    """Another of the same type still counts."""
    held = standing_of(row.member, now)
    others = row.member.certifications.exclude(pk=row.pk).filter(type=row.type, revoked_at=None)
    ends = others.values_list("level", "until", "idle_until")
    left = tuple(Proof(level, min(filter(None, both), default=None)) for level, *both in ends)
    return missed_with(row.member, replace(held, proofs={**held.proofs, row.type.slug: left}), now)
