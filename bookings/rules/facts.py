"""What the booking rules may know, as frozen values. PURE; datetimes aware, intervals [a, b)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo

from bookings.rules.hours import Hours, Opening, Shut
from equipment import eligibility
from equipment.eligibility import Span


@dataclass(frozen=True, slots=True)
class Slot:
    """The stretch of time asked for."""

    starts: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.starts


@dataclass(frozen=True, slots=True)
class Policy:
    """What a tool class asks of a booking. None of a number: as many as one likes, or never."""

    tool_class: str
    tool_class_id: int
    step: timedelta = timedelta(minutes=15)
    start_times: tuple[time, ...] = ()
    shortest: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=4)
    horizon: timedelta = timedelta(days=28)
    notice: timedelta = timedelta(0)
    move_notice: timedelta = timedelta(0)
    cancel_notice: timedelta = timedelta(0)
    buffer: timedelta = timedelta(0)
    gap: timedelta = timedelta(0)  # between two bookings of one member
    staffed_only: bool = False
    overnight: bool = True
    unattended: bool = False
    waitlist_only: bool = False
    most_future: int | None = None
    most_per_day: int | None = None
    last_minute: timedelta | None = None
    approval_above: timedelta | None = None
    approval_first: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` of a measure; the values are those of bookings.models.PlanLimit."""

    measure: str  # minutes, bookings, longest, horizon, at-once
    amount: int
    period: str = ""  # day, week, month, year, ahead
    tool_class_id: int | None = None  # None: all kinds together
    machine_id: int | None = None
    plan_id: int | None = None  # None: everybody
    plan: str = ""
    counts_past: bool = True
    hours: tuple[Opening, ...] = ()  # only what falls into them counts; empty: all


@dataclass(frozen=True, slots=True)
class Peak:
    """Hours of the week that count more in quotas of minutes: 200 percent is twice."""

    hours: Opening
    percent: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Hours of the week in which only members on one plan may book."""

    hours: Opening
    plan_id: int
    plan: str


@dataclass(frozen=True, slots=True)
class Windows:
    """Hours of the week in which a tool class's policy is another."""

    peaks: tuple[Peak, ...] = ()
    free: tuple[Opening, ...] = ()
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class OnPlan:
    """The member is on the plan for the span."""

    plan_id: int
    span: Span


@dataclass(frozen=True, slots=True)
class Question:
    """What a member answers when booking."""

    id: int
    text: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Own:
    """One of the member's own bookings, on any machine, as far back as a quota looks."""

    tool_class_id: int
    starts: datetime
    ends: datetime
    machine_id: int = 0
    stands: bool = True  # False: cancelled too late, or missed; it counts all the same
    counts: bool = True  # False: last-minute, or in hours free of policy; in no quota
    peak: timedelta = timedelta(0)  # what peak hours add to its length


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim on the machine: it keeps others off for [starts, until), buffer included."""

    starts: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """Something the machine shares with others, and when those others are claimed."""

    name: str
    capacity: int
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What one limit has seen of a member's bookings in one period."""

    bookings: int
    time: timedelta


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one member asking for one machine, read at `now`.

    A booking that is being changed stands neither in `own` nor in `taken`. `taken` is sorted and
    reaches a day beyond the slot, so that a refusal can name the next gap.
    """

    now: datetime
    machine: str
    machine_slug: str
    policy: Policy
    judge: eligibility.Facts | None  # None: a visitor who has not signed in
    zone: tzinfo = UTC
    hours: Hours = field(default_factory=Hours)
    own: tuple[Own, ...] = ()
    taken: tuple[Taken, ...] = ()
    machine_id: int = 0
    staffed: tuple[Opening, ...] = ()
    closures: tuple[Shut, ...] = ()  # of the machine itself; those of the space are in `hours`
    limits: tuple[Limit, ...] = ()  # of this kind and machine, of any plan the member is ever on
    plans: tuple[OnPlan, ...] = ()
    windows: Windows = field(default_factory=Windows)
    shared: tuple[Shared, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: Mapping[int, str] | None = None  # None: not asked yet
    booked_before: bool = True  # whether the member has had a booking of the kind
    booked_at: datetime | None = None  # of a booking that is being changed: when it was made
    is_offer: bool = False  # the time comes from the waitlist
    # What was worked out before, as the facts never change.
    memo: dict[Hashable, Usage] = field(init=False, default_factory=dict, compare=False, repr=False)
