"""May this member use this machine now, and until when? PURE: knows no database, clock or words.

Eligibility is the judge's (equipment/eligibility.py). What is decided here is whose time it is, and
for how long nothing that is known will take the answer back.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from equipment import eligibility
from equipment.eligibility import Span
from equipment.reason import Reason

STOP, AFTER_JOB = "stop", "after-job"
# Why somebody is at a machine; see access.models.Session.Ground.
BOOKING, SUPERVISED, CLASS, MAINTENANCE = "booking", "supervised", "class", "maintenance"
UNDER_SUPERVISION, MAY_CERTIFY = 1, 3  # levels; see equipment.models.Level

NEEDS_SECOND, NEEDS_SUPERVISOR = "needs-second", "needs-supervisor"
AWAITS_ANOTHER = frozenset({NEEDS_SECOND, NEEDS_SUPERVISOR})  # somebody else's tap would do

# Reasons that a walk-up takes away: the machine is free, and the member may use it.
UNCLAIMED = frozenset({"not-booked", "too-early", "time-up"})
# Who learns is not certified yet, or not any more.
UNLEARNT = frozenset(
    {"not-certified", "level-too-low", "certification-ended", "certification-revoked"}
)
# What a maintenance grant sets aside. Not what was taken from this very person: a hold, a
# suspension, a revocation; and never another's time on a machine that works.
MENDABLE = UNCLAIMED | {
    "locked-out",
    "not-certified",
    "level-too-low",
    "certification-ended",
    "no-membership",
    "membership-not-begun",
    "membership-ended",
    "membership-paused",
    "closed",
}
# Ends that were in sight: what happens to a running job is the tool class's policy.
FORESEEN = UNCLAIMED | {
    "booked-by-other",
    "membership-ended",
    "membership-paused",
    "certification-ended",
    "closed",
    NEEDS_SECOND,  # the policy was changed
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
    is_class: bool = False  # an induction's
    begun: bool = False  # it runs: whoever claimed it has come
    host: str = ""  # the name of who claimed it, where there are participants
    participants: frozenset[int] = frozenset()  # who may be there, too, as far as asked about

    def holds(self, at: datetime) -> bool:
        return self.starts <= at < self.blocked_until


@dataclass(frozen=True, slots=True)
class Closure:
    """The space is shut."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """To mend a machine; `one_person` where it is isolated, and nobody need stand by."""

    span: Span
    one_person: bool = False


@dataclass(frozen=True, slots=True)
class Companion:
    """Who tapped second and stays. `judge` None stands for whoever it might be."""

    member_id: int
    name: str
    judge: eligibility.Facts | None
    supervises: bool = False  # then `judge` asks for the level that may certify


SOMEBODY = Companion(0, "", None, supervises=True)


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
    two_person: bool = False  # the tool class asks for a companion
    supervised: bool = False  # it lets trainees work beside who may certify
    companion: Companion | None = None
    ground: str = ""  # of the session that is decided again; empty for a tap
    maintenance: tuple[Leave, ...] = ()  # for this member at this machine
    do_not_energise: bool = False  # a lockout says so
    badge_revoked: bool = False
    # what happens to a running job when the ground is taken away
    finishes: bool = False  # the tool class lets a job finish when its time is up
    lockout_mode: str = STOP
    revocation_mode: str = STOP

    @property
    def pair(self) -> tuple[int, ...]:
        """Whose time would do."""
        if self.companion is None:
            return (self.member_id,)
        return self.member_id, self.companion.member_id


@dataclass(frozen=True, slots=True)
class Grant:
    """Yes, for [now, until). Without a booking_id it is a page's answer: the tap would book.

    Where an overrun follows, `booked_until` is the end of what was booked: that is what is told.
    """

    until: datetime
    ground: str
    booking_id: int | None
    booked_until: datetime | None = None


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

    def awaits_another(self) -> bool:
        return self.code in AWAITS_ANOTHER


Decision = Grant | Denial
Rule = Callable[[Facts, datetime], Reason | None]
Lacking = Callable[[datetime], tuple[Reason, ...]]


def decide(facts: Facts, now: datetime) -> Decision:
    """A grant that ends at the first moment any fact stops being true, or every reason why not.

    The reasons are those of the time that is the member's, whatever other grounds there might be.
    """
    lesson = _class_of(facts, now)
    decision = _by_claim(facts, now) if lesson is None else _by_class(facts, lesson, now)
    if isinstance(decision, Denial) and facts.maintenance:
        return _by_maintenance(facts, now) or decision
    return decision


def wants_supervisor(facts: Facts, now: datetime, hosts: Iterable[Companion] = ()) -> bool:
    """Whether nothing lacks but somebody who may certify; `hosts` are such who have claims here."""
    if not facts.supervised or facts.companion is not None:
        return False
    if not any(reason.code == "level-too-low" for reason in eligibility.missing(facts.judge, now)):
        return False
    return any(_would_do(facts, companion, now) for companion in (SOMEBODY, *hosts))


def hosts(facts: Facts, now: datetime) -> frozenset[int]:
    """Others whose time it is, or so nearly that they may start."""
    others = {claim.member_id for claim in facts.claims if claim.opens} - {facts.member_id}
    asked = {other: replace(facts, member_id=other, companion=None) for other in others}
    return frozenset(other for other in others if _own_claim(asked[other], now) is not None)


def _would_do(facts: Facts, companion: Companion, now: datetime) -> bool:
    decision = decide(replace(facts, companion=companion), now)
    if isinstance(decision, Grant):
        return True
    return facts.walk_up and decision.is_unclaimed()


# --- one's own time, or the companion's --------------------------------------------------------


def _by_claim(facts: Facts, now: datetime) -> Decision:
    reasons = _judged(facts, now) + tuple(reason for rule in RULES if (reason := rule(facts, now)))
    claim = _own_claim(facts, now)
    if reasons or claim is None:  # without a claim there is always a reason
        return Denial(reasons, _mode(facts, reasons))
    if facts.two_person and facts.companion is None and not claim.is_class:
        alone = (Reason(NEEDS_SECOND, {"machine": facts.judge.machine}),)
        return Denial(alone, _mode(facts, alone))
    is_supervised = facts.companion is not None and facts.companion.supervises
    ground = SUPERVISED if is_supervised else BOOKING
    until, booked = min(_ends(facts, claim, now)), _chain_end(facts, claim)
    return Grant(until, ground, claim.id, booked if booked < until else None)


def _judged(facts: Facts, at: datetime) -> tuple[Reason, ...]:
    """What the judge says of the member, and of who is beside them."""
    companion = facts.companion
    if companion is None:
        return eligibility.missing(facts.judge, at)
    own = eligibility.missing(_trainee(facts) if companion.supervises else facts.judge, at)
    theirs = eligibility.missing(companion.judge, at) if companion.judge else ()
    own_codes = {reason.code for reason in own}
    theirs = tuple(reason for reason in theirs if reason.code not in own_codes)
    if not theirs:
        return own
    return own + (Reason("companion-may-not", {"name": companion.name}),) + theirs


def second_lacks(facts: Facts, at: datetime) -> tuple[Reason, ...]:
    """What keeps whoever tapped second from standing by. Not a lockout where the first may mend:
    nobody uses the machine then.
    """
    judge = facts.companion.judge if facts.companion else None
    lacking = eligibility.missing(judge, at) if judge else ()
    return tuple(r for r in lacking if not (facts.maintenance and r.code == "locked-out"))


def _trainee(facts: Facts) -> eligibility.Facts:
    """Under supervision the lowest level will do."""
    need = facts.judge.requirement
    if need is None:
        return facts.judge
    return replace(facts.judge, requirement=replace(need, level=UNDER_SUPERVISION))


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
        if claim.member_id not in facts.pair and claim.holds(now):
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
    if (judged := _judged_until(facts, now)) is not None:
        yield judged
    for other in facts.claims:
        if other.member_id not in facts.pair and other.starts > now:
            yield other.starts
    for closure in facts.closures:
        if closure.span.starts > now:
            yield closure.span.starts


def _judged_until(facts: Facts, now: datetime) -> datetime | None:
    companion = facts.companion
    if companion is None:
        return eligibility.ends(facts.judge, now)
    own = eligibility.ends(_trainee(facts) if companion.supervises else facts.judge, now)
    theirs = eligibility.ends(companion.judge, now) if companion.judge else None
    return min((end for end in (own, theirs) if end is not None), default=None)


def _chain_end(facts: Facts, claim: Claim) -> datetime:
    """Own bookings back to back are one stretch; the buffer between them is the member's, too."""
    end, reach = claim.ends, max(claim.ends, claim.blocked_until)
    for following in sorted(facts.claims, key=lambda claim: claim.starts):
        if _opens_for(facts, following) and claim.starts <= following.starts <= reach:
            end, reach = max(end, following.ends), max(reach, following.blocked_until)
    return end


