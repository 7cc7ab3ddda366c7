"""A makerspace as large as the figures ask: 200 machines, 5,000 members, 100,000 bookings.

Made once a day and kept in the temporary directory; every run works on a copy.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from benchmarks.site import ROOT

if TYPE_CHECKING:
    from bookings.models import Booking

MACHINES, SMALL, MEMBERS, BOOKINGS, LEASES = 200, 15, 5_000, 100_000, 1_000
HOUR = timedelta(hours=1)
PAST_DAYS, HORIZON_DAYS = 35, 28
PAST_EACH, TODAY = 380, 8  # bookings of one machine
BATCH = 2_000


def prepare(database: Path) -> None:
    """Puts a filled database there and sets up this process's Django on it."""
    kept = _kept()
    if kept.exists():
        shutil.copyfile(kept, database)
    import django

    django.setup()
    if not kept.exists():
        _build()
        _keep(database, kept)
    bookings_of_today(_this_hour())


def owner_badge(machine: int) -> str:
    """Of the member who has booked this machine now."""
    return badge(machine)


def badge(member: int) -> str:
    return f"04{member:012X}"


def sign_in(count: int) -> list[str]:
    """The session cookies of the first `count` members, as if each had signed in just now."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from members.models import Member

    cookies = []
    for member in Member.objects.order_by("pk")[:count]:
        session = SessionStore()
        session[SESSION_KEY] = str(member.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = member.get_session_auth_hash()
        session.create()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return cookies


def free_slots(count: int) -> Iterator[tuple[str, str]]:
    """Machine and local start of half hours that nobody has booked, tomorrow's and later ones."""
    first = _this_hour().astimezone(ZoneInfo("Europe/Berlin")) + timedelta(days=2)
    for n in range(count):
        starts = first + (n // MACHINES) * HOUR / 2
        yield f"large-{n % MACHINES}", f"{starts:%Y-%m-%dT%H:%M}"


def _kept() -> Path:
    """Another file for another day, schema or filling."""
    parts = [*sorted(ROOT.glob("*/migrations/*.py")), Path(__file__)]
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"benchkey-bench-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / f"world-{datetime.now(UTC):%F}-{digest}.sqlite3"


def _keep(database: Path, kept: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for old in kept.parent.glob("world-*.sqlite3"):
        old.unlink()
    draft = kept.with_suffix(f".{os.getpid()}")
    shutil.copyfile(database, draft)
    draft.replace(kept)


def grow(total: int) -> None:
    """The bookings that are over once more, each time further back, until there are so many.

    By the database itself: a million would take the ORM minutes. What runs at each booking and
    the indexes are set aside meanwhile: a copy of what is right is right.
    """
    from django.db import connection, transaction

    from bookings.models import Booking

    days = PAST_DAYS
    with connection.cursor() as cursor:
        with transaction.atomic():
            aside = _set_aside(cursor)
            while missing := max(0, total - Booking.objects.count()):
                cursor.execute(_copy_of_the_past(days), [missing])
                days *= 2
            for statement in aside:
                cursor.execute(statement)
        _settle(cursor)


def _settle(cursor: Any) -> None:
    """What a server does by itself in the hours after so much is new, and not while it is timed."""
    from django.db import connection

    postgres = connection.vendor == "postgresql"
    for statement in ("VACUUM ANALYZE", "CHECKPOINT") if postgres else ("ANALYZE",):
        cursor.execute(statement)


INDEXES = """SELECT 'INDEX', indexname, indexdef FROM pg_indexes WHERE tablename = %s
    AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
INDEXES_AND_TRIGGERS = """SELECT type, name, sql FROM sqlite_master
    WHERE tbl_name = %s AND type IN ('index', 'trigger') AND sql IS NOT NULL"""


def _set_aside(cursor: Any) -> list[str]:
    """The statements that make it all again; PostgreSQL is told to run no triggers."""
    from django.db import connection

    postgres = connection.vendor == "postgresql"
    if postgres:
        cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(INDEXES if postgres else INDEXES_AND_TRIGGERS, ["bookings_booking"])
    found = cursor.fetchall()
    for kind, name, _sql in found:
        cursor.execute(f'DROP {kind} "{name}"')
    return [sql for _kind, _name, sql in found]


def _copy_of_the_past(days: int) -> str:
    from django.db import connection

    from bookings.models import Booking

    postgres = connection.vendor == "postgresql"
    back = f"{{}} - interval '{days} days'" if postgres else f"datetime({{}}, '-{days} days')"
    changed = {name: back.format(name) for name in ("starts", "ends", "blocked_until")}
    changed["public_id"] = "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))"
    columns = [str(f.column) for f in Booking._meta.concrete_fields if not f.primary_key]
    names = ", ".join(f'"{column}"' for column in columns)  # one is called "group"
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    return (
        f"INSERT INTO bookings_booking ({names}) SELECT {values}"
        " FROM bookings_booking WHERE NOT holds LIMIT %s"
    )


def place_and_people(now: datetime) -> None:
    """Fills an empty database with everything but bookings."""
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        _place()
        _people(now)


def bookings_of_today(now: datetime) -> None:
    """Those around now: each machine's owner has it for the next hours."""
    _in_batches(_today(now))


def one_booking(starts: datetime, **fields: object) -> "Booking":
    """An hour of the first member on the first machine."""
    booking = _booking(_machines()[0], 0, starts, HOUR, starts)
    for name, value in fields.items():
        setattr(booking, name, value)
    booking.save()
    return booking


def _build() -> None:
    print("  filling a database …", flush=True)
    place_and_people(_this_hour())
    _in_batches(_other_days(_this_hour()))


def _this_hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _place() -> None:
    """One space of 200 machines and one of 15, all of one strict class, each with an interlock."""
    from access.models import Device
    from equipment.models import CertificationType, Machine, ToolClass
    from members.models import Plan, Space

    Plan.objects.create(name="Full", slug="full")
    cnc = CertificationType.objects.create(name="CNC", slug="cnc")
    tool_class = ToolClass.objects.create(
        name="CNC machines",
        slug="cnc",
        requires=cnc,
        walk_up=False,
        most_future=None,
        horizon_days=HORIZON_DAYS,
    )
    for slug, count in (("large", MACHINES), ("small", SMALL)):
        space = Space.objects.create(name=slug, slug=slug, zone="Europe/Berlin")
        machines = Machine.objects.bulk_create(
            Machine(
                space=space,
                tool_class=tool_class,
                name=f"{slug} {n}",
                slug=f"{slug}-{n}",
                has_interlock=True,
                feedback=Machine.Feedback.CURRENT,
            )
            for n in range(count)
        )
        Device.objects.bulk_create(
            Device(name=machine.slug, space=space, machine=machine) for machine in machines
        )


def _people(now: datetime) -> None:
    """Everyone is on a plan, certified, and has a badge."""
    from equipment.models import Certification, CertificationType
    from members.models import Badge, Member, Membership, Plan, Space
    from members.services.badges import badge_hash, seal_number

    plan, cnc = Plan.objects.get(), CertificationType.objects.get()
    space = Space.objects.get(slug="large")
    members = Member.objects.bulk_create(
        Member(name=f"Member {n}", email=f"m{n}@example.org", password="!", space=space)
        for n in range(MEMBERS)
    )
    since = now - timedelta(days=400)
    Membership.objects.bulk_create(Membership(member=m, plan=plan, starts=since) for m in members)
    Certification.objects.bulk_create(
        Certification(member=m, type=cnc, given_at=since) for m in members
    )
    Badge.objects.bulk_create(
        Badge(
            member=member,
            number_hash=badge_hash(badge(n)),
            number_sealed=seal_number(badge(n)),
            hint=badge(n)[-4:],
            issued_at=since,
        )
        for n, member in enumerate(members)
    )


def _today(now: datetime) -> Iterator["Booking"]:
    """Eight bookings of each machine around now; one covers the next hours and is its owner's."""
    for number, machine in enumerate(_machines()):
        for n in range(TODAY):
            is_owners = n == 2
            starts = now + (n - 2) * 3 * HOUR
            member = number if is_owners else (number * 7 + n + MACHINES) % MEMBERS
            yield _booking(machine, member, starts, (3 if is_owners else 2) * HOUR, now)


def _other_days(now: datetime) -> Iterator["Booking"]:
    """The bulk: months of the past, and some beyond the horizon."""
    each = BOOKINGS // MACHINES - TODAY
    past = now - timedelta(days=PAST_DAYS)
    beyond = now + timedelta(days=HORIZON_DAYS + 2)
    for number, machine in enumerate(_machines()[:MACHINES]):
        for n in range(each):
            starts = (past if n < PAST_EACH else beyond) + n * 2 * HOUR
            yield _booking(machine, (number * each + n) % MEMBERS, starts, HOUR, now)


def _booking(
    machine: int, member: int, starts: datetime, length: timedelta, now: datetime
) -> "Booking":
    from bookings.models import Booking

    over = starts + length <= now
    return Booking(
        machine_id=machine,
        member_id=_members()[member],
        starts=starts,
        ends=starts + length,
        blocked_until=starts + length,
        state="done" if over else "confirmed",
        holds=not over,
        created_at=starts,
        updated_at=starts,
    )


@cache
def _machines() -> list[int]:
    from equipment.models import Machine

    return list(Machine.objects.order_by("pk").values_list("pk", flat=True))


@cache
def _members() -> list[int]:
    from members.models import Member

    return list(Member.objects.order_by("pk").values_list("pk", flat=True))


def _in_batches(bookings: Iterator["Booking"]) -> None:
    from bookings.models import Booking

    while batch := list(islice(bookings, BATCH)):
        Booking.objects.bulk_create(batch)


def lease_boot(number: int) -> str:
    return f"{number:016x}"


def lease_sid(number: int) -> str:
    return f"{number:024x}"


def _leases() -> None:
    """A thousand machines more, each in use by somebody who has booked it."""
    from access.models import Device, Session
    from bookings.models import Booking
    from equipment.models import Machine, ToolClass
    from members.models import Space

    now = datetime.now(UTC)
    space, tool_class = Space.objects.get(slug="large"), ToolClass.objects.get()
    shared = {"space": space, "tool_class": tool_class, "has_interlock": True}
    names = [f"lease-{n}" for n in range(LEASES)]
    machines = Machine.objects.bulk_create(
        Machine(name=name, slug=name, feedback=Machine.Feedback.CURRENT, **shared) for name in names
    )
    online = {"space": space, "online": True, "state": "armed", "relay": True, "seen_at": now}
    devices = Device.objects.bulk_create(
        Device(name=machine.slug, machine=machine, boot=lease_boot(n), **online)
        for n, machine in enumerate(machines)
    )
    bookings = Booking.objects.bulk_create(
        _booking(machine.pk, n, _this_hour(), 3 * HOUR, now) for n, machine in enumerate(machines)
    )
    Session.objects.bulk_create(
        Session(
            sid=lease_sid(n),
            machine=booking.machine,
            member_id=booking.member_id,
            booking=booking,
            interlock=devices[n],
            boot=lease_boot(n),
            ground=Session.Ground.BOOKING,
            state=Session.State.ACTIVE,
            offered_at=now,
            until=booking.ends,
            granted_up=0,
            first_n=0,
        )
        for n, booking in enumerate(bookings)
    )


def fill(words: list[str]) -> None:
    """python -m benchmarks.world [new] [TOTAL] [leases]: into the database of the environment."""
    import django

    django.setup()
    if "new" in words:
        _build()
        bookings_of_today(_this_hour())
    for total in words:
        if total.isdigit():
            grow(int(total))
    if "leases" in words:
        _leases()


if __name__ == "__main__":
    fill(sys.argv[1:])
