"""One race, from an empty table to the count: `python -m tests.races.scenes NAME`.

A process of its own sets the scene, forks the racers, lets them go at one moment, and prints as
JSON what became of each and what stands in the table. Run by tests/races/test_booking.py.
"""

import json
import multiprocessing
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from typing import Any
from unittest import mock

import django

django.setup()

from django.db import (  # noqa: E402
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from access.models import Session  # noqa: E402
from bookings import services  # noqa: E402
from bookings.errors import Refused  # noqa: E402
from bookings.models import Booking  # noqa: E402
from bookings.services import claims  # noqa: E402
from equipment.models import Machine  # noqa: E402
from members.models import Change, Member, Plan, Space  # noqa: E402
from notices.models import Outbox  # noqa: E402
from tests.access.world import Site  # noqa: E402
from tests.people import a_machine, a_member, a_tool_class  # noqa: E402

RACERS = 16
QUOTA = 3
TURNS = 12
PATIENCE = 60  # seconds for all to get ready, and for all to finish
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
AT_14 = datetime(2026, 11, 24, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)

Racer = Callable[[], str]


# --- the field -----------------------------------------------------------------------------------


def people_and_machines(
    members: int, machines: int, quota: int | None = None
) -> tuple[list[Member], list[Machine]]:
    """Members on a plan, and machines of one class that asks for no certification."""
    for rows in (Outbox, Change, Booking):
        rows.objects.all().delete()
    space, _new = Space.objects.get_or_create(slug="race", defaults={"name": "Race"})
    plan, _new = Plan.objects.get_or_create(slug="race", defaults={"name": "Race"})
    name = f"Race {Machine.objects.count()}"
    kind = a_tool_class(name, most_future=quota)
    return (
        [a_member(name, plan=plan, email=f"{name}-{i}@example.org") for i in range(members)],
        [a_machine(f"{name} machine {i}", kind, space) for i in range(machines)],
    )


def race(racers: Sequence[Racer]) -> dict[str, int]:
    """Each in a process and with a connection of its own; how often each outcome came about."""
    connections.close_all()  # a forked connection would be shared
    fork = multiprocessing.get_context("fork")
    line, outcomes = fork.Barrier(len(racers)), fork.SimpleQueue()
    running = [fork.Process(target=_run, args=(racer, line, outcomes)) for racer in racers]
    for process in running:
        process.start()
    for process in running:
        process.join(PATIENCE)
        process.kill()
    return dict(Counter(outcomes.get() for process in running if process.exitcode == 0))


def _run(racer: Racer, line: Any, outcomes: Any) -> None:
    connection.ensure_connection()
    line.wait(PATIENCE)
    try:
        outcomes.put(racer())
    except Exception:
        outcomes.put(traceback.format_exc(limit=-3))


def in_the_table() -> dict[str, int]:
    """Bookings that hold, pairs of them that overlap, and the most that one member has."""
    held = list(Booking.objects.holding())
    overlaps = sum(
        one.machine_id == other.machine_id
        and one.starts < other.blocked_until
        and other.starts < one.blocked_until
        for one, other in combinations(held, 2)
    )
    most = max(Counter(claim.member_id for claim in held).values(), default=0)
    return {"held": len(held), "overlaps": overlaps, "most": most}


# --- the racers ----------------------------------------------------------------------------------


def book(member: Member, machine: Machine) -> str:
    """The service, as the web calls it."""
    try:
        services.book(
            member=member, machine=machine, starts=AT_14, ends=AT_14 + HOUR, by=member, now=NOW
        )
    except Refused as refused:
        return ", ".join(reason.code for reason in refused.reasons)
    return "booked"


def look_and_write(member: Member, machine: Machine) -> str:
    """Past the service and its locks, as careless programs do it."""
    if Booking.objects.filter(machine=machine).touching(AT_14, AT_14 + HOUR).exists():
        return "seen"
    time.sleep(0.2)  # what others do between a look and a write
    try:
        Booking.objects.create(
            member=member,
            machine=machine,
            starts=AT_14,
            ends=AT_14 + HOUR,
            blocked_until=AT_14 + HOUR,
            created_at=NOW,
            updated_at=NOW,
        )
    except IntegrityError as error:
        assert "bookings_booking_no_overlap" in str(error)
        return "refused by the database"
    return "booked"


def move_about(booking: Booking, machines: Sequence[Machine], number: int) -> str:
    """To and fro between two machines, while others do the reverse."""
    moved = 0
    for turn in range(TURNS):
        starts = AT_14 + (1 + (3 * number + turn) % 7) * HOUR
        try:
            booking = services.move(
                booking=booking,
                starts=starts,
                ends=starts + HOUR,
                machine=machines[(number + turn) % 2],
                by=booking.member,
                now=NOW,
            )
            moved += 1
        except Refused:
            continue
    return "moved" if moved else "never moved"


def cancel_slowly(booking: Booking) -> str:
    """Holds the booking for a while before it comes to the epoch."""
    with transaction.atomic():
        claims.locked(booking)
        time.sleep(0.7)
        services.cancel(booking=booking, by=booking.member, now=NOW)
    return "cancelled"


def arrive(site: Site, sid: str) -> str:
    """The gatekeeper hears of a session on that booking: it has the epoch and wants the booking."""
    time.sleep(0.2)
    while True:
        try:
            said = site.state("armed", sid)
        except OperationalError as error:
            if "deadlock" in str(error):
                raise
            time.sleep(0.1)
        else:
            return ", ".join(message.kind for message in said)


# --- the scenes ----------------------------------------------------------------------------------


def one_slot() -> dict[str, int]:
    members, (machine,) = people_and_machines(RACERS, 1)
    return race([partial(book, member, machine) for member in members])


def one_member() -> dict[str, int]:
    (member,), machines = people_and_machines(1, RACERS, quota=QUOTA)
    return race([partial(book, member, machine) for machine in machines])


def one_member_unlocked() -> dict[str, int]:
    """On PostgreSQL only: SQLite's transaction is the lock."""
    with mock.patch("bookings.services.claims.lock"):
        return one_member()


def past_the_service() -> dict[str, int]:
    members, (machine,) = people_and_machines(RACERS, 1)
    return race([partial(look_and_write, member, machine) for member in members])


def without_the_constraint() -> dict[str, int]:
    with no_guard():
        return past_the_service() | in_the_table()


def across_each_other() -> dict[str, int]:
    members, machines = people_and_machines(RACERS // 2, 2)
    racers = []
    for number, member in enumerate(members):
        starts = AT_14 + (8 + number // 2) * HOUR
        booking = services.book(
            member=member,
            machine=machines[number % 2],
            starts=starts,
            ends=starts + HOUR,
            by=member,
            now=NOW,
        )
        racers.append(partial(move_about, booking, machines, number))
    return race(racers)


def tap_beside_cancellation() -> dict[str, int]:
    site = Site(NOW)
    booking, answer = site.book("alice"), site.tap("alice")
    try:
        return race([partial(cancel_slowly, booking), partial(arrive, site, answer.grant.sid)])
    finally:
        Session.objects.all().delete()


@contextmanager
def no_guard() -> Iterator[None]:
    """NoOverlap taken out of the table, and put back into an empty one."""
    drop = (
        [f"DROP TRIGGER bookings_booking_no_overlap_{event}" for event in ("insert", "update")]
        if connection.vendor == "sqlite"
        else ["ALTER TABLE bookings_booking DROP CONSTRAINT bookings_booking_no_overlap"]
    )
    with connection.cursor() as cursor:
        for statement in drop:
            cursor.execute(statement)
    try:
        yield
    finally:
        Booking.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Booking, Booking._meta.constraints[0])


SCENES = {
    scene.__name__: scene
    for scene in (
        one_slot,
        one_member,
        one_member_unlocked,
        past_the_service,
        without_the_constraint,
        across_each_other,
        tap_beside_cancellation,
    )
}

if __name__ == "__main__":
    played = SCENES[sys.argv[1]]()
    print(json.dumps({**in_the_table(), **played}))