def _opens_for(facts: Facts, claim: Claim) -> bool:
    return claim.opens and claim.member_id in facts.pair


# --- an induction ------------------------------------------------------------------------------


def _class_of(facts: Facts, now: datetime) -> Claim | None:
    """The induction at this machine that the member takes part in now.

    Whoever is at the machine by one hears of its end by the same claim.
    """
    begun = [
        claim
        for claim in facts.claims
        if claim.is_class and facts.member_id in claim.participants
        if claim.starts <= now or claim.begun
    ]
    lasting = [claim for claim in begun if now < claim.ends]
    if lasting:
        return lasting[0]
    return begun[-1] if begun and facts.ground == CLASS else None


def _by_class(facts: Facts, lesson: Claim, now: datetime) -> Decision:
    """Those who learn are there while the induction lasts, and not a minute longer."""
    reasons = _lacking_in_class(facts, lesson, now)
    if reasons:
        return Denial(reasons, _mode(facts, reasons))
    until = _until(facts, now, lesson.ends, lambda at: _lacking_in_class(facts, lesson, at))
    return Grant(until, CLASS, lesson.id)


def _lacking_in_class(facts: Facts, lesson: Claim, at: datetime) -> tuple[Reason, ...]:
    judged = (r for r in eligibility.missing(facts.judge, at) if r.code not in UNLEARNT)
    ruled = (reason for rule in (badge_revoked, closed) if (reason := rule(facts, at)))
    machine = {"machine": facts.judge.machine, "machine_slug": facts.judge.machine_slug}
    if lesson.ends <= at:
        return *judged, *ruled, Reason("time-up", machine | {"ended": lesson.ends})
    if not (lesson.begun and lesson.opens):
        return *judged, *ruled, Reason("class-not-begun", machine | {"host": lesson.host})
    for other in facts.claims:
        if other.member_id not in (lesson.member_id, facts.member_id) and other.holds(at):
            return *judged, *ruled, Reason("booked-by-other", machine | {"until": other.ends})
    return *judged, *ruled


