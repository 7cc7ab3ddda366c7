"""When a message leaves: now, after quiet hours, with the next digest, or not at all. PURE.

Instants are aware, in UTC; quiet hours and digests are by the wall clock of the reader's zone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from notices.manners import DAILY, NONE, NOW, Manner

DIGEST_TIME = time(7)
MONDAY = 0
DAY = timedelta(days=1)

Quiet = tuple[time, time]  # from, to; over midnight where `to` is the earlier


@dataclass(frozen=True, slots=True)
class Plan:
    """`at` None: it stays on the site. `digest` tells one that leaves among others."""

    at: datetime | None
    digest: bool = False


def plan(
    manner: Manner,
    choice: str,
    *,
    due: datetime,
    now: datetime,
    zone: tzinfo,
    quiet: Quiet | None,
    moot: datetime | None = None,
    planned: bool = False,
) -> Plan:
    """When a message that is due since `due` leaves. `planned` tells that it has its digest."""
    if choice == NONE or (moot is not None and moot <= now):
        return Plan(None)
    at, digest = now, choice != NOW
    if digest and not planned:
        at = max(now, digest_at(due, choice, zone))
    rests = None if manner.urgent else quiet_until(at, quiet, zone)
    at = rests or at
    if moot is not None and moot <= at:  # it would wake nobody in time: better during quiet hours
        return Plan(now) if not digest else Plan(None)
    return Plan(at, digest)


def digest_at(due: datetime, choice: str, zone: tzinfo) -> datetime:
    """The first digest at or after `due`: seven o'clock, weekly on Mondays."""
    local = due.astimezone(zone)
    day = local.date()
    while True:
        moment = datetime.combine(day, DIGEST_TIME, zone).astimezone(UTC)
        if moment >= due and (choice == DAILY or day.weekday() == MONDAY):
            return moment
        day += DAY


def quiet_until(at: datetime, quiet: Quiet | None, zone: tzinfo) -> datetime | None:
    """Where the quiet hours end in which `at` lies; None where it lies in none.

    The clock may jump: an end that the spring skips comes at the jump, one that the autumn repeats
    comes at its first time, after which it is not quiet any more.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return None
    starts, ends = quiet
    clock = at.astimezone(zone).time().replace(tzinfo=None)
    over_midnight = ends < starts
    if not (clock >= starts or clock < ends if over_midnight else starts <= clock < ends):
        return None
    day = at.astimezone(zone).date()
    if over_midnight and clock >= starts:
        day += DAY
    end = datetime.combine(day, ends, zone).astimezone(UTC)
    return end if end > at else None
