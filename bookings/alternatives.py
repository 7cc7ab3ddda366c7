"""Where a booking may go that has to make way: a sibling then, or the nearest free times.

Reads in two statements, whatever the number of machines, and asks the rules; has none of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bookings.facts import know
from bookings.models import Booking
from bookings.permissions import siblings_of
from bookings.rules import Facts, Slot
from bookings.rules.displaced import displaced_refusals
from bookings.rules.gaps import REACH, free_intervals
from bookings.rules.hours import Interval
from bookings.rules.local import align
from equipment.models import Machine

BACK = timedelta(days=2)
FORTH = timedelta(days=7)
DAY = timedelta(days=1)
MOST_SIBLINGS = 4
MOST_TIMES = 3
MOST_TRIES = 100  # slots that are looked at before the list stays shorter


@dataclass(frozen=True, slots=True)
class Alternative:
    machine: Machine
    slot: Slot


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Other machines of the kind at the same time, and the nearest other times of any of them."""

    siblings: Sequence[Alternative]
    times: Sequence[Alternative]


def alternatives_to(booking: Booking, now: datetime) -> Alternatives:
    """What the rules would allow its member instead, each as long as the booking.

    What is only offered is not moved: its member has not taken it yet.
    """
    if booking.state == Booking.State.OFFERED:
        return Alternatives((), ())
    machines = list(siblings_of(booking.machine))
    first, last = max(now, booking.starts - BACK), booking.ends + FORTH
    known = know(
        member_id=booking.member_id,
        machines=machines,
        starts=first,
        ends=last + REACH,
        now=now,
        changing=booking,
    )
    facts = {machine: known.facts(machine) for machine in machines}
    siblings = [each for each in _siblings(booking, machines) if _may(facts, each)]
    return Alternatives(siblings[:MOST_SIBLINGS], _nearest(booking, facts, Slot(first, last)))


def _may(facts: Mapping[Machine, Facts], each: Alternative) -> bool:
    return not displaced_refusals(facts[each.machine], each.slot)


def _siblings(booking: Booking, machines: Sequence[Machine]) -> Iterator[Alternative]:
    slot = Slot(booking.starts, booking.ends)
    return (Alternative(machine, slot) for machine in machines if machine != booking.machine)


def _nearest(booking: Booking, facts: Mapping[Machine, Facts], within: Slot) -> list[Alternative]:
    """The nearest first, its own machine before others; a choice is between times apart."""
    found: list[Alternative] = []
    for each in _candidates(booking, facts, within)[:MOST_TRIES]:
        if len(found) == MOST_TIMES:
            break
        if all(_apart(each.slot, other.slot) for other in found) and _may(facts, each):
            found.append(each)
    return found


def _apart(one: Slot, other: Slot) -> bool:
    return one.ends <= other.starts or other.ends <= one.starts


def _candidates(
    booking: Booking, facts: Mapping[Machine, Facts], within: Slot
) -> list[Alternative]:
    """Starts that claims and hours leave room for, none at the booking's own, by nearness."""
    length = booking.ends - booking.starts
    found = {
        Alternative(machine, Slot(starts, starts + length))
        for machine, its in facts.items()
        for starts in _starts(its, booking, within)
        if starts != booking.starts
    }
    return sorted(
        found,
        key=lambda each: (
            abs(each.slot.starts - booking.starts),
            each.slot.starts,
            each.machine != booking.machine,
            each.machine.pk,
        ),
    )


def _starts(facts: Facts, booking: Booking, within: Slot) -> Iterator[datetime]:
    """In each gap the start nearest to the booking's time of day, on the days around."""
    wished = list(_wished(facts, booking, within))
    for gap in free_intervals(facts, within.starts, within.ends):
        first = align(gap[0], facts.policy.step, facts.zone)
        latest = gap[1] - (booking.ends - booking.starts)
        if first <= latest:
            yield from {_fitted(facts, at, first, latest) for at in _around(wished, gap)}


def _wished(facts: Facts, booking: Booking, within: Slot) -> Iterator[datetime]:
    """The time of day that was booked, and those at which bookings may start, day by day."""
    local = booking.starts.astimezone(facts.zone)
    times = facts.policy.start_times or (local.time(),)
    day = within.starts.astimezone(facts.zone).date()
    while day <= within.ends.astimezone(facts.zone).date():
        yield from (_instant(datetime.combine(day, each), facts.zone) for each in times)
        day += DAY


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _around(wished: Sequence[datetime], gap: Interval) -> Iterator[datetime]:
    """Those within a day of the gap: further ones would be clamped to the same start."""
    return (at for at in wished if gap[0] - DAY <= at <= gap[1] + DAY)


def _fitted(facts: Facts, at: datetime, first: datetime, latest: datetime) -> datetime:
    """The aligned start nearest to `at` from `first` to `latest`."""
    step = facts.policy.step
    starts = align(min(max(at, first), latest), step, facts.zone)
    return starts if starts <= latest else max(first, starts - step)
