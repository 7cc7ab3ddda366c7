"""Whom another policy would have refused: the last 30 days' bookings, asked again. Writes nothing.

Reads in four statements and asks the same pure rules as a booking, as of the moment each was made.
What somebody else had then is no policy, and is not asked.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from bookings import rules
from bookings.facts import WindowRows, know, policy_of
from bookings.models import Booking, PlanLimit
from bookings.policy import Whole
from bookings.rules import Facts, Slot
from bookings.rules.facts import Limit, OnPlan, Own, Windows
from bookings.rules.hours import Opening, every_day
from bookings.rules.slot import answered
from bookings.rules.weights import counts, peak_extra
from equipment.eligibility import Span
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Membership

BACK = timedelta(days=30)
QUOTA_REACH = timedelta(days=368)  # the widest period of a quota, and a day or two
MOST_BOOKINGS = 2000  # that are asked again
MOST_BESIDE = 20_000  # of the same people, that count in their quotas

ASKED = tuple(rule for rule in rules.SLOT if rule not in (*rules.FIRM, answered))
ASKED_WALKING_UP = tuple(rule for rule in rules.WALK_UP if rule not in rules.FIRM)
IN_FORCE = (*Booking.OPEN, Booking.State.DONE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A booking that another policy would not have taken, and why."""

    booking: Booking
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of asking again. `only_latest`: there were more bookings than are asked."""

    asked: int
    refusals: Sequence[Refusal] = ()
    only_latest: bool = False
    booked: Counter[int] = field(default_factory=Counter)  # bookings asked, by member

    @property
    def people(self) -> list[str]:
        return sorted({one.booking.member.name for one in self.refusals})

    @property
    def shut_out(self) -> list[str]:
        """Who had bookings, and would have had none."""
        refused = Counter(one.booking.member_id for one in self.refusals)
        return sorted(
            {
                one.booking.member.name
                for one in self.refusals
                if refused[one.booking.member_id] == self.booked[one.booking.member_id]
            }
        )


def replay(policy: Whole, today: Whole, now: datetime) -> Replay:
    """Ask the bookings made in the last 30 days again, under `policy`.

    What today's policy would refuse, too, is not held against the new one.
    """
    rows = _bookings(policy, now)
    asked = rows[:MOST_BOOKINGS]
    if not asked:
        return Replay(0)
    past = Past(policy, today, asked, now)
    refusals = [refusal for booking in asked if (refusal := past.refusal(booking))]
    booked = Counter(booking.member_id for booking in asked)
    return Replay(len(asked), refusals, len(rows) > MOST_BOOKINGS, booked)


def _bookings(policy: Whole, now: datetime) -> list[Booking]:
    """The latest first."""
    rows = Booking.objects.filter(
        machine__tool_class=policy.kind,
        purpose=Booking.Purpose.USE,
        created_at__gt=now - BACK,
        created_at__lte=now,
    ).exclude(state__in=[Booking.State.OFFERED, Booking.State.LAPSED])
    related = rows.select_related("member", "machine__space", "machine__tool_class__requires")
    return list(related.order_by("-created_at")[: MOST_BOOKINGS + 1])


class Past:
    """All that is known of the people and machines, as of any moment of the last 30 days."""

    def __init__(
        self, policy: Whole, today: Whole, asked: Sequence[Booking], now: datetime
    ) -> None:
        self.policies = (policy, today)
        self.members = {booking.member_id for booking in asked}
        self.plans = _plans(self.members)
        self.beside = _beside(self.members, min(booking.created_at for booking in asked))
        self.machines = {booking.machine_id: booking.machine for booking in asked}
        self.grounds = _grounds(list(self.machines.values()), asked, now)

    def refusal(self, booking: Booking) -> Refusal | None:
        """What the new policy says and today's does not."""
        policy, today = self.policies
        new = self.reasons(booking, policy)
        if not new:
            return None
        known = {reason.code for reason in self.reasons(booking, today)}
        against = tuple(reason for reason in new if reason.code not in known)
        return Refusal(booking, against) if against else None

    def reasons(self, booking: Booking, policy: Whole) -> tuple[Reason, ...]:
        facts = self._facts(booking, policy)
        slot = Slot(booking.starts, booking.ends)
        if booking.origin == Booking.Origin.WALK_UP:
            return rules.ask(ASKED_WALKING_UP, facts, slot)
        return (*rules.class_refusals(facts, slot), *rules.ask(ASKED, facts, slot))

    def _facts(self, booking: Booking, policy: Whole) -> Facts:
        draft = self._drafts[id(policy)]
        limits = (limit for limit in draft.limits if limit.machine_id in (None, booking.machine_id))
        return replace(
            self.grounds[booking.machine_id],
            now=booking.created_at,
            policy=draft.policy,
            own=self._own(booking, draft),
            limits=tuple(limits),
            plans=self.plans.get(booking.member_id, ()),
            windows=draft.windows,
            is_offer=booking.origin == Booking.Origin.WAITLIST,
        )

    @cached_property
    def _drafts(self) -> dict[int, "Draft"]:
        return {id(policy): Draft(policy) for policy in self.policies}

    def _own(self, booking: Booking, draft: "Draft") -> tuple[Own, ...]:
        """What the member had, or had wasted, when the booking was made."""
        at = booking.created_at
        return tuple(
            draft.own(other, _stood_at(other, at))
            for other in self.beside.get(booking.member_id, ())
            if other.pk != booking.pk and other.created_at <= at and _counted_at(other, at)
        )


