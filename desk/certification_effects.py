"""What becomes of a member when a certification is suspended or taken back: facts, inductions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bookings.effects import Change, rehearse
from desk.acting import and_missed
from equipment.eligibility import Facts, Span, SuspensionFact
from equipment.facts import certification_fact
from equipment.models import Certification
from equipment.services import Uncertifiable, revoke_certification
from equipment.services.suspensions import suspend_certification
from members.models import Member
from training.services.keeping_out import Missed


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


def suspension_misses(row: Certification, by: Member, now: datetime) -> Missed:
    """The inductions it would keep them from; done and undone, as whoever looks would do it."""
    return _missed(
        row.member,
        lambda: suspend_certification(member=row.member, type=row.type, by=by, why="-", now=now),
        now,
    )


def taking_back_misses(row: Certification, by: Member, now: datetime) -> Missed:
    return _missed(
        row.member,
        lambda: revoke_certification(certification=row, by=by, why="-", now=now),
        now,
    )


def _missed(member: Member, do: Callable[[], Any], now: datetime) -> Missed:
    """Where it is refused nothing is missed by it; the form says why."""
    try:
        (_result, missed), _lost = rehearse(member=member, act=and_missed(member, do, now), now=now)
    except Uncertifiable:
        return Missed()
    return missed
