"""python -m tests.faults.people: what members and staff do to the site's database meanwhile.

A line of JSON in, [what, arguments…]; a line of JSON out. Each on a connection of its own: the
database may have died since the last.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django
from django.apps import apps
from django.db import connection

if not apps.ready:  # the test itself imports BADGE, after Django
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from access.models import AccessEvent, Device, Session  # noqa: E402
from bookings.models import Booking  # noqa: E402
from equipment import services  # noqa: E402
from equipment.models import Lockout, Machine  # noqa: E402
from members.models import Member  # noqa: E402
from members.services import issue_badge  # noqa: E402
from tests.faults.cells import FIN  # noqa: E402
from tests.people import a_machine, a_tool_class, a_world  # noqa: E402

BADGE = "04A11CE0"


def fill():
    """Alice may use four machines, one for each phase, each with an interlock of that name."""
    world = a_world(datetime.now(UTC), walk_up=False)
    issue_badge(member=world.alice, number=BADGE, by=None, now=datetime.now(UTC))
    for name, fin in FIN.items():
        kind = a_tool_class(name, requires=world.certification, walk_up=False)
        kind.finish_seconds = fin
        kind.save()
        machine = a_machine(f"The {name}", kind, world.space)
        machine.has_interlock, machine.feedback, machine.idle_seconds = True, "current", 1
        machine.save()
        Device.objects.create(name=name, space=world.space, machine=machine)


def book(name, seconds):
    """Alice has it for so many seconds from now; whatever she had there before is over."""
    now = datetime.now(UTC)
    machine = Machine.objects.get(devices__name=name)
    held = Booking.objects.filter(machine=machine, holds=True)
    held.update(holds=False, state="done")
    ends = now + timedelta(seconds=seconds)
    Booking.objects.create(
        machine=machine,
        member=Member.objects.get(name="Alice Meyer"),
        starts=now - timedelta(minutes=1),
        ends=ends,
        blocked_until=ends,
        created_at=now,
        updated_at=now,
    )


def lock_out():
    for machine in Machine.objects.filter(devices__name__in=FIN):
        services.lock_out(machine=machine, why="Belt torn", by=None, now=datetime.now(UTC))


def clear():
    for lockout in Lockout.objects.filter(cleared_at=None):
        services.clear_lockout(lockout=lockout, by=None, now=datetime.now(UTC))


def current():
    """Which boot of each device is listened to."""
    return dict(Device.objects.filter(name__in=FIN).values_list("name", "boot"))


def record():
    """What is on record: every tap by its nonce, and every session."""
    return {
        "taps": list(AccessEvent.objects.filter(kind="tap").values_list("nonce", flat=True)),
        "granted": list(AccessEvent.objects.filter(code="granted").values_list("sid", flat=True)),
        "sessions": list(Session.objects.values_list("sid", flat=True)),
        "alarms": list(AccessEvent.objects.filter(kind="alarm").values_list("code", flat=True)),
        "unhandled": AccessEvent.objects.filter(code="unhandled").count(),
    }


THINGS = {f.__name__: f for f in (fill, book, lock_out, clear, current, record)}


def serve():
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        said = THINGS[what](*arguments)
        connection.close()
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