def _until(facts: Facts, now: datetime, end: datetime, lacking: Lacking) -> datetime:
    """The first moment from which the ground is gone; `end` at the latest."""
    beside = facts.companion.judge if facts.companion else None
    moments = {
        *eligibility.moments(facts.judge),
        *(eligibility.moments(beside) if beside else ()),
        *(claim.starts for claim in facts.claims),
        *(closure.span.starts for closure in facts.closures),
    }
    within = sorted(moment for moment in moments if now < moment < end)
    return next((moment for moment in within if lacking(moment)), end)


# --- maintenance -------------------------------------------------------------------------------


def _by_maintenance(facts: Facts, now: datetime) -> Decision | None:
    """Leave to mend the machine passes nearly everything, for the minutes it was given for. Not
    that two are to be there, unless whoever gave it has said that one will do.
    """
    leaves = [leave for leave in facts.maintenance if leave.span.covers(now)]
    if not leaves or _unmendable(facts, now):
        return None
    alone = [leave for leave in leaves if leave.one_person or not facts.two_person]
    if not alone and (reasons := _not_beside(facts, now)):
        return Denial(reasons, _mode(facts, reasons))
    end = max(leave.span.until for leave in alone or leaves if leave.span.until)

    def lacking(at: datetime) -> tuple[Reason, ...]:
        return _unmendable(facts, at) or (() if alone else _not_beside(facts, at))

    return Grant(_until(facts, now, end, lacking), MAINTENANCE, None)


def _not_beside(facts: Facts, at: datetime) -> tuple[Reason, ...]:
    """Why there are not two at it."""
    if facts.companion is None:
        return (Reason(NEEDS_SECOND, {"machine": facts.judge.machine}),)
    lacks = second_lacks(facts, at)
    return lacks and (Reason("companion-may-not", {"name": facts.companion.name}), *lacks)


def _unmendable(facts: Facts, at: datetime) -> tuple[Reason, ...]:
    """What no maintenance grant sets aside. Nobody's time counts on a machine that is locked out:
    they cannot use it.
    """
    if facts.do_not_energise:
        return (Reason("do-not-energise", {"machine": facts.judge.machine}),)
    alone = replace(facts, companion=None)
    judged = eligibility.missing(facts.judge, at)
    ruled = tuple(reason for rule in RULES if (reason := rule(alone, at)))
    is_out = any(reason.code == "locked-out" for reason in judged)
    passed = MENDABLE | {"booked-by-other"} if is_out else MENDABLE
    return tuple(reason for reason in judged + ruled if reason.code not in passed)


# --- how it ends -------------------------------------------------------------------------------


def _mode(facts: Facts, reasons: tuple[Reason, ...]) -> str:
    """How a session ends by these reasons: at once, unless every one of them lets the job end."""
    if facts.do_not_energise:
        return STOP
    modes = {
        "locked-out": facts.lockout_mode,
        "certification-revoked": facts.revocation_mode,
        "certification-suspended": facts.revocation_mode,
    }
    foreseen = AFTER_JOB if facts.finishes else STOP
    lenient = all(
        modes.get(reason.code, foreseen if reason.code in FORESEEN else STOP) == AFTER_JOB
        for reason in reasons
        if reason.code != "companion-may-not"  # what it stands before says why
    )
    return AFTER_JOB if lenient else STOP
