"""python -m tests.hardware.scene: writes to the site's database what a test says, like the web."""

import json
import os
import re
import sys
from datetime import UTC, datetime, time, timedelta
from html import unescape

import django
from django.apps import apps
from django.test import Client
from django.urls import reverse

if not apps.ready:  # the test itself imports BADGES, after Django
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from access.adapters import adapter_of
from access.models import (
    BrokerStatus,
    Device,
    Door,
    DoorWindow,
    GatekeeperStatus,
    JournalRow,
    Peripheral,
    Session,
)
from access.pages.set_up import serves, steps_of
from access.services import revoke_device
from access.services.credentials import issue_credential
from access.services.keys import new_key
from access.services.lists import allow_lists
from access.services.relay_tests import start_relay_test
from bookings.models import Booking
from equipment import services
from equipment.models import Machine, ToolClass
from members.models import AccessEpoch, Member, Plan
from members.services import issue_badge
from members.services.pins import set_pin
from tests.people import a_world

BADGES = {"alice": "04A11CE0", "charlie": "04C4A41E", "dana": "04DA4A00"}


def fill():
    """Alice may use both machines; they have an interlock each."""
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


def stock(name, speaks):
    """An interlock is a plug with firmware of its own; who cannot read gets a reader beside it."""
    row = Device.objects.get(name=name)
    row.speaks, row.profile, row.is_reader = speaks, "stock", adapter_of(speaks).abilities.reader
    row.save()
    if not row.is_reader:
        Device.objects.create(
            name=f"{name}-reader", space=row.space, machine=row.machine, is_interlock=False
        )


def equip(run_on):
    """An extractor beside the mill, a door, and a reader of its own beside the router."""
    space, plan = Device.objects.first().space, Plan.objects.get()
    box = Device.objects.create(name="extractor", space=space, is_reader=False)
    extractor = Peripheral.objects.create(name="Extractor", device=box, run_on_seconds=run_on)
    extractor.machines.add(machine_of("mill"))
    reader = Device.objects.create(name="door", space=space, is_interlock=False)
    door = Door.objects.create(space=space, name="Front door", device=reader)
    for weekday in range(7):
        DoorWindow.objects.create(
            door=door, plan=plan, weekday=weekday, opens=time.min, closes=time.min
        )
    router = machine_of("router")
    Device.objects.filter(machine=router).update(is_reader=False)
    Device.objects.create(name="router-reader", space=space, machine=router, is_interlock=False)


def desk(name):
    """A reader that shows staff whose badge that is; its password."""
    space = Device.objects.first().space
    Device.objects.create(name=name, space=space, is_interlock=False, is_enrolment=True)
    return credential(name)


def box(name):
    """What its page says of it."""
    row = Device.objects.get(name=name)
    return {"online": row.online, "st": row.state, "ma": row.ma, "firmware": row.firmware}


def machine_of(name):
    return Device.objects.select_related("machine").get(name=name).machine


def book(name, seconds):
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


def end(name):
    """The booking at a machine is over now."""
    now = datetime.now(UTC)
    Booking.objects.filter(machine=machine_of(name)).update(ends=now, blocked_until=now)
    AccessEpoch.bump()


def clear(name):
    """What was booked there was another day."""
    day = timedelta(days=1)
    for booking in Booking.objects.filter(machine=machine_of(name)).order_by("starts"):
        Booking.objects.filter(pk=booking.pk).update(
            starts=booking.starts - day,
            ends=booking.ends - day,
            blocked_until=booking.blocked_until - day,
        )
    AccessEpoch.bump()


def ask_for_pin(name, pin):
    """Of whoever taps at that kind of machine; Alice has this one."""
    ToolClass.objects.filter(machines__devices__name=name).update(least_credential="pin")
    set_pin(member=Member.objects.get(name="Alice Meyer"), pin=pin, now=datetime.now(UTC))


def lock_out(name):
    services.lock_out(machine=machine_of(name), why="Belt torn", by=None, now=datetime.now(UTC))
    return datetime.now(UTC).isoformat()


