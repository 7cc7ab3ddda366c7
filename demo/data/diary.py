"""The demo's bookings: a few of the story's, and what the crowd does on four weeks of days.

A day's bookings follow from its date alone, so that a demo started again a week later only adds
the days it lacks.
"""

import random
import zoneinfo
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from bookings.models import Booking
from demo.data.people import LOGINS, MAINTAINER
from demo.data.place import BENCH, ZONE
from equipment.models import Certification, Level, Machine, ToolClass
from members.models import Closure, Member, Membership

TZ = zoneinfo.ZoneInfo(ZONE)
DAYS_AROUND = 14
BENCH_MINUTES = 30
State = Booking.State


@dataclass(frozen=True)
class Habit:
    """How a tool class is used: lengths in minutes, hours of the day, and how much."""

    lengths: tuple[int, ...]
    busy: float
    opens: int = 8
    closes: int = 22


HABITS = {
    "3d-printers": Habit((120, 180, 240, 300, 420), 0.65),
    "resin": Habit((150, 180, 240), 0.4),
    "laser-cutters": Habit((45, 60, 90, 105), 0.6),
    "cnc-machines": Habit((90, 120, 180), 0.5, opens=9),
    "wood": Habit((60, 90, 120), 0.45, opens=9, closes=20),
    "metal": Habit((90, 120, 180), 0.4, opens=9, closes=20),
}
NOTES = (
    *("helmet print", "lamp panels", "bracket v3", "shop sign", "guitar neck", "bike jig", "gears"),
    *[""] * 14,
)

# Who, which machine, days from today, from when, for how many minutes, for what, and a note.
STORY = (
    ("alice", "laser-1", 1, time(14), 90, Booking.Purpose.USE, "lamp panels"),
    ("alice", "printer-2", 1, time(18), 180, Booking.Purpose.USE, "bracket v3"),
    ("alice", "laser-1", -6, time(14), 90, Booking.Purpose.USE, "lamp panels, first try"),
    ("alice", "cnc-router", -9, time(17), 120, Booking.Purpose.USE, "desk legs"),
    ("charlie", "printer-1", 2, time(10), 240, Booking.Purpose.USE, "first print"),
    ("bob", "table-saw", 2, time(15), 90, Booking.Purpose.USE, "shelf"),
    (MAINTAINER, "cnc-mill", 2, time(9), 180, Booking.Purpose.MAINTENANCE, "way oil, tram"),
)


@dataclass
class Diary:
    """What is taken so far, and by whom; new bookings gather in `rows`."""

    now: datetime
    machines: list[Machine]
    taken: dict[int, list[tuple[datetime, datetime]]]  # machine id -> [start, blocked until)
    away: dict[int, list[tuple[datetime, datetime]]]  # member id -> own bookings
    ahead: dict[tuple[int, int], int]  # (member, tool class) -> future bookings
    closed: list[tuple[datetime, datetime]]
    rows: list[Booking] = field(default_factory=list)

    def write(
        self, member: Member, machine: Machine, starts: datetime, minutes: int, **details: str
    ) -> bool:
        """Adds one booking; False where machine, member or space cannot."""
        tool_class = machine.tool_class
        ends = starts + timedelta(minutes=minutes)
        blocked_until = ends + timedelta(minutes=tool_class.buffer_minutes)
        ahead = self.ahead[member.pk, tool_class.pk]
        taken = [*self.taken[machine.pk], *self.closed]
        if _touches(taken, starts, blocked_until) or _touches(self.away[member.pk], starts, ends):
            return False
        if starts > self.now and tool_class.most_future and ahead >= tool_class.most_future:
            return False
        self.taken[machine.pk].append((starts, blocked_until))
        self.away[member.pk].append((starts, ends))
        self.ahead[member.pk, tool_class.pk] += starts > self.now
        made = min(starts, self.now) - timedelta(days=2)
        self.rows.append(
            Booking(
                machine=machine,
                member=member,
                starts=starts,
                ends=ends,
                blocked_until=blocked_until,
                created_at=made,
                updated_at=made,
                **details,
            )
        )
        return True


def write_story(now: datetime) -> None:
    """The bookings of the people the demo speaks of."""
    diary, people = _open(now), {member.name: member for member in Member.objects.all()}
    machines = {machine.slug: machine for machine in diary.machines}
    for who, slug, days, at, minutes, purpose, note in STORY:
        starts = _at(_today(now) + timedelta(days=days), at)
        member = people[LOGINS.get(who, who)]
        diary.write(member, machines[slug], starts, minutes, purpose=purpose, note=note)
    _save(diary)


def seat_alice(now: datetime) -> bool:
    """Alice's half hour at the bench, so that whoever starts the demo sees her badge unlock it."""
    diary, alice = _open(now), Member.objects.get(name=LOGINS["alice"])
    bench = next(machine for machine in diary.machines if machine.slug == BENCH)
    written = diary.write(alice, bench, now.replace(second=0, microsecond=0), BENCH_MINUTES)
    Booking.objects.bulk_create(diary.rows)
    return written


def fill_days(now: datetime) -> int:
    """The crowd's bookings on each day around `now` that has none; how many there are."""
    written = _days_written()
    days = [_today(now) + timedelta(days=n) for n in range(-DAYS_AROUND, DAYS_AROUND + 1)]
    missing = [day for day in days if day not in written]
    if not missing:
        return 0
    diary, able = _open(now), _who_may_use_what(now)
    for day in missing:
        for machine in diary.machines:
            _fill_day(diary, machine, day, able)
    return _save(diary)


