"""Setting up doors and what runs with machines. A device has one such role, or a machine."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access.models import Device, Door, DoorWindow, Peripheral
from access.services.devices import DeviceError
from equipment.models import Machine
from members.models import AccessEpoch, Member, Plan, Space
from members.services import record
from members.services.hours import Weekly


@transaction.atomic
def keep_door(
    *,
    door: Door | None,
    space: Space,
    name: str,
    device: Device | None,
    pulse_ms: int,
    by: Member,
    now: datetime,
) -> Door:
    """Add a door (None) or change one. The same again writes nothing. Raises DeviceError."""
    standing = door or Door(space=space)
    before = _told_door(standing) if door else {}
    standing.name, standing.pulse_ms, standing.device = name, pulse_ms, device
    if before == _told_door(standing):
        return standing
    if device is not None:
        _check_role(device, space, keeper=standing)
    taken = _("There is a door called %(name)s. Choose another name.") % {"name": name}
    _save(standing, taken)
    verb = "change_door" if door else "add_door"
    after = _told_door(standing)
    record(actor=by, verb=verb, subject=standing, at=now, before=before, after=after)
    return standing


@transaction.atomic
def set_door_hours(
    *, door: Door, plan: Plan, weekly: Collection[Weekly], by: Member, now: datetime
) -> None:
    """When members on the plan may come in; with none at all they never may."""
    Door.objects.select_for_update(no_key=True).get(pk=door.pk)
    rows = DoorWindow.objects.filter(door=door, plan=plan)
    before = sorted(Weekly(row.weekday, row.opens, row.closes) for row in rows)
    if before == sorted(weekly):
        return
    rows.delete()
    DoorWindow.objects.bulk_create(
        DoorWindow(door=door, plan=plan, **each._asdict()) for each in weekly
    )
    record(
        actor=by,
        verb="set_door_hours",
        subject=door,
        at=now,
        before={"plan": plan.pk, "weekly": [_told(each) for each in before]},
        after={"plan": plan.pk, "weekly": [_told(each) for each in sorted(weekly)]},
    )


@transaction.atomic
def remove_door(*, door: Door, by: Member, now: datetime) -> None:
    """Its reader opens nothing from now on; what happened there stays in the log."""
    record(actor=by, verb="remove_door", subject=door, at=now, before=_told_door(door))
    door.delete()


@transaction.atomic
def keep_peripheral(
    *,
    peripheral: Peripheral | None,
    name: str,
    device: Device,
    machines: Collection[Machine],
    run_on_seconds: int,
    by: Member,
    now: datetime,
) -> Peripheral:
    """Let something run with these machines. Raises DeviceError.

    What it was given before is over: the gatekeeper offers it anew where it is needed.
    """
    standing = peripheral or Peripheral()
    before = _told_peripheral(standing) if peripheral else {}
    _check_role(device, device.space, keeper=standing)
    if any(machine.space_id != device.space_id for machine in machines):
        raise DeviceError(_("Choose machines of the space in which the device stands."))
    if standing.device_id != device.pk:
        standing.sid, standing.boot, standing.until = "", "", None
    standing.name, standing.device, standing.run_on_seconds = name, device, run_on_seconds
    standing.save()
    standing.machines.set(machines)
    after = _told_peripheral(standing)
    if before != after:
        verb = "change_peripheral" if peripheral else "add_peripheral"
        record(actor=by, verb=verb, subject=standing, at=now, before=before, after=after)
        AccessEpoch.bump()
    return standing


@transaction.atomic
def remove_peripheral(*, peripheral: Peripheral, by: Member, now: datetime) -> None:
    """Its device gets no more time, and so is off within one lease."""
    before = _told_peripheral(peripheral)
    record(actor=by, verb="remove_peripheral", subject=peripheral, at=now, before=before)
    peripheral.delete()


def _check_role(device: Device, space: Space, *, keeper: Door | Peripheral) -> None:
    """A device of the space, on no machine, that nothing else is driven by."""
    if device.revoked_at is not None or device.space_id != space.pk:
        raise DeviceError(_("Choose a device of this space that is not revoked."))
    if isinstance(keeper, Door):
        _check_opens(device)
    if device.machine_id is not None:
        told = _("%(device)s is on %(machine)s. Take it off there first.")
        raise DeviceError(told % {"device": device, "machine": device.machine})
    door = Door.objects.filter(device=device).first()
    peripheral = Peripheral.objects.filter(device=device).first()
    other = next((used for used in (door, peripheral) if used and used != keeper), None)
    if other is not None:
        told = _("%(device)s serves %(other)s already. Choose another device.")
        raise DeviceError(told % {"device": device, "other": other})


def _check_opens(device: Device) -> None:
    """It gives a pulse, as far as is known: one that was never heard may be built for it."""
    if device.profile == Device.Profile.STOCK:
        told = _("%s cannot open a door. Choose a device that speaks protocol v1.")
        raise DeviceError(told % device)
    if device.lacks("door"):
        told = _(
            "%s says that it has no relay for a door. Put “door” in the place of “relay” in its"
            " caps, flash that, and wait until it is online; or choose another device."
        )
        raise DeviceError(told % device)


def _save(door: Door, taken: str) -> None:
    try:
        with transaction.atomic():
            door.save()
    except IntegrityError as error:
        raise DeviceError(taken) from error


def _told(each: Weekly) -> list[object]:
    return [each.weekday, f"{each.opens:%H:%M}", f"{each.closes:%H:%M}"]


def _told_door(door: Door) -> dict[str, Any]:
    return {"name": door.name, "device": door.device_id, "pulse_ms": door.pulse_ms}


def _told_peripheral(peripheral: Peripheral) -> dict[str, Any]:
    machines = sorted(machine.pk for machine in peripheral.machines.all())
    return {
        "name": peripheral.name,
        "device": peripheral.device_id,
        "machines": machines,
        "run_on_seconds": peripheral.run_on_seconds,
    }
