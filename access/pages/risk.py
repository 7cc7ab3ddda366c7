"""What each level of risk asks of devices, and which of those attached would not do. Display."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.adapters import may_switch
from access.models import Device
from access.services.signing import cannot_sign_because
from equipment.models import ToolClass

Risk = ToolClass.Risk
DEMANDS: dict[str, str | Promise] = {
    Risk.LOW: gettext_lazy("Any device that switches."),
    Risk.MEDIUM: gettext_lazy(
        "A device that at least goes off by its own timer, whoever is gone. With stock firmware"
        " somebody at its button can switch it on for seconds."
    ),
    Risk.HIGH: gettext_lazy(
        "Only a device that keeps the rules itself and signs what it says. What comes unsigned is"
        " dropped, nobody gets in without a network, and where no job may finish it is off within"
        " 15 seconds of a lost network and not 30."
    ),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """A device at a machine of the kind, and what becomes of it."""

    device: Device
    text: str


@dataclass(frozen=True, slots=True)
class Level:
    """One of the three, as a page tells it."""

    value: str
    name: str
    demands: str | Promise
    effects: tuple[Effect, ...]


def levels(kind: ToolClass) -> list[Level]:
    """Each with what it would do to the devices that are there now."""
    devices = _devices(kind)
    return [
        Level(risk.value, str(risk.label), DEMANDS[risk], tuple(_effects(devices, kind.risk, risk)))
        for risk in Risk
    ]


def effects(kind: ToolClass, risk: str) -> list[Effect]:
    """Which devices of the kind's machines this level would change; none where it is today's."""
    return list(_effects(_devices(kind), kind.risk, risk))


def _devices(kind: ToolClass) -> list[Device]:
    there = Device.objects.filter(machine__tool_class=kind, machine__retired_at=None)
    return list(there.filter(revoked_at=None).select_related("machine"))


def _effects(devices: Iterable[Device], today: str, risk: str) -> Iterator[Effect]:
    if risk == today:
        return
    for device in devices:
        if text := _effect(device, risk):
            yield Effect(device, text)


def _effect(device: Device, risk: str) -> str:
    """What is lost first; a device that is not heard any more has no list, either."""
    named = {"device": device, "machine": device.machine}
    if not may_switch(device.speaks, risk):
        told = _(
            "%(device)s leaves the rules to Benchkey: it is switched off and not heard any more."
            " Nobody starts %(machine)s before it has another."
        )
        return told % named
    if risk != Risk.HIGH:
        return ""
    if cannot_sign_because(device):
        told = _(
            "%(device)s has not shown that it signs: nothing of it counts, so it locks within half"
            " a minute, and nobody starts %(machine)s before it signs."
        )
        return told % named
    if device.takes_lists:
        return _("%(device)s lets nobody in without a network any more.") % named
    return ""
