"""May this member come in now, and if not, when? PURE: knows no database, clock or words.

Who is a member is the judge's (equipment/eligibility.py). The way out is nobody's to decide: it is
free by mechanics alone, and nothing here can hold a door shut from inside.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bookings.rules.hours import Hours, Opening, Shut, closure_at, open_intervals
from equipment import eligibility
from equipment.reason import Reason

AHEAD = timedelta(days=8)  # how far the next opening is looked for: a week, and its last hours
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """One member before one door, read at one moment; windows are those of the plans they are on.

    `judge` asks for no certification: a door is no machine.
    """

    door: str
    judge: eligibility.Facts
    zone: tzinfo
    is_staff: bool = False
    windows: tuple[Opening, ...] = ()
    closures: tuple[Shut, ...] = ()


def refusals(visit: Visit, now: datetime) -> tuple[Reason, ...]:
    """Why they stay outside, in the order they are told; empty: come in.

    Staff of the space come in whenever they are somebody, closures or not: they see to those.
    """
    if visit.is_staff and visit.judge.active:
        return ()
    if reasons := eligibility.missing(visit.judge, now):
        return reasons
    return tuple(reason for rule in (closed, out_of_hours) if (reason := rule(visit, now)))


def closed(visit: Visit, now: datetime) -> Reason | None:
    shut = closure_at(Hours(closures=visit.closures), now, now + INSTANT)
    return Reason("closed", {"why": shut.reason, "until": shut.ends}) if shut else None


def out_of_hours(visit: Visit, now: datetime) -> Reason | None:
    """A window of a plan covers now; without any window the door is not for its members."""
    if not visit.windows:
        return Reason("door-not-yours", {"door": visit.door})
    hours = Hours(visit.windows, visit.closures)
    ahead = open_intervals(hours, visit.zone, now, now + AHEAD)
    if not ahead:  # closed all week
        return Reason("door-shut-long", {"door": visit.door})
    opens, _closes = ahead[0]
    return Reason("door-shut", {"door": visit.door, "opens": opens}) if opens > now else None
