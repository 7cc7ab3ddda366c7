"""Who is next for freed time: the order of a waitlist, and the formula of the fair share. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.rules.hours import Interval

PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wish in the queue. `unanswered`: offers that its member let lapse; `used`: see below."""

    wish: int
    asked_at: datetime
    unanswered: int = 0
    used: timedelta = timedelta(0)


def used(bookings: Iterable[Interval], now: datetime) -> timedelta:
    """The time that a member's bookings of the tool class took of the last 30 days.

    Of every booking that took place, runs, or was missed: what lies within [now - 30 days, now).
    What was cancelled in time, or offered and not taken, took nothing from anybody.
    """
    since = now - PERIOD
    nothing = timedelta(0)
    return sum(
        (max(nothing, min(ends, now) - max(starts, since)) for starts, ends in bookings), nothing
    )


def in_order(waiting: Iterable[Waiting], *, fair_share: bool) -> list[Waiting]:
    """The queue, the next one first.

    Whoever let an offer lapse stands behind those who did not, so that silence holds up nobody.
    Among equals comes first who asked first; with a fair share, who used the kind least.
    """

    def place(one: Waiting) -> tuple[int, timedelta, datetime, int]:
        share = one.used if fair_share else timedelta(0)
        return one.unanswered, share, one.asked_at, one.wish

    return sorted(waiting, key=place)