def live_on(now: datetime) -> None:
    """What the crowd had booked before the demo was last stopped has happened since."""
    crowd = Booking.objects.filter(member__in=_crowd(), holds=True, ends__lte=now)
    for booking in crowd:
        _happen(booking, now, random.Random(f"{booking.pk}"))  # noqa: S311
        booking.save()


def _fill_day(diary: Diary, machine: Machine, day: date, able: dict[int, list[Member]]) -> None:
    """Walks through the day from gap to gap; days far ahead are emptier."""
    habit = HABITS.get(machine.tool_class.slug)
    if habit is None:
        return
    rng = random.Random(f"{machine.slug} {day}")  # noqa: S311  believable, not secret
    days_ahead = (day - _today(diary.now)).days
    keen = habit.busy * max(0.2, 1 - max(0, days_ahead) * 0.12)
    minute = habit.opens * 60 + rng.choice((0, 0, 30, 60, 90))
    while minute + min(habit.lengths) <= habit.closes * 60:
        length = min(rng.choice(habit.lengths), habit.closes * 60 - minute)
        starts = _at(day, time(minute // 60, minute % 60))
        if rng.random() < keen and _someone_books(diary, machine, starts, length, able, rng):
            minute += length + machine.tool_class.buffer_minutes
        else:
            minute += rng.choice((30, 60, 90))


def _someone_books(
    diary: Diary,
    machine: Machine,
    starts: datetime,
    length: int,
    able: dict[int, list[Member]],
    rng: random.Random,
) -> bool:
    people = able[machine.tool_class_id]
    note = rng.choice(NOTES)
    return any(
        diary.write(member, machine, starts, length, note=note)
        for member in rng.sample(people, min(6, len(people)))
    )


def _save(diary: Diary) -> int:
    for booking in diary.rows:
        _happen(booking, diary.now, random.Random(f"{booking.machine.slug} {booking.starts}"))  # noqa: S311
    return len(Booking.objects.bulk_create(diary.rows))


def _happen(booking: Booking, now: datetime, rng: random.Random) -> None:
    """What became of a booking by `now`: nearly everyone came, some finished early."""
    machine, starts, ends = booking.machine, booking.starts, booking.ends
    no_show = machine.tool_class.no_show_minutes
    if no_show is not None:
        booking.lapses_at = starts + timedelta(minutes=no_show)
    if starts > now:
        return
    if ends <= now and rng.random() < 0.06:
        booking.state, booking.holds = State.NO_SHOW, False
        booking.ended_at = starts + timedelta(minutes=no_show or 30)
        return
    came = min(starts + timedelta(minutes=rng.randint(0, 9)), now)
    booking.state, booking.lapses_at = State.RUNNING, None
    booking.checked_in_at, booking.checked_in_by_tap = came, machine.has_interlock
    if ends <= now:
        booking.state, booking.holds, booking.ended_at = State.DONE, False, ends


def _open(now: datetime) -> Diary:
    """The diary as the database has it."""
    diary = Diary(
        now=now,
        machines=list(Machine.objects.select_related("tool_class").filter(retired_at=None)),
        taken=defaultdict(list),
        away=defaultdict(list),
        ahead=defaultdict(int),
        closed=list(Closure.objects.values_list("starts", "ends")),
    )
    for booking in Booking.objects.select_related("machine"):
        diary.taken[booking.machine_id].append((booking.starts, booking.blocked_until))
        diary.away[booking.member_id].append((booking.starts, booking.ends))
        diary.ahead[booking.member_id, booking.machine.tool_class_id] += booking.starts > now
    return diary


def _crowd() -> list[int]:
    """Those nobody can sign in as: what they book, this module has written."""
    known = LOGINS.values()
    return list(Member.objects.exclude(name__in=known).values_list("pk", flat=True))


def _days_written() -> set[date]:
    starts = Booking.objects.filter(
        member__in=_crowd(), purpose=Booking.Purpose.USE, machine__space__slug="northside"
    ).values_list("starts", flat=True)
    return {moment.astimezone(TZ).date() for moment in starts}


def _who_may_use_what(now: datetime) -> dict[int, list[Member]]:
    """By tool class, those of the crowd who may use it on every day that is written."""
    first, last = now - timedelta(days=DAYS_AROUND), now + timedelta(days=DAYS_AROUND + 1)
    on_a_plan = Membership.objects.current(first).filter(Q(until=None) | Q(until__gt=last))
    members = Member.objects.filter(
        pk__in=_crowd(), memberships__in=on_a_plan, holds=None, pauses=None, guardian=None
    )
    certified = Certification.objects.valid(first).filter(Q(until=None) | Q(until__gt=last))
    held = set(certified.filter(level__gte=Level.FULL).values_list("member_id", "type_id"))

    def may(member: Member, kind: ToolClass) -> bool:
        return kind.requires_id is None or (member.pk, kind.requires_id) in held

    return {
        kind.pk: [member for member in members if may(member, kind)]
        for kind in ToolClass.objects.all()
    }


def _touches(spans: list[tuple[datetime, datetime]], starts: datetime, ends: datetime) -> bool:
    return any(begins < ends and starts < over for begins, over in spans)


def _today(now: datetime) -> date:
    return now.astimezone(TZ).date()


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, TZ).astimezone(UTC)