def credential(name):
    """A new password and key, as the page makes them; the password."""
    device = Device.objects.get(name=name)
    now = datetime.now(UTC)
    made = issue_credential(device=device, seen_at=device.credential_at, by=None, now=now)
    return made.password


def recipes(name):
    """What the page shows to flash or to type, once Dana had the credential made there."""
    client = Client(headers={"host": "localhost"})
    client.force_login(Member.objects.get(name="Dana Osei"))
    device = Device.objects.get(name=name)
    answer = client.post(reverse("access:device_credential", args=[device.pk]))
    shown = re.findall(r"<pre[^>]*><code>(.*?)</code>", answer.content.decode(), re.DOTALL)
    return [unescape(text) for text in shown]


def steps(name):
    """How far the page says a device has come."""
    device = Device.objects.get(name=name)
    return {step.name: step.css for step in steps_of(device, serves(device))}


def hear_relay(name):
    device, dana = Device.objects.get(name=name), Member.objects.get(name="Dana Osei")
    start_relay_test(device=device, by=dana, now=datetime.now(UTC))


def known(name):
    """Whether the broker was told all that is to be told of this device."""
    device = Device.objects.get(name=name)
    told = device.broker_told_at
    return told is not None and told > (device.revoked_at or device.credential_at)


def revoke(name):
    revoke_device(device=Device.objects.get(name=name), by=None, now=datetime.now(UTC))
    return datetime.now(UTC).isoformat()


def broker():
    """What the last round wrote down; None before the first."""
    row = BrokerStatus.objects.first()
    return row and {"trouble": row.trouble, "mended": row.mended, "foreign": row.foreign}


def alone(name):
    """Let a device work on its own; its key, in hex."""
    device = Device.objects.get(name=name)
    allow_lists(device=device, allowed=True, by=None, now=datetime.now(UTC))
    return new_key(device, by=None, now=datetime.now(UTC)).hex()


def trusted(name):
    """A device that gets its credential and may work on its own: its password and its key."""
    device = Device.objects.get(name=name)
    allow_lists(device=device, allowed=True, by=None, now=datetime.now(UTC))
    made = issue_credential(device=device, seen_at=None, by=None, now=datetime.now(UTC))
    return [made.password, made.key_hex]


def copies(name, many):
    """More machines like that one, each with a device of its own; their names and keys."""
    original, keys = Device.objects.select_related("machine").get(name=name), {}
    for number in range(many):
        copy, machine = f"{name}-{number}", Machine.objects.get(pk=original.machine_id)
        machine.pk, machine.name, machine.slug = None, copy, copy
        machine.save(force_insert=True)
        Device.objects.create(name=copy, space=original.space, machine=machine)
        book(copy, 1200)
        keys[copy] = alone(copy)
    return keys


def rows():
    """What was filed of journals."""
    found = JournalRow.objects.select_related("member").order_by("device", "number")
    return [f"{row.number} {row.ev} {row.member} {row.doubt}".strip() for row in found]


def listed(name):
    """The list it was sent, and the one it says it keeps."""
    device = Device.objects.get(name=name)
    return [device.list_seq, device.list_stored]


def sessions():
    rows = Session.objects.select_related("interlock").order_by("id")
    return [f"{row.interlock} {row.state} {row.end_reason}" for row in rows]


def status():
    """Whether the gatekeeper says it has a broker; None before it says anything."""
    return GatekeeperStatus.objects.values_list("connected", flat=True).first()


def started():
    """When the newest gatekeeper was started; None before one says so."""
    newest = GatekeeperStatus.objects.order_by("-started_at")
    moment = newest.values_list("started_at", flat=True).first()
    return moment.isoformat() if moment else None


def current(name):
    """Which boot of a device is listened to."""
    return Device.objects.get(name=name).boot


THINGS = {
    f.__name__: f
    for f in (
        fill, stock, equip, desk, box, book, end, clear, lock_out, alone, trusted, copies, rows,
        listed, credential, ask_for_pin, recipes, steps, hear_relay, known, revoke, broker,
        sessions, status, started, current,
    )
}  # fmt: skip


def serve():
    """A line of JSON in, [what, arguments…]; a line of JSON out, the words that answer it."""
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(THINGS[what](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
