"""Races about devices: `python -m tests.races.devices NAME`, as tests.races.scenes."""

import json
import sys
from datetime import timedelta
from functools import partial

import django

django.setup()

from access.broker import dynsec  # noqa: E402
from access.models import AccessEvent, Device, Session  # noqa: E402
from access.services.broker import broker_is_behind, reconcile_broker  # noqa: E402
from access.services.credentials import issue_credential, password_at  # noqa: E402
from access.services.devices import DeviceError, register_device, revoke_device  # noqa: E402
from members.models import Space  # noqa: E402
from tests.access.plugin import Plugin  # noqa: E402
from tests.races import scenes  # noqa: E402
from tests.races.scenes import NOW, race  # noqa: E402

SECOND = timedelta(seconds=1)
RACERS = 6


def add(space: Space) -> str:
    try:
        register_device(
            name="saw-1", space=space, is_reader=True, is_interlock=True, is_enrolment=False,
            by=None, now=NOW,
        )  # fmt: skip
    except DeviceError:
        return "refused"
    return "added"


def issue(device: Device, late: int) -> str:
    try:
        issue_credential(device=device, seen_at=None, by=None, now=NOW + late * SECOND)
    except DeviceError:
        return "made already"
    return "made"


def a_device(space: Space, name: str) -> Device:
    return Device.objects.create(name=name, space=space)


def a_space() -> Space:
    for left in (Session, AccessEvent, Device):  # by another race in this database
        left.objects.all().delete()
    _people, (machine,) = scenes.people_and_machines(1, 1)
    return machine.space


# --- the scenes ----------------------------------------------------------------------------------


def one_name() -> dict[str, int]:
    space = a_space()
    outcome = race([partial(add, space)] * RACERS)
    return {**outcome, "rows": Device.objects.filter(name="saw-1").count()}


def one_credential() -> dict[str, int]:
    device = a_device(a_space(), "saw-1")
    return race([partial(issue, device, late) for late in range(RACERS)])


class Fake:
    """A back end as of two gatekeepers: each its own plugin, seen at its own moment."""

    def __init__(self) -> None:
        self.plugin = Plugin()

    def reconcile(self, wanted: dict) -> object:
        return dynsec.reconcile(wanted, self.plugin.ask, {"admin"})


def round_of(late: int) -> str:
    reconcile_broker(backend=Fake(), now=NOW + late * SECOND)
    return "done"


def revoke(device: Device) -> str:
    revoke_device(device=device, by=None, now=NOW + 30 * SECOND)
    return "revoked"


def rounds_and_a_revocation() -> dict[str, int]:
    """Whatever came first, one more round leaves the broker knowing who is left and no other."""
    space = a_space()
    devices = [a_device(space, f"saw-{number}") for number in range(4)]
    for device in devices:
        issue(device, 0)
    outcome = race([*(partial(round_of, n) for n in range(1, 4)), partial(revoke, devices[0])])
    backend = Fake()
    reconcile_broker(backend=backend, now=NOW + 60 * SECOND)
    known = {name: word for name, word in backend.plugin.passwords.items() if name != "benchkey"}
    right = {device.name: password_at(device) for device in Device.objects.all()[1:]}
    return {**outcome, "right": int(known == right), "behind": int(broker_is_behind())}


SCENES = {scene.__name__: scene for scene in (one_name, one_credential, rounds_and_a_revocation)}

if __name__ == "__main__":
    print(json.dumps(SCENES[sys.argv[1]]()))
