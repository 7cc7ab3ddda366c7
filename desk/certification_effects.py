"""The facts of a member as they become when a certification is suspended or taken back."""

from dataclasses import replace
from datetime import datetime

from bookings.effects import Change
from equipment.eligibility import Facts, Span, SuspensionFact
from equipment.facts import certification_fact
from equipment.models import Certification


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
