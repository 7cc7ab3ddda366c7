"""Real calendar programs read every feed, and agree with the database to the minute.

In winter, in summer and over the night the clocks change; before and after a move and a cancelling.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bookings.models import Booking
from calendars.models import Feed
from equipment.models import Lockout
from members.models import Closure
from tests.calendars.clients import CLIENTS, Seen, stamp
from tests.calendars.feeds import HOUR, Kind, State, a_booking, a_feed, path
from tests.people import NOW, a_certification, a_machine, a_world

pytestmark = pytest.mark.django_db(transaction=True)

STARTS = [
    datetime(2026, 12, 1, 9, tzinfo=UTC),  # winter
    datetime(2027, 3, 27, 22, 30, tzinfo=UTC),  # over midnight, before the change
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # 01:30 to 03:30 in Berlin, an hour long
    datetime(2027, 3, 28, 1, 30, tzinfo=UTC),  # begins in the hour that the clock skipped past
    datetime(2027, 5, 4, 8, tzinfo=UTC),  # summer
]
OVER = (State.CANCELLED, State.NO_SHOW, State.LAPSED)
HARD_NAME = "Röuter; 3,5 kW \\ “groß” 🛠"


@pytest.fixture
def place():
    with time_machine.travel(NOW, tick=False):
        world = a_world()
        world.router.name = HARD_NAME
        world.router.save()
        lathe = a_machine("Lathe", world.tool_class, world.space)
        works = {"use": world.router, "induction": world.mill, "maintenance": lathe}
        for purpose, machine in works.items():
            for starts in STARTS:
                a_booking(world, starts, purpose=purpose, machine=machine, member=world.dana)
        yield world


def feeds_of(world, base):
    """Charlie's, where there is something to see for Charlie, else Dana's; busy, so no names."""
    a_certification(world.dana, world.certification, until=STARTS[2])
    feeds = {
        str(kind): base + path(a_feed(world, kind, reader, privacy=privacy))
        for kind, reader, privacy in [
            (Kind.MINE, world.dana, 3),
            (Kind.SESSIONS, world.dana, 3),
            (Kind.CERTIFICATIONS, world.dana, 3),
            (Kind.INDUCTIONS, world.charlie, 1),
            (Kind.MACHINE, world.charlie, 1),
            (Kind.TOOL_CLASS, world.charlie, 1),
            (Kind.SPACE, world.charlie, 1),
            (Kind.MAINTENANCE, world.charlie, 1),
        ]
    }
    # Noted as read, so that no request writes: SQLite in memory refuses where a file would wait.
    Feed.objects.update(fetched_at=NOW)
    return feeds


def truth(world):
    """What each feed should say, told from the rows alone."""
    rows = list(Booking.objects.select_related("machine"))
    inductions = [b for b in rows if b.purpose == "induction"]
    maintenance = [b for b in rows if b.purpose == "maintenance"]
    return {
        Kind.MINE: [told(b, "") for b in rows],
        Kind.SESSIONS: [told(b, "") for b in inductions],
        Kind.CERTIFICATIONS: [Seen("2027-03-28", "2027-03-29", "CONFIRMED", "CNC ends")],
        Kind.INDUCTIONS: [told(b, ": booked") for b in inductions],
        Kind.MACHINE: [told(b, ": booked") for b in rows if b.machine_id == world.router.pk],
        Kind.TOOL_CLASS: [told(b, ": booked") for b in rows],
        Kind.SPACE: [told(b, ": booked") for b in rows],
        Kind.MAINTENANCE: [told(b, ": booked") for b in maintenance] + shut(),
    }


def told(booking, who):
    what = booking.machine.name
    if booking.purpose != "use":
        what, who = f"{booking.purpose.capitalize()}: {what}", ""
    is_over = booking.state in OVER
    return Seen(
        stamp(booking.starts),
        stamp(booking.ends),
        "CANCELLED" if is_over else "CONFIRMED",
        f"Cancelled: {what}" if is_over else what + who,
        str(booking.public_id),
        booking.sequence,
    )


def shut():
    found = [
        Seen(stamp(each.starts), stamp(each.ends), "CONFIRMED", f"Closed: {each.space}")
        for each in Closure.objects.select_related("space")
    ]
    return found + [
        Seen(stamp(each.since), stamp(each.cleared_at), "CONFIRMED", f"Locked out: {each.machine}")
        for each in Lockout.objects.select_related("machine")
    ]


def differences(expected, seen):
    """A table of what only the database, or only the client, knows."""
    lines = []
    for kind, wanted in expected.items():
        got = list(seen[str(kind)])
        for each in wanted:
            match = next((one for one in got if is_same(each, one)), None)
            if match is None:
                lines.append(f"{kind:14} only in the database: {row(each)}")
            else:
                got.remove(match)
        lines += [f"{kind:14} only in the client:   {row(each)}" for each in got]
    return "\n".join(lines)


def is_same(wanted, got):
    """As far as both tell."""
    columns = ("starts", "ends", "status", "summary", "uid", "sequence")
    pairs = [(getattr(wanted, name), getattr(got, name)) for name in columns]
    return all(a == b for a, b in pairs if a is not None and b is not None)


def row(seen):
    return f"{seen.starts:16}  {seen.ends:16}  {seen.status:9}  {seen.summary:40} {seen.sequence}"


SLOW = {"vdirsyncer and khal"}  # installed from PyPI first, and six processes


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.long] if name in SLOW else []) for name in CLIENTS],
)
def test_it_agrees_with_the_database(place, client, live_server, tmp_path, name):
    feeds = feeds_of(place, live_server.url)
    days = {"starts": STARTS[2], "ends": STARTS[2] + timedelta(days=2)}
    Closure.objects.create(space=place.space, reason="Spring cleaning", **days)
    Lockout.objects.create(
        machine=place.mill, why="It slips", since=NOW - timedelta(days=3), cleared_at=NOW
    )

    def fetch(address):
        return client.get(address.removeprefix(live_server.url)).content

    def check(when):
        seen = CLIENTS[name](feeds, fetch, tmp_path)
        assert not (table := differences(truth(place), seen)), f"{when}:\n{table}"

    check("as booked")
    moved, cancelled, *_rest = Booking.objects.filter(purpose="use").order_by("starts")[2:]
    moved.starts, moved.ends = STARTS[4] + 12 * HOUR, STARTS[4] + 14 * HOUR
    moved.blocked_until, moved.machine, moved.sequence = moved.ends, place.mill, 1
    moved.save()
    check("after a move to the other machine and to summer")
    cancelled.state, cancelled.holds, cancelled.sequence = State.CANCELLED, False, 1
    cancelled.save()
    check("after a cancelling")


def test_differences_are_a_table():
    one = Seen("2026-12-01 09:00", "2026-12-01 10:00", "CONFIRMED", "Router", "a", 1)
    later = Seen("2026-12-01 10:00", "2026-12-01 11:00", "CONFIRMED", "Router", "a", 1)
    assert not differences({Kind.MINE: [one]}, {"mine": [one]})
    table = differences({Kind.MINE: [one]}, {"mine": [later]})
    assert [line.partition(":")[0].split(maxsplit=1)[1] for line in table.splitlines()] == [
        "only in the database",
        "only in the client",
    ]
