"""The one judge: may this member use this machine at this instant, leaving bookings aside? PURE.

Booking rules ask it at a booking's start and end, the decision on a tap asks it now, and pages ask
it now, so that all three always agree. It knows no database, no clock and no words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from equipment.reason import Reason


@dataclass(frozen=True, slots=True)
class Span:
    """[starts, until); None is open-ended."""

    starts: datetime
    until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.starts <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class HoldFact:
    reason: str
    remedy: str
    span: Span


@dataclass(frozen=True, slots=True)
class CertificationFact:
    """One certification of the type the tool class requires; a revoked one ends at that moment."""

    level: int
    span: Span
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class SuspensionFact:
    """For the time being the certification of the required type does not count."""

    why: str
    span: Span

    def stands(self, at: datetime, known_at: datetime) -> bool:
        """What is known has begun: a clock that was set back suspends nobody less."""
        return Span(min(self.span.starts, known_at), self.span.until).covers(at)


@dataclass(frozen=True, slots=True)
class LockoutFact:
    why: str
    span: Span  # until: when it was cleared
    expected_until: datetime | None = None

    def stands(self, at: datetime, known_at: datetime) -> bool:
        """Now only a clearance ends it; for later than now the expectation is believed.

        What is known has begun, whatever it says: a clock that was set back clears no lockout.
        """
        expected = self.expected_until is not None and at > known_at and at >= self.expected_until
        begun = min(self.span.starts, known_at)
        return Span(begun, self.span.until).covers(at) and not expected


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a tool class asks for: a certification type by name, and a level."""

    name: str
    slug: str
    level: int
    how_to_get: str = ""
    theory: bool = False  # a passed test comes first
    next_at: datetime | None = None  # when the next session gives it


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the judge may know about one member and one machine, read at `known_at`."""

    known_at: datetime
    machine: str
    machine_slug: str
    active: bool = True
    retired_at: datetime | None = None
    memberships: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()
    holds: tuple[HoldFact, ...] = ()
    requirement: Requirement | None = None
    certifications: tuple[CertificationFact, ...] = ()
    suspensions: tuple[SuspensionFact, ...] = ()  # of the required type
    lockouts: tuple[LockoutFact, ...] = ()


def missing(facts: Facts, at: datetime) -> tuple[Reason, ...]:
    """All that keeps the member from the machine at `at`; empty means eligible."""
    return tuple(reason for rule in RULES if (reason := rule(facts, at)))


def ends(facts: Facts, at: datetime) -> datetime | None:
    """The first moment after `at` at which an eligible member stops being one; None: not in sight.

    A known future fact (a membership's end, a hold that begins) bounds every grant.
    """
    later = sorted(moment for moment in moments(facts) if moment > at)
    return next((moment for moment in later if missing(facts, moment)), None)


def account_closed(facts: Facts, at: datetime) -> Reason | None:
    return None if facts.active else Reason("account-closed")


def no_membership(facts: Facts, at: datetime) -> Reason | None:
    """A member is on some plan at `at`."""
    if any(span.covers(at) for span in facts.memberships):
        return None
    ended = [span.until for span in facts.memberships if span.until and span.until <= at]
    if ended:
        return Reason("membership-ended", {"ended": max(ended)})
    starts = [span.starts for span in facts.memberships]
    return (
        Reason("membership-not-begun", {"starts": min(starts)})
        if starts
        else Reason("no-membership")
    )


def paused(facts: Facts, at: datetime) -> Reason | None:
    """No pause rests the membership."""
    for pause in facts.pauses:
        if pause.covers(at):
            return Reason("membership-paused", {"until": pause.until})
    return None


def on_hold(facts: Facts, at: datetime) -> Reason | None:
    """No hold stands; the first one names its own remedy."""
    for hold in facts.holds:
        if hold.span.covers(at):
            return Reason("on-hold", {"reason": hold.reason, "remedy": hold.remedy})
    return None


def suspended(facts: Facts, at: datetime) -> Reason | None:
    """Nobody has suspended what the machine asks for."""
    need = facts.requirement
    if need is None:
        return None
    for suspension in facts.suspensions:
        if suspension.stands(at, facts.known_at):
            params: dict[str, object] = {"certification": need.name, "why": suspension.why}
            return Reason(
                "certification-suspended",
                params | {"certification_slug": need.slug, "until": suspension.span.until},
            )
    return None


def not_certified(facts: Facts, at: datetime) -> Reason | None:
    """A valid certification of the required type and at least the required level."""
    need = facts.requirement
    if need is None:
        return None
    valid = [held.level for held in facts.certifications if _is_valid(held, facts, at)]
    params: dict[str, object] = {
        "certification": need.name,
        "certification_slug": need.slug,
        "level": need.level,
        "how": need.how_to_get,
        "theory": need.theory,
        "taught": need.next_at if need.next_at and need.next_at > at else None,
    }
    if not valid:
        return _lapsed(facts, at, params) or Reason("not-certified", params)
    if max(valid) < need.level:
        return Reason("level-too-low", params | {"held": max(valid)})
    return None


def locked_out(facts: Facts, at: datetime) -> Reason | None:
    """The machine is in service."""
    for lockout in facts.lockouts:
        if lockout.stands(at, facts.known_at):
            params = {"machine": facts.machine, "why": lockout.why}
            return Reason("locked-out", params | {"expected": lockout.expected_until})
    return None


def retired(facts: Facts, at: datetime) -> Reason | None:
    if facts.retired_at is not None and facts.retired_at <= at:
        return Reason("retired", {"machine": facts.machine})
    return None


# The policy, in the order a person is told.
RULES: tuple[Callable[[Facts, datetime], Reason | None], ...] = (
    account_closed,
    no_membership,
    paused,
    on_hold,
    suspended,
    not_certified,
    locked_out,
    retired,
)


def _is_valid(held: CertificationFact, facts: Facts, at: datetime) -> bool:
    """Taken back is taken back, whatever moment a clock set back since then wrote beside it."""
    return held.span.covers(at) and not (held.revoked and at >= facts.known_at)


def _lapsed(facts: Facts, at: datetime, params: dict[str, object]) -> Reason | None:
    """Was certified once: say since when not any more, and whether someone took it away."""
    ended = [held for held in facts.certifications if held.span.until]
    past = [held for held in ended if held.revoked or (held.span.until or at) <= at]
    if not past:
        return None
    last = max(past, key=lambda held: held.span.until or at)
    code = "certification-revoked" if last.revoked else "certification-ended"
    return Reason(code, params | {"ended": last.span.until})


def moments(facts: Facts) -> list[datetime]:
    """Every instant at which a rule's answer may change, in no order."""
    spans = [
        *facts.memberships,
        *facts.pauses,
        *(hold.span for hold in facts.holds),
        *(held.span for held in facts.certifications),
        *(suspension.span for suspension in facts.suspensions),
        *(lockout.span for lockout in facts.lockouts),
    ]
    edges = [edge for span in spans for edge in (span.starts, span.until)]
    expected = [lockout.expected_until for lockout in facts.lockouts]
    return [edge for edge in [*edges, *expected, facts.retired_at] if edge is not None]
