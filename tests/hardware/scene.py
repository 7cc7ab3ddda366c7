"""python -m tests.hardware.scene WHAT …: one thing written to the site's database, then gone."""

import os
import sys
from datetime import UTC, datetime, timedelta

BADGES = {"alice": "04A11CE0", "charlie": "04C4A41E", "dana": "04DA4A00"}


def fill():
    """Alice may use both machines; they have an interlock each."""
    from access.models import Device
    from equipment.models import ToolClass
    from members.services import issue_badge
    from tests.people import a_world

    now = datetime.now(UTC)
    world = a_world(now, walk_up=False)
    for name, number in BADGES.items():
        issue_badge(member=getattr(world, name), number=number, by=None, now=now)
    finish = ToolClass.objects.create(
        name="Printers", slug="printers", requires=world.certification, finish_seconds=20
    )
    world.router.tool_class = finish
    for name, machine in (("mill", world.mill), ("router", world.router)):
        machine.has_interlock, machine.feedback, machine.idle_seconds = True, "current", 1
        machine.save()
        Device.objects.create(name=name, space=world.space, machine=machine)


def machine_of(name):
    from access.models import Device

    return Device.objects.select_related("machine").get(name=name).machine


def book(name, seconds):
    from bookings.models import Booking
    from members.models import Member

    now = datetime.now(UTC)
    ends = now + timedelta(seconds=float(seconds))
    Booking.objects.create(
        machine=machine_of(name),
        member=Member.objects.get(name="Alice Meyer"),
        starts=now - timedelta(minutes=1),
        ends=ends,
        blocked_until=ends,
        created_at=now,
        updated_at=now,
    )


def lock_out(name):
    from equipment.services import lock_out as service

    service(machine=machine_of(name), why="Belt torn", by=None, now=datetime.now(UTC))
    sys.stdout.write(datetime.now(UTC).isoformat())


def sessions():
    from access.models import Session

    for session in Session.objects.order_by("id"):
        sys.stdout.write(f"{session.interlock} {session.state} {session.end_reason}\n")


def events():
    from access.models import AccessEvent

    for event in AccessEvent.objects.order_by("id"):
        sys.stdout.write(f"{event.kind} {event.code}\n")


def status():
    from access.models import GatekeeperStatus

    row = GatekeeperStatus.objects.first()
    sys.stdout.write("none" if row is None else f"{row.connected}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    what, *arguments = sys.argv[1:]
    {f.__name__: f for f in (fill, book, lock_out, sessions, events, status)}[what](*arguments)
