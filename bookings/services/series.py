"""Making a series: every day of it in one transaction, or nothing. Changing one is changing_series.

The rules are asked for each day as if the days before it stood, so that quotas count them.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking, Series
from bookings.rules import Facts, Slot
from bookings.rules.in_turn import Wish, in_turn
from bookings.rules.recurrence import Occurrence, Rule, flaw, occurrences
from bookings.services import claims, several
from bookings.services.several import Made
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from members.services import record
from notices.services import post


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a series before it is booked: its slot, and all that stands against it."""

    day: date
    slot: Slot | None
    reasons: tuple[Reason, ...]
    skipped: bool = False


def preview_series(
    *,
    member: Member,
    machine: Machine,
    rule: Rule,
    now: datetime,
    skip: Collection[date] = (),
    answers: Mapping[int, str] | None = None,
) -> tuple[Day, ...]:
    """Every day of it, judged; a skipped one counts against no other. One statement.

    Raises Refused for a rule that makes no series at all, before any work is done.
    """
    found = days_of(rule)
    known = several.known_of(member.pk, [machine], _slots(found), now)
    return judge(found, replace(known.facts(machine), answers=answers), skip)


def book_series(
    *,
    member: Member,
    machine: Machine,
    rule: Rule,
    by: Member,
    now: datetime,
    skip: Collection[date] = (),
    note: str = "",
    key: uuid.UUID | None = None,
    answers: Mapping[int, str] | None = None,
) -> Series:
    """Book every day that is not skipped. Raises Refused with each reason and its `on_day`.

    The same `key` sent again returns the series it made.
    """
    try:
        return _book(member, machine, rule, skip, answers or {}, by=by, now=now, note=note, key=key)
    except (Refused, IntegrityError) as error:
        if key and (sent := Series.objects.filter(member=member, key=key).first()):
            return sent
        if isinstance(error, Refused):
            raise
        judged = preview_series(member=member, machine=machine, rule=rule, now=now, skip=skip)
        raise overlap_refusal(error, judged) from error


@transaction.atomic
def _book(
    member: Member,
    machine: Machine,
    rule: Rule,
    skip: Collection[date],
    answers: Mapping[int, str],
    *,
    by: Member,
    now: datetime,
    note: str,
    key: uuid.UUID | None,
) -> Series:
    found = days_of(rule)
    claims.lock(member.pk, machine.pk)
    known = several.known_under_lock(member.pk, [machine], _slots(found), now)
    facts = replace(known.facts(machine), answers=answers)
    judged = judge(found, facts, skip)
    if reasons := clashes(judged):
        raise Refused(*reasons)
    kept = [day for day in judged if not day.skipped]
    if not kept:
        raise Refused(Reason("series-all-skipped"))
    series = _row(member, machine, rule, now, key)
    made = [_claim(series, day, facts, by, note) for day in kept]
    bookings = several.write(made, by=by, now=now, series=str(series.public_id))
    log_series(series, "book_series", bookings, by=by, now=now)
    tell_series(series, "series-booked", bookings, now)
    AccessEpoch.bump()
    return series


def days_of(rule: Rule) -> tuple[Occurrence, ...]:
    """The days of a rule; Refused for one that makes no series."""
    if (reason := flaw(rule)) is not None:
        raise Refused(reason)
    return occurrences(rule)


def judge(
    found: Sequence[Occurrence], facts: Facts, skip: Collection[date] = ()
) -> tuple[Day, ...]:
    """What stands against each day, the earlier ones counted."""
    wishes = [
        Wish(facts, one.slot, skipped=one.day in skip) for one in found if one.slot is not None
    ]
    return days(found, in_turn(wishes), skip)


def days(
    found: Sequence[Occurrence],
    answers: Iterable[tuple[Reason, ...]],
    skip: Collection[date] = (),
) -> tuple[Day, ...]:
    """Each day with its answer; those without a slot have their reason already."""
    told = iter(answers)
    return tuple(
        Day(one.day, one.slot, (one.reason,) if one.reason else next(told), one.day in skip)
        for one in found
    )


def clashes(days: Sequence[Day]) -> list[Reason]:
    """Every reason against the days that are not skipped, each with its `on_day`."""
    against = [day for day in days if not day.skipped]
    return [reason for day in against for reason in several.noted(day.reasons, on_day=day.day)]


def overlap_refusal(error: IntegrityError, judged: Sequence[Day]) -> Refused:
    """NoOverlap's answer in the words of the rules. Any other broken constraint is raised on."""
    reasons = clashes(judged)
    if claims.NO_OVERLAP not in str(error) or not reasons:
        raise error
    return Refused(*reasons)


def _slots(found: Sequence[Occurrence]) -> list[Slot]:
    return [one.slot for one in found if one.slot is not None]


def _row(
    member: Member, machine: Machine, rule: Rule, now: datetime, key: uuid.UUID | None
) -> Series:
    return Series.objects.create(
        member=member, machine=machine, key=key, created_at=now, **columns(rule)
    )


def rule_of(series: Series) -> Rule:
    return Rule(
        rhythm=series.rhythm,
        first=series.first,
        starts=series.starts,
        minutes=series.minutes,
        zone=ZoneInfo(series.zone),
        every=series.every,
        until=series.until,
        count=series.count,
    )


def columns(rule: Rule) -> dict[str, Any]:
    """The rule as a row keeps it."""
    return {
        "rhythm": rule.rhythm,
        "every": rule.every,
        "first": rule.first,
        "starts": rule.starts,
        "minutes": rule.minutes,
        "zone": str(rule.zone),
        "until": rule.until,
        "count": rule.count,
    }


def _claim(series: Series, day: Day, facts: Facts, by: Member, note: str) -> Made:
    """A claim for one day, not yet written."""
    if day.slot is None:
        raise ValueError("a day without a slot has a reason against it")
    return several.claim(
        series.member,
        series.machine,
        day.slot,
        facts,
        by=by,
        note=note,
        series=series,
        series_day=day.day,
    )


def log_series(
    series: Series,
    verb: str,
    bookings: Sequence[Booking],
    *,
    by: Member,
    now: datetime,
    **more: Any,
) -> None:
    """The one Change of the series: how many bookings it was about, and the days of them."""
    days = [booking.series_day.isoformat() for booking in bookings if booking.series_day]
    after = {"machine": series.machine.name, "starts": f"{series.starts:%H:%M}", "days": days}
    record(
        actor=by,
        verb=verb,
        subject=series,
        at=now,
        after=after | more,
        on_behalf_of=series.member,
    )


def tell_series(
    series: Series, kind: str, bookings: Sequence[Booking], now: datetime, **more: Any
) -> None:
    """One notice for all of it, however many days it has; one may have been moved past another."""
    in_order = sorted(bookings, key=lambda booking: booking.starts)
    context = {
        "machine": series.machine.name,
        "machine_slug": series.machine.slug,
        "series": str(series.public_id),
        "starts": in_order[0].starts.isoformat(),
        "ends": in_order[0].ends.isoformat(),
        "last": in_order[-1].starts.isoformat(),
        "count": len(bookings),
        "zone": series.zone,
    }
    key = f"{kind}:{series.public_id}:{now.isoformat()}"
    context |= several.waiting(bookings) | more
    bundle = f"series-{series.pk}"  # as history.bundle_of says it of each of them
    post(to=series.member, kind=kind, key=key, context=context, at=now, bundle=bundle)
