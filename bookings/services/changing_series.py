"""Changing or cancelling a series from one of its bookings on, or all of it that lies ahead.

What runs or is over stays as it was; where some of the series stays behind, the rest goes on as a
series of its own. A booking that its member has moved by itself keeps its own time when the others
move, unless asked for, too; cancelled are all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking, Series
from bookings.rules import Slot
from bookings.rules.in_turn import Wish, in_turn
from bookings.rules.recurrence import Occurrence, Rule, before, later, occurrence, rest
from bookings.services import claims, history, several
from bookings.services.series import (
    clashes,
    columns,
    days,
    log_series,
    overlap_refusal,
    rule_of,
    tell_series,
)
from bookings.services.several import Move
from equipment.models import Machine
from equipment.reason import Reason
from members.models import AccessEpoch, Member

State = Booking.State


class Scope(StrEnum):
    """How far a change reaches; a change of one booking is that booking's own."""

    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change makes of each booking; None leaves it as it is. Days may be negative."""

    days: int = 0
    starts: time | None = None
    minutes: int | None = None
    machine: Machine | None = None


@transaction.atomic
def cancel_series(
    *,
    booking: Booking,
    scope: Scope,
    by: Member,
    now: datetime,
    why: str = "",
    sequence: int | None = None,
) -> Series:
    """Give back what lies ahead of the series, or from `booking` on. Twice is once.

    `sequence` is the version of `booking` that somebody saw.
    """
    series = _series_of(booking)
    rows = _locked_rows(series, _from_day(booking, scope), [], now)
    if not rows:
        return series
    several.unchanged(rows, booking, sequence)
    _cut(series, day_of(rows[0]))
    said = {"why": why} if why else {}
    several.cancel(rows, by=by, now=now, series=str(series.public_id), **said)
    log_series(series, "cancel_series", rows, by=by, now=now, **said)
    tell_series(series, "series-cancelled", rows, now, **history.by_other(booking, by, why))
    AccessEpoch.bump()
    return series


def change_series(
    *,
    booking: Booking,
    scope: Scope,
    shift: Shift,
    by: Member,
    now: datetime,
    include_changed: bool = False,
    sequence: int | None = None,
) -> Series:
    """Move what lies ahead of the series, or from `booking` on; all of it or nothing.

    Returns the series that goes on, a new one where earlier bookings stay behind. Raises Refused
    with each reason and its `on_day`, which is the new day. `sequence` is the version of `booking`
    that somebody saw.
    """
    try:
        return _change(booking, scope, shift, include_changed, sequence, by=by, now=now)
    except IntegrityError as error:
        series = _series_of(booking)
        rows = _ahead(series, _from_day(booking, scope), now)
        moving = _moving(series, rows, include_changed)
        found = _found(series, shift, moving)
        judged = days(found, in_turn(_wishes(series, shift, moving, found, now)))
        raise overlap_refusal(error, judged) from error


@transaction.atomic
def _change(
    booking: Booking,
    scope: Scope,
    shift: Shift,
    include_changed: bool,
    sequence: int | None,
    *,
    by: Member,
    now: datetime,
) -> Series:
    series = _series_of(booking)
    _same_kind(series, shift.machine)
    rows = _locked_rows(series, _from_day(booking, scope), [shift.machine or series.machine], now)
    moving = _moving(series, rows, include_changed)
    if not moving:
        raise Refused(Reason("series-nothing-ahead"))
    found = _found(series, shift, moving)
    wishes = _wishes(series, shift, moving, found, now)
    if _is_as_asked(shift.machine or series.machine, moving, wishes):
        return series
    several.unchanged(rows, booking, sequence)
    if reasons := clashes(days(found, in_turn(wishes))):
        raise Refused(*reasons)
    going_on = _go_on(series, shift, day_of(rows[0]), now)
    moves = [
        Move(row, going_on.machine, wish.slot, wish.facts)
        for row, wish in zip(moving, wishes, strict=True)
    ]
    several.place(moves, by=by, now=now, series=str(going_on.public_id))
    log_series(going_on, "change_series", moving, by=by, now=now)
    tell_series(going_on, "series-changed", moving, now)
    AccessEpoch.bump()
    return going_on


# --- what a change reaches -----------------------------------------------------------------------


def _series_of(booking: Booking) -> Series:
    rows = Series.objects.select_related("member", "machine__tool_class", "machine__space")
    return rows.get(bookings=booking)


def _from_day(booking: Booking, scope: Scope) -> date:
    """The first day that is meant."""
    return date.min if scope == Scope.ALL else day_of(booking)


def _ahead(series: Series, first: date, now: datetime) -> list[Booking]:
    """The member's bookings of it from that day on which have not begun."""
    coming = Booking.objects.standing(now).filter(
        series=series, member=series.member_id, series_day__gte=first, starts__gt=now
    )
    coming = coming.exclude(state__in=(State.RUNNING, State.DONE))
    rows = coming.select_related("member", "machine__tool_class__requires", "machine__space")
    return list(rows.order_by("series_day", "pk"))


