"""Adding a device, putting it on a machine or taking it off, and revoking it. Knows no broker.

A session that a device holds ends with its place: it is closed here, the gatekeeper tells the
device `off`, and the machine is free on proof, as after every other end (S5 of docs/protocol.md).
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access import facts, sessions
from access.adapters import may_switch, speech_of
from access.broker.backends import users_of
from access.broker.wanted import is_address, is_reserved
from access.decision import STOP
from access.facts import Known
from access.models import Device, Door, GatekeeperStatus, Peripheral, Stranger
from access.services.batch import Batch, hold_facts
from access.watch import Watch
from equipment.models import Machine
from members.models import AccessEpoch, Member, Space
from members.services import record

P = ParamSpec("P")
R = TypeVar("R")


class DeviceError(Exception):
    """It cannot be so; the text says why and what to do."""


def patient(service: Callable[P, R]) -> Callable[P, R]:
    """Say in words that the database gave up waiting for its turn; nothing was written then."""

    @wraps(service)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except OperationalError as error:
            told = _("Taps are being answered just now, so nothing was changed. Try again.")
            raise DeviceError(told) from error

    return inner


@patient
@transaction.atomic
def register_device(
    *,
    name: str,
    space: Space,
    machine: Machine | None = None,
    is_reader: bool,
    is_interlock: bool,
    is_enrolment: bool,
    speaks: str = Device.Firmware.NATIVE,
    address: str = "",
    by: Member | None,
    now: datetime,
) -> Device:
    """A box that may speak from now on; it leaves the list of strangers. Raises DeviceError."""
    hold_facts()
    _check_name(name)
    _check_address(speaks, address)
    device = Device(
        name=name,
        space=space,
        machine=machine,
        is_reader=is_reader,
        is_interlock=is_interlock,
        is_enrolment=is_enrolment,
        speaks=speaks,
        profile=speech_of(speaks).profile,
        address=address,
        added_at=now,
    )
    _check_place(device, machine)
    device.save()
    Stranger.objects.filter(name=name).delete()
    _keep_in_step(device.machine_id)
    after = {"name": name, "space": space.pk, "machine": device.machine_id}
    record(actor=by, verb="register_device", subject=device, at=now, after=after)
    AccessEpoch.bump()
    return device


def _check_name(name: str) -> None:
    if is_reserved(name) or name in _servers_names():
        raise DeviceError(_("That is the server's own name. Choose another."))
    if Device.objects.filter(name=name).exists():
        told = _("There is a device called %(name)s, or was one. Choose another name.")
        raise DeviceError(told % {"name": name})


@patient
@transaction.atomic
def attach_device(
    *, device: Device, machine: Machine | None, by: Member | None, now: datetime
) -> Device:
    """Put it on a machine; None takes it off. Where it is already, nothing happens."""
    hold_facts()
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if device.revoked_at is not None:
        raise DeviceError(_("This device is revoked. Add a new one, under a new name."))
    left = device.machine_id
    if left == (machine.pk if machine else None):
        return device
    _check_place(device, machine)
    _close_sessions(device, "detached", now)
    _move(device, machine)
    verb = "attach_device" if machine else "detach_device"
    before, after = {"machine": left}, {"machine": device.machine_id}
    record(actor=by, verb=verb, subject=device, at=now, before=before, after=after)
    AccessEpoch.bump()
    return device


@patient
@transaction.atomic
def revoke_device(*, device: Device, by: Member | None, now: datetime) -> Device:
    """Believe it no more, whatever it says. Twice is once; there is no way back."""
    hold_facts()
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if device.revoked_at is not None:
        return device
    _close_sessions(device, "device-revoked", now)
    before = {"machine": device.machine_id}
    device.revoked_at = now
    device.save(update_fields=["revoked_at"])
    _move(device, None)
    record(actor=by, verb="revoke_device", subject=device, at=now, before=before)
    AccessEpoch.bump()
    return device


@transaction.atomic
def set_badge_format(
    *, device: Device, badge_format: str, by: Member | None, now: datetime
) -> Device:
    """How it sends numbers, from its next tap on. The same again writes nothing."""
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if device.badge_format == badge_format:
        return device
    before = {"badge_format": device.badge_format}
    device.badge_format = badge_format
    device.save(update_fields=["badge_format"])
    after = {"badge_format": badge_format}
    record(actor=by, verb="set_badge_format", subject=device, at=now, before=before, after=after)
    return device


def _check_address(speaks: str, address: str) -> None:
    """Stock firmware's own name in its topics: nobody else's, and no way into ours."""
    if not address:
        return
    if not is_address(address):
        raise DeviceError(_("Only letters, digits, “-” and “_” go into its name in topics."))
    there = Device.objects.filter(speaks=speaks, address=address, revoked_at=None).first()
    if there is not None:
        told = _(
            "%(name)s is called %(address)s in its topics. Each device needs a name of its own."
        )
        raise DeviceError(told % {"name": there, "address": address})


def _servers_names() -> set[str]:
    """Under which the gatekeepers connect, and the users they and the administrator are."""
    gatekeepers = GatekeeperStatus.objects.values_list("name", flat=True)
    return {*users_of(settings.BROKER_URL, settings.BROKER_ADMIN), *gatekeepers}


def _check_place(device: Device, machine: Machine | None) -> None:
    """A machine of the device's space, which has no interlock yet if the device is one."""
    if machine is None:
        return
    drives = Door.objects.filter(device=device.pk).first() or (
        Peripheral.objects.filter(device=device.pk).first()
    )
    if drives is not None:
        told = _("%(device)s serves %(other)s. Choose another device.")
        raise DeviceError(told % {"device": device, "other": drives})
    if machine.space_id != device.space_id:
        told = _("%(machine)s stands in another space. Choose a machine of the device's own.")
        raise DeviceError(told % {"machine": machine})
    if device.is_interlock and not may_switch(device.speaks, machine.tool_class.risk):
        told = _(
            "%(machine)s is of high risk: its interlock must keep the rules itself."
            " Choose a device that speaks protocol v1."
        )
        raise DeviceError(told % {"machine": machine})
    there = _interlocks(machine.pk).exclude(pk=device.pk).first()
    if device.is_interlock and there is not None:
        told = _("%(machine)s has an interlock, %(name)s. Take that one off it first.")
        raise DeviceError(told % {"machine": machine, "name": there})


def _move(device: Device, machine: Machine | None) -> None:
    left = device.machine_id
    device.machine = machine
    device.save(update_fields=["machine"])
    _keep_in_step(left, device.machine_id)


def _keep_in_step(*machine_ids: int | None) -> None:
    """Whether a machine unlocks by tap is whether an interlock is on it."""
    for pk in machine_ids:
        if pk is not None:
            Machine.objects.filter(pk=pk).update(has_interlock=_interlocks(pk).exists())


def _interlocks(machine_id: int) -> QuerySet[Device]:
    return Device.objects.filter(machine=machine_id, is_interlock=True, revoked_at=None)


def _close_sessions(device: Device, code: str, now: datetime) -> None:
    """Written as the gatekeeper writes, so that the log tells of it; its next sweep says `off`."""
    batch = Batch(now, 0.0, Watch(), Known(now))
    for context in facts.open_sessions():
        if context.session is not None and context.session.interlock_id == device.pk:
            batch.put(sessions.closing(context.session, STOP, code, now))
    batch.write()
