"""python -m tests.faults.people: what members and staff do to the site's database meanwhile.

A line of JSON in, [what, arguments…]; a line of JSON out. Each on a connection of its own: the
database may have died since the last.
"""

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import django
from django.apps import apps
from django.db import connection

if not apps.ready:  # the test itself imports BADGE, after Django
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from access.models import AccessEvent, Device, Session
from access.services import chain
from bookings.models import Booking
from equipment import services
from equipment.models import Lockout, Machine
from members.models import Member
from members.services import issue_badge
from tests.faults.cells import FIN, MISSED
from tests.people import a_machine, a_tool_class, a_world

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
    """What is on record: every tap by its nonce with what was answered, and every grant."""
    events = AccessEvent.objects
    return {
        "taps": dict(events.filter(kind="tap").values_list("nonce", "code")),
        "granted": list(events.filter(code="granted").values_list("sid", flat=True)),
        "jumps": [d["seconds"] for (d,) in events.filter(code="clock-jump").values_list("detail")],
        "silence": list(
            events.filter(code="silent", kind__in=MISSED)
            .order_by("id")
            .values_list("device__name", "kind")
        ),
        "unhandled": events.filter(code="unhandled").count(),
        "open": Counter(
            Session.objects.exclude(state="ended").values_list("interlock__name", flat=True)
        ),
    }


def seal():
    """Seal all of the log, and say what is wrong with it."""
    while chain.seal():
        continue
    return [str(broken) for broken in chain.verify()]


def ask_the_time():
    """What the database says, in seconds before or behind this process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return (cursor.fetchone()[0] - datetime.now(UTC)).total_seconds()


THINGS = {f.__name__: f for f in (fill, book, lock_out, clear, current, record, seal, ask_the_time)}


def serve():
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        said = THINGS[what](*arguments)
        connection.close()
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