def _locked_rows(
    series: Series, first: date, more: Collection[Machine], now: datetime
) -> list[Booking]:
    """Them, with the member, all machines concerned and the rows themselves locked."""
    machines = {row.machine_id for row in _ahead(series, first, now)}
    claims.lock(series.member_id, *machines, *(machine.pk for machine in more))
    several.lock_rows(Booking.objects.filter(series=series))
    rows = _ahead(series, first, now)
    if not {row.machine_id for row in rows} <= machines:
        raise Refused(Reason("changed-meanwhile"))
    return rows


def _moving(series: Series, rows: Sequence[Booking], include_changed: bool) -> list[Booking]:
    """Those that still stand where the rule put them; on request the others, too."""
    rule = rule_of(series)
    return [row for row in rows if include_changed or _follows(row, series, rule)]


def _follows(row: Booking, series: Series, rule: Rule) -> bool:
    placed = occurrence(rule, day_of(row)).slot
    return row.machine_id == series.machine_id and placed == Slot(row.starts, row.ends)


def day_of(booking: Booking) -> date:
    """Which day of its series it stands for."""
    if booking.series_day is None:
        raise ValueError("not of a series")
    return booking.series_day


def _is_as_asked(machine: Machine, moving: Sequence[Booking], wishes: Sequence[Wish]) -> bool:
    """Twice is once."""
    return all(
        row.machine_id == machine.pk and wish.old == wish.slot
        for row, wish in zip(moving, wishes, strict=True)
    )


def _same_kind(series: Series, machine: Machine | None) -> None:
    if machine is not None and machine.tool_class_id != series.machine.tool_class_id:
        raise Refused(Reason("other-kind", {"machine": machine.name, "machine_slug": machine.slug}))


# --- where it goes -------------------------------------------------------------------------------


def _changed(rule: Rule, shift: Shift) -> Rule:
    """The rule as the shift leaves it, on the clock of the machine it goes to."""
    return replace(
        later(rule, shift.days),
        starts=shift.starts or rule.starts,
        minutes=shift.minutes or rule.minutes,
        zone=shift.machine.space.tz if shift.machine else rule.zone,
    )


def _found(series: Series, shift: Shift, moving: Sequence[Booking]) -> list[Occurrence]:
    """Where each would go."""
    rule, moved = _changed(rule_of(series), shift), timedelta(days=shift.days)
    return [occurrence(rule, day_of(row) + moved) for row in moving]


def _wishes(
    series: Series,
    shift: Shift,
    moving: Sequence[Booking],
    found: Sequence[Occurrence],
    now: datetime,
) -> list[Wish]:
    """Them, as the rules are asked: each at its new place, none at its old one."""
    machine = shift.machine or series.machine
    slots = [one.slot for one in found if one.slot is not None]
    known = several.known_under_lock(series.member_id, [machine], slots, now, moving)
    facts = known.facts(machine)
    return [
        Wish(replace(facts, booked_at=row.created_at), one.slot, old=Slot(row.starts, row.ends))
        for row, one in zip(moving, found, strict=True)
        if one.slot is not None
    ]


def _go_on(series: Series, shift: Shift, day: date, now: datetime) -> Series:
    """The series of what is moved: this one, or a new one where something stays behind."""
    rows = list(series.bookings.filter(series_day__gte=day))
    rule, going_on = rule_of(series), series
    if _cut(series, day):
        rule = rest(rule, day)
        going_on = Series(member=series.member, created_at=now)
    going_on.machine = shift.machine or series.machine
    for name, value in columns(_changed(rule, shift)).items():
        setattr(going_on, name, value)
    going_on.save()
    for row in rows:
        row.series, row.series_day = going_on, day_of(row) + timedelta(days=shift.days)
    several.update(rows, ["series", "series_day"])
    return going_on


def _cut(series: Series, day: date) -> bool:
    """End the series before `day` if something of it stays there; else leave it as it is."""
    stays = series.bookings.filter(series_day__lt=day).exclude(state=State.CANCELLED).exists()
    if stays:
        ended = before(rule_of(series), day)
        Series.objects.filter(pk=series.pk).update(until=ended.until, count=None)
    return stays
