"""What the interlock of a machine measures, beside what the machine is to be sensed by. Display."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from access.models import AccessEvent, Device
from equipment.models import Machine

LEAST = 100  # mA: what draws less tells of no job
STEP = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest word of an interlock. `suggestion` in mA; None where there is nothing to go by."""

    device: Device
    amperes: str
    suggestion: int | None
    warning: str
    seen_at: datetime | None  # when it last said that a job runs


def senses_load(machine: Machine) -> bool:
    """Whether a job that runs there is seen, as the gatekeeper has it (access/records.py)."""
    if not (machine.has_interlock and machine.may_sense):
        return False
    return _interlocks(machine).filter(ma__isnull=False).exists()


def reading_of(machine: Machine) -> Reading | None:
    """None: it has no interlock."""
    device = _interlocks(machine).first()
    return None if device is None else read(device, machine)


def read(device: Device, machine: Machine) -> Reading:
    """Of this interlock, at this machine."""
    return Reading(
        device=device,
        amperes=amperes(device.ma),
        suggestion=_suggestion(device),
        warning=_warning(device, machine),
        seen_at=job_seen_at(device),
    )


def amperes(ma: int | None) -> str:
    """“3.40 A”, in the reader's language; empty where nothing is measured."""
    return "" if ma is None else f"{formats.number_format(ma / 1000, 2)} A"


def job_seen_at(device: Device) -> datetime | None:
    """When it last began to say “running”."""
    seen = AccessEvent.objects.filter(device=device, kind="state", code="running")
    newest = seen.order_by("-id").values_list("at", flat=True).first()
    return newest


def _suggestion(device: Device) -> int | None:
    """Half of what flows while somebody is at it."""
    if not device.relay or device.ma is None or device.ma < LEAST:
        return None
    return max(STEP, round(device.ma / 2 / STEP) * STEP)


def _warning(device: Device, machine: Machine) -> str:
    if machine.feedback != Machine.Feedback.CURRENT:
        return ""
    if device.ma is None:
        told = _(
            "%(device)s measures nothing, so no job is seen: nothing is locked for standing idle,"
            " nobody takes over, and what runs is cut when the time is up. Give it a current"
            " sensor, or choose “nothing”."
        )
        return told % {"device": device}
    if not device.relay and device.ma >= machine.run_above_ma > 0:
        told = _(
            "%(device)s is off and measures %(amperes)s. Write more than that, or it takes its"
            " contactor for stuck and locks the machine out."
        )
        return told % {"device": device, "amperes": amperes(device.ma)}
    return ""


def _interlocks(machine: Machine) -> QuerySet[Device]:
    return Device.objects.filter(machine=machine, is_interlock=True, revoked_at=None)
