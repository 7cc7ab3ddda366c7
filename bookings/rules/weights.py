"""What a booking counts for in quotas: its length, more in peak hours, perhaps nothing. PURE."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from bookings.rules.facts import Facts, Limit, Slot, Windows
from bookings.rules.hours import Hours, Interval, Opening, usually_open

NOTHING = timedelta(0)


def within(openings: tuple[Opening, ...], zone: tzinfo, slot: Slot) -> list[Interval]:
    """What of the slot falls into these hours of the week; nothing where there are none."""
    if not openings or slot.ends <= slot.starts:
        return []
    return usually_open(Hours(openings), zone, slot.starts, slot.ends)


def is_covered(openings: tuple[Opening, ...], zone: tzinfo, slot: Slot) -> bool:
    return within(openings, zone, slot) == [(slot.starts, slot.ends)]


def peak_extra(windows: Windows, zone: tzinfo, slot: Slot) -> timedelta:
    """What peak hours add to the slot's length; negative where they count less."""
    extra = NOTHING
    for peak in windows.peaks:
        extra += total(within((peak.hours,), zone, slot)) * (peak.percent - 100) / 100
    return extra


def counted(facts: Facts, limit: Limit, slot: Slot) -> timedelta:
    """The time the slot would count in a limit; hours of the day of its own know no peak."""
    if limit.hours:
        return total(within(limit.hours, facts.zone, slot))
    return slot.length + peak_extra(facts.windows, facts.zone, slot)


def counts(
    slot: Slot,
    booked_at: datetime,
    last_minute: timedelta | None,
    free: tuple[Opening, ...],
    zone: tzinfo,
) -> bool:
    """Whether a booking counts in quotas at all."""
    return not is_last_minute(slot, booked_at, last_minute) and not is_covered(free, zone, slot)


def is_last_minute(slot: Slot, booked_at: datetime, last_minute: timedelta | None) -> bool:
    return last_minute is not None and slot.starts - booked_at <= last_minute


def total(pieces: Iterable[Interval]) -> timedelta:
    return sum((ends - starts for starts, ends in pieces), NOTHING)
