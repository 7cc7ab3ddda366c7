"""Facts and a slot that every rule allows, and short ways to break one of them. No database."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.rules import Facts, Slot
from bookings.rules.facts import Own, Policy, Taken
from bookings.rules.hours import Hours, Opening, Shut
from equipment import eligibility
from equipment.eligibility import CertificationFact, Requirement, Span
from equipment.reason import Reason
from equipment.words import tell

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
AT_14 = datetime(2026, 11, 24, 13, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")

JUDGE = eligibility.Facts(
    known_at=NOW,
    machine="CNC router",
    machine_slug="cnc-router",
    memberships=(Span(NOW - 365 * DAY, NOW + 365 * DAY),),
    requirement=Requirement("CNC", "cnc", level=2),
    certifications=(CertificationFact(2, Span(NOW - 365 * DAY)),),
)
ALLOWED = Facts(
    now=NOW,
    machine="CNC router",
    machine_slug="cnc-router",
    policy=Policy("CNC machines", 1, most_future=2),
    judge=JUDGE,
    zone=BERLIN,
    hours=Hours(tuple(Opening(day, time(8), time(22)) for day in range(7))),
)
SLOT = Slot(AT_14, AT_14 + HOUR)


def slot(start: str = "14:00", minutes: float = 60, day: int = 24) -> Slot:
    """A slot by the clock in Berlin."""
    wall = datetime.fromisoformat(f"2026-11-{day}T{start}").replace(tzinfo=BERLIN)
    return Slot(wall.astimezone(UTC), wall.astimezone(UTC) + minutes * MINUTE)


def policy(**changes: object) -> Facts:
    return replace(ALLOWED, policy=replace(ALLOWED.policy, **changes))


def judged(**changes: object) -> Facts:
    return replace(ALLOWED, judge=replace(JUDGE, **changes))


def taken(starts: datetime, until: datetime) -> Facts:
    return replace(ALLOWED, taken=(Taken(starts, until),))


def shut(starts: datetime, ends: datetime) -> Facts:
    return replace(ALLOWED, hours=Hours((), (Shut(starts, ends, "Fair"),)))


def held(until: datetime | None, level: int = 2) -> tuple[CertificationFact, ...]:
    return (CertificationFact(level, Span(NOW - DAY, until)),)


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


def own(*starts: datetime, tool_class_id: int = 1) -> tuple[Own, ...]:
    return tuple(Own(tool_class_id, at, at + HOUR) for at in starts)


def told_in(reasons: tuple[Reason, ...]) -> str:
    """Every word of these refusals."""
    told = [tell(reason, BERLIN) for reason in reasons]
    return " ".join(f"{one.text} {one.remedy}" for one in told)


def assert_worded_in_full(reasons: tuple[Reason, ...]) -> None:
    """No empty parameter leaves a hole in the sentence."""
    words = told_in(reasons)
    assert "{" not in words
    assert "  " not in words
    assert " ." not in words
    assert "()" not in words
