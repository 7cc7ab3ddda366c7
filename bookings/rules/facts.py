"""What the booking rules may know, as frozen values. PURE; datetimes aware, intervals [a, b)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from bookings.rules.hours import Hours
from equipment import eligibility


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
    """What a tool class asks of a booking. `most_future` None: as many as one likes."""

    tool_class: str
    tool_class_id: int
    step: timedelta = timedelta(minutes=15)
    shortest: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=4)
    horizon: timedelta = timedelta(days=28)
    notice: timedelta = timedelta(0)
    buffer: timedelta = timedelta(0)
    most_future: int | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """One of the member's own bookings that are not over, on any machine."""

    tool_class_id: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim on the machine: it keeps others off for [starts, until), buffer included."""

    starts: datetime
    until: datetime


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
