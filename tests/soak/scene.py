"""python -m tests.soak.scene: what members and staff do to a site that goes on for an hour.

As tests.hardware.scene, whose workshop it is; and what the database holds meanwhile.
"""

from datetime import UTC, datetime

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.test import Client  # noqa: E402

from access.models import AccessEvent, Alarm  # noqa: E402
from access.services import chain  # noqa: E402
from equipment import services  # noqa: E402
from equipment.models import Lockout  # noqa: E402
from members.models import Member  # noqa: E402
from tests.hardware import scene  # noqa: E402

RUN_ON = 20


def workshop(seconds):
    """Alice has both machines for so long; there is a door, and an extractor beside the mill."""
    scene.fill()
    scene.equip(RUN_ON)
    for name in ("mill", "router"):
        scene.book(name, seconds)


def unlock():
    for lockout in Lockout.objects.filter(cleared_at=None):
        services.clear_lockout(lockout=lockout, by=None, now=datetime.now(UTC))


def cookie():
    """Dana is signed in: the key of her session."""
    client = Client(headers={"host": "localhost"})
    client.force_login(Member.objects.get(name="Dana Osei"))
    return client.cookies["sessionid"].value


def rows():
    """How many each table has, but the empty ones."""
    counts = {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}
    return {table: count for table, count in counts.items() if count}


def unsealed():
    return AccessEvent.objects.filter(seal=None).count()


def codes(nonces):
    """What is on record of these taps."""
    found = AccessEvent.objects.filter(kind="tap", nonce__in=nonces)
    return dict(found.values_list("nonce", "code"))


def alarms():
    """Every alarm there was: device, code, and when it was raised, in seconds since 1970."""
    found = Alarm.objects.select_related("device").order_by("raised_at")
    return [[str(alarm.device), alarm.code, alarm.raised_at.timestamp()] for alarm in found]


def standing():
    return Alarm.objects.filter(cleared_at=None).count()


def strange():
    """Lines that no part of the site should have caused."""
    found = AccessEvent.objects.filter(kind="dropped").order_by("id")
    return [f"{line.at:%H:%M:%S} {line.code} {line.detail}" for line in found]


def broken():
    """Seal all of the log, and say what is wrong with it."""
    while chain.seal():
        continue
    return [str(line) for line in chain.verify()]


scene.THINGS |= {
    f.__name__: f
    for f in (
        workshop, unlock, cookie, rows, unsealed, codes, alarms, standing, strange,
        broken,
    )
}  # fmt: skip

if __name__ == "__main__":
    scene.serve()
