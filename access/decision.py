"""May this member use this machine now, and until when? PURE: knows no database, clock or words.

Eligibility is the judge's (equipment/eligibility.py). What is decided here is whose time it is, and
for how long nothing that is known will take the answer back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from equipment import eligibility
from equipment.eligibility import Span
from equipment.reason import Reason

STOP, AFTER_JOB = "stop", "after-job"
BOOKING = "booking"  # the only ground so far; see access.models.Session.Ground

# Reasons that a walk-up takes away: the machine is free, and the member may use it.
UNCLAIMED = frozenset({"not-booked", "too-early", "time-up"})
# Ends that were in sight: what happens to a running job is the tool class's policy.
FORESEEN = UNCLAIMED | {
    "booked-by-other",
    "membership-ended",
    "membership-paused",
    "certification-ended",
    "closed",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A booking that keeps others off the machine for [starts, blocked_until)."""

    id: int
    member_id: int
    starts: datetime
    ends: datetime
    blocked_until: datetime
    opens: bool = True  # False: an offer, a request or a finished one; it only keeps others off

    def holds(self, at: datetime) -> bool:
        return self.starts <= at < self.blocked_until


@dataclass(frozen=True, slots=True)
class Closure:
    """The space is shut."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One member and one machine, read at one moment. `claims` are those of the machine."""

    judge: eligibility.Facts
    member_id: int
    claims: tuple[Claim, ...] = ()
    closures: tuple[Closure, ...] = ()
    early_start: timedelta = timedelta(0)
    overrun: timedelta = timedelta(0)
    walk_up: bool = False
    badge_revoked: bool = False
    # what happens to a running job when the ground is taken away
    finishes: bool = False  # the tool class lets a job finish when its time is up
    lockout_mode: str = STOP
    revocation_mode: str = STOP


@dataclass(frozen=True, slots=True)
class Grant:
    """Yes, for [now, until). Without a booking_id it is a page's answer: the tap would book."""

    until: datetime
    ground: str
    booking_id: int | None


@dataclass(frozen=True, slots=True)
class Denial:
    """No: every reason, in the order a person is told; `mode` says how a session ends by them."""

    reasons: tuple[Reason, ...]
    mode: str = STOP

    @property
    def code(self) -> str:
        return self.reasons[0].code

    def is_unclaimed(self) -> bool:
        """Whether nothing but a booking is missing."""
        return all(reason.code in UNCLAIMED for reason in self.reasons)


Decision = Grant | Denial
Rule = Callable[[Facts, datetime], Reason | None]


def decide(facts: Facts, now: datetime) -> Decision:
    """A grant that ends at the first moment any fact stops being true, or every reason why not."""
    judged = eligibility.missing(facts.judge, now)
    reasons = judged + tuple(reason for rule in RULES if (reason := rule(facts, now)))
    claim = _own_claim(facts, now)
    if reasons or claim is None:  # without a claim there is always a reason
        return Denial(reasons, _mode(facts, reasons))
    return Grant(min(_ends(facts, claim, now)), BOOKING, claim.id)


def badge_revoked(facts: Facts, _now: datetime) -> Reason | None:
    """The badge that began it still opens."""
    return Reason("badge-revoked") if facts.badge_revoked else None


def closed(facts: Facts, now: datetime) -> Reason | None:
    """The space is not shut for a holiday, a party or a flood."""
    for closure in facts.closures:
        if closure.span.covers(now):
            return Reason("closed", {"why": closure.reason, "until": closure.span.until})
    return None


def not_their_time(facts: Facts, now: datetime) -> Reason | None:
    """The time is the member's: booked, a little early on a free machine, or a little over."""
    machine: dict[str, object] = {
        "machine": facts.judge.machine,
        "machine_slug": facts.judge.machine_slug,
    }
    for claim in facts.claims:
        if claim.member_id != facts.member_id and claim.holds(now):
            return Reason("booked-by-other", machine | {"until": claim.blocked_until})
    if _own_claim(facts, now) is not None:
        return None
    return _near_miss(facts, now, machine) or Reason("not-booked", machine)


# The policy beyond the judge's, in the order a person is told.
RULES: tuple[Rule, ...] = (badge_revoked, closed, not_their_time)


def _near_miss(facts: Facts, now: datetime, machine: dict[str, object]) -> Reason | None:
    """A booking that has just ended, or that begins today: worth saying."""
    own = [claim for claim in facts.claims if _opens_for(facts, claim)]
    over = [claim.ends for claim in own if claim.ends <= now]
    if over:
        return Reason("time-up", machine | {"ended": max(over)})
    later = [claim.starts for claim in own if claim.starts > now]
    if later:
        earliest = min(later) - facts.early_start
        return Reason("too-early", machine | {"starts": min(later), "earliest": earliest})
    return None


def _own_claim(facts: Facts, now: datetime) -> Claim | None:
    """The claim that a grant would stand on: the one of this moment before its neighbours."""
    own = [claim for claim in facts.claims if _opens_for(facts, claim)]
    now_or_next = (
        [claim for claim in own if claim.starts <= now < claim.ends],
        [claim for claim in own if claim.starts <= now < _chain_end(facts, claim)],
        [c for c in own if c.starts - facts.early_start <= now < c.ends + facts.overrun],
    )
    return next((claims[0] for claims in now_or_next if claims), None)


def _ends(facts: Facts, claim: Claim, now: datetime) -> Iterator[datetime]:
    """Every moment at which a fact under the grant stops being true; all lie after `now`."""
    yield _chain_end(facts, claim) + facts.overrun
    if (judged := eligibility.ends(facts.judge, now)) is not None:
        yield judged
    for other in facts.claims:
        if other.member_id != facts.member_id and other.starts > now:
            yield other.starts
    for closure in facts.closures:
        if closure.span.starts > now:
            yield closure.span.starts


def _chain_end(facts: Facts, claim: Claim) -> datetime:
    """Own bookings back to back are one stretch; the buffer between them is the member's, too."""
    end, reach = claim.ends, max(claim.ends, claim.blocked_until)
    for following in sorted(facts.claims, key=lambda claim: claim.starts):
        if _opens_for(facts, following) and claim.starts <= following.starts <= reach:
            end, reach = max(end, following.ends), max(reach, following.blocked_until)
    return end


def _opens_for(facts: Facts, claim: Claim) -> bool:
    return claim.opens and claim.member_id == facts.member_id


def _mode(facts: Facts, reasons: tuple[Reason, ...]) -> str:
    """How a session ends by these reasons: at once, unless every one of them lets the job end."""
    modes = {
        "locked-out": facts.lockout_mode,
        "certification-revoked": facts.revocation_mode,
        "certification-suspended": facts.revocation_mode,
    }
    foreseen = AFTER_JOB if facts.finishes else STOP
    lenient = all(
        modes.get(reason.code, foreseen if reason.code in FORESEEN else STOP) == AFTER_JOB
        for reason in reasons
    )
    return AFTER_JOB if lenient else STOP