class Draft:
    """A policy as the rules take it; weighs each booking once."""

    def __init__(self, policy: Whole) -> None:
        self.policy = policy_of(policy.kind)
        self.windows = windows_of(policy)
        self.limits = [as_limit(limit) for limit in policy.limits]
        self.weighed: dict[tuple[int, bool], Own] = {}

    def own(self, booking: Booking, stands: bool) -> Own:
        key = booking.pk, stands
        if key not in self.weighed:
            self.weighed[key] = replace(self._weigh(booking), stands=stands)
        return self.weighed[key]

    def _weigh(self, booking: Booking) -> Own:
        """Another kind's windows are not read: its bookings count plainly here."""
        slot, zone, kind = (
            Slot(booking.starts, booking.ends),
            booking.machine.space.tz,
            booking.machine.tool_class,
        )
        is_of_kind = kind.pk == self.policy.tool_class_id
        windows = self.windows if is_of_kind else Windows()
        last_minute = self.policy.last_minute if is_of_kind else policy_of(kind).last_minute
        return Own(
            tool_class_id=kind.pk,
            starts=booking.starts,
            ends=booking.ends,
            machine_id=booking.machine_id,
            counts=counts(slot, booking.created_at, last_minute, windows.free, zone),
            peak=peak_extra(windows, zone, slot),
        )


def as_limit(limit: PlanLimit) -> Limit:
    is_bounded = limit.opens is not None and limit.closes is not None
    return Limit(
        measure=limit.measure,
        amount=limit.amount,
        period=limit.period,
        tool_class_id=limit.tool_class_id,
        machine_id=limit.machine_id,
        plan_id=limit.plan_id,
        plan=limit.plan.name if limit.plan else "",
        counts_past=limit.counts_past,
        hours=every_day(limit.opens, limit.closes) if is_bounded else (),  # type: ignore[arg-type]
    )


def windows_of(policy: Whole) -> Windows:
    rows = WindowRows()
    for window in policy.windows:
        hours = Opening(window.weekday, window.opens, window.closes)
        plan = window.plan.name if window.plan else ""
        rows.add(window.kind, hours, window.percent, window.plan_id, plan)
    return rows.windows()


def _counted_at(other: Booking, at: datetime) -> bool:
    """Whether it stood then, or was wasted; what was cancelled in time by then was neither."""
    is_given_back = other.state == Booking.State.CANCELLED and not other.late
    return not is_given_back or other.ended_at is None or other.ended_at > at


def _stood_at(other: Booking, at: datetime) -> bool:
    return other.state in IN_FORCE or other.ended_at is None or other.ended_at > at


def _plans(members: set[int]) -> dict[int, tuple[OnPlan, ...]]:
    found: dict[int, list[OnPlan]] = defaultdict(list)
    rows = Membership.objects.filter(member__in=members)
    for member_id, plan_id, starts, until in rows.values_list(
        "member_id", "plan_id", "starts", "until"
    ):
        found[member_id].append(OnPlan(plan_id, Span(starts, until)))
    return {member_id: tuple(plans) for member_id, plans in found.items()}


def _beside(members: set[int], since: datetime) -> dict[int, list[Booking]]:
    """Whatever the same people had on any machine, as far back as a quota may look."""
    never_theirs = Q(state=Booking.State.OFFERED) | Q(state=Booking.State.LAPSED)
    rows = Booking.objects.filter(
        member__in=members, ends__gt=since - QUOTA_REACH, purpose=Booking.Purpose.USE
    ).exclude(never_theirs)
    found: dict[int, list[Booking]] = defaultdict(list)
    related = rows.select_related("machine__space", "machine__tool_class").order_by("-created_at")
    for booking in related[:MOST_BESIDE]:
        found[booking.member_id].append(booking)
    return found


def _grounds(machines: list[Machine], asked: Sequence[Booking], now: datetime) -> dict[int, Facts]:
    """Of each machine what no policy changes: hours, closures, zone."""
    known = know(
        member_id=None,
        machines=machines,
        starts=min(booking.starts for booking in asked),
        ends=max(booking.ends for booking in asked),
        now=now,
        with_claims=False,
    )
    return {machine.pk: known.facts(machine) for machine in machines}
