"""What a booking form offers: a start, the lengths that fit, and what would stand against it.

Reads through bookings.facts and asks the rules; has none of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bookings.facts import know
from bookings.models import Booking
from bookings.rules import OVERRIDABLE, Facts, Slot, extend_refusals, refusals
from bookings.rules.gaps import REACH, lengths, next_gap
from bookings.rules.local import Instant, align, read_wall
from equipment.models import Machine
from equipment.words import Told, length, tell
from members.models import Member

USUAL = timedelta(hours=1)
OTHER = "other"  # in place of minutes: they are written in the field of that name
MOST_EXTENSIONS = 8
LONGEST = 60 * 24 * 31  # minutes that are read at all; far more than any tool class allows

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot of a machine for one member, and the lengths that would fit in its place."""

    facts: Facts
    slot: Slot
    fitting: list[timedelta]

    @property
    def initial(self) -> dict[str, object]:
        """For a form that nobody has filled in."""
        return {"starts": self.slot.starts, "minutes": str(minutes(self.slot.length))}

    @property
    def choices(self) -> Choices:
        """Lengths as chips that say when they end; the one asked for is always among them."""
        return [
            (str(minutes(took)), self._label(took))
            for took in sorted({*self.fitting, self.slot.length})
        ]

    def _label(self, took: timedelta) -> str:
        ends = (self.slot.starts + took).astimezone(self.facts.zone)
        told = {"length": length(minutes(took)), "end": f"{ends:%H:%M}"}
        return _("%(length)s, until %(end)s") % told

    def refusals(self) -> list[Told]:
        """Everything against the slot, before the click."""
        return [tell(reason, self.facts.zone) for reason in refusals(self.facts, self.slot)]


def offer(
    asked: Mapping[str, str],
    *,
    member: Member,
    machine: Machine,
    now: datetime,
    changing: Booking | None = None,
) -> Offer:
    """The slot asked for by an address or a form, as far as it can be read.

    `asked` has `starts`, and `minutes` or `ends`; where `minutes` is OTHER, `other`. Without a
    start it is the machine's next gap, without a length the usual one.
    """
    zone = machine.space.tz
    starts = read_start(asked.get("starts"), zone)
    facts = _facts(member, machine, starts or now, now, changing)
    if starts is None:
        gap = next_gap(facts, Slot(now, now + facts.policy.longest))
        starts = gap.starts if gap else align(now, facts.policy.step, zone)
    fitting = lengths(facts, starts)
    took = _asked_length(asked, starts, zone) or _usual(facts, fitting)
    return Offer(facts, Slot(starts, starts + took), fitting)


def _facts(
    member: Member, machine: Machine, starts: datetime, now: datetime, changing: Booking | None
) -> Facts:
    longest = timedelta(minutes=machine.tool_class.longest_minutes)
    known = know(
        member_id=member.pk,
        machines=[machine],
        starts=starts,
        ends=starts + longest + REACH,
        now=now,
        changing=changing,
    )
    return known.facts(machine)


def _usual(facts: Facts, fitting: list[timedelta]) -> timedelta:
    """An hour where it fits, else the longest below, else the shortest there is.

    Where nothing fits it is an hour all the same, as far as the kind allows: what one would wait
    for, or take elsewhere.
    """
    policy = facts.policy
    anyhow = min(max(USUAL, policy.shortest), policy.longest)
    up_to = [took for took in fitting if took <= USUAL]
    return max(up_to, default=min(fitting, default=anyhow))


def _asked_length(asked: Mapping[str, str], starts: datetime, zone: tzinfo) -> timedelta | None:
    typed = asked.get("minutes", "")
    if took := whole_minutes(asked.get("other", "") if typed == OTHER else typed):
        return took
    ends = read_start(asked.get("ends"), zone)
    if ends is None or not timedelta(0) < ends - starts <= timedelta(minutes=LONGEST):
        return None
    return ends - starts


def extensions(
    booking: Booking, now: datetime, at_desk: bool = False
) -> tuple[Choices, list[Told]]:
    """The later ends that fit, and, where none does, what stands against the next one.

    `at_desk`: staff choose among those too that only a rule they may set aside speaks against.
    """
    facts = _facts(booking.member, booking.machine, booking.starts, now, booking)
    step = facts.policy.step
    ends = [booking.ends + number * step for number in range(1, MOST_EXTENSIONS + 1)]
    old = Slot(booking.starts, booking.ends)
    against = {end: extend_refusals(facts, old, Slot(booking.starts, end)) for end in ends}
    may_be = OVERRIDABLE if at_desk else frozenset()
    choices = [
        (end.isoformat(), _extension_label(end, end - booking.ends, facts.zone))
        for end, reasons in against.items()
        if all(reason.code in may_be for reason in reasons)
    ]
    first = () if choices else against[ends[0]]
    return choices, [tell(reason, facts.zone) for reason in first]


def _extension_label(end: datetime, added: timedelta, zone: tzinfo) -> str:
    return f"{end.astimezone(zone):%H:%M} (+{length(minutes(added))})"


# --- reading what was typed --------------------------------------------------------------------


def read_start(typed: str | None, zone: tzinfo) -> datetime | None:
    """An instant with its offset, or the wall clock of `zone`; None for what is neither."""
    try:
        read = parse_datetime(typed or "")
        if read is None or not 2000 < read.year < 9000:  # room for arithmetic on both sides
            return None
        if read.tzinfo is not None:
            return read.astimezone(UTC)
        instant = read_wall(read, zone)
    except (ValueError, OverflowError):
        return None
    return instant.at if isinstance(instant, Instant) else None


def whole_minutes(typed: str) -> timedelta | None:
    """A sensible length in minutes, or nothing."""
    if not typed.isascii() or not typed.isdigit() or len(typed) > 6:
        return None
    return timedelta(minutes=int(typed)) if 0 < int(typed) <= LONGEST else None


def minutes(took: timedelta) -> int:
    return int(took.total_seconds()) // 60
