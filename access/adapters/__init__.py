"""What devices may speak, and what the page that sets one up shows for each. Data, no behaviour.

A firmware stands here once it can be spoken with. Its recipes are templates of plain text in
templates/access/firmware/; what they are given stands in access/pages/recipes.py.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.adapters.esphome import ESPHOME
from access.adapters.shape import ROOT, Adapter
from access.adapters.shelly import SHELLY
from access.adapters.tasmota import TASMOTA
from access.broker.wanted import DEVICE_READS, DEVICE_WRITES
from access.models import Device
from equipment.models import ToolClass


@dataclass(frozen=True, slots=True)
class Recipe:
    """Something to flash, or to type; `header` is whether it includes firmware/benchkey.h."""

    title: Promise
    template: str
    header: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """One firmware."""

    speaks: str
    label: Promise
    recipes: tuple[Recipe, ...]
    profile: str = Device.Profile.NATIVE
    address_help: Promise | str = ""  # what its own name in topics is; "": it has none
    writes: tuple[str, ...] = DEVICE_WRITES  # what it may at the broker; {name} and {address} are
    reads: tuple[str, ...] = DEVICE_READS  # filled in
    reads_with: tuple[str, ...] = ()  # the readers its recipe can be written for
    keypad: bool = False  # whether it can be written for a keypad


def _stock(
    adapter: Adapter, label: Promise, *recipes: Recipe, reads_with: tuple[str, ...] = ()
) -> Speech:
    """Stock firmware is told to use our topics, so its rights are as narrow as a native's."""
    root = f"{ROOT}{{name}}/"
    return Speech(
        speaks=adapter.speaks,
        label=label,
        recipes=recipes,
        profile=Device.Profile.STOCK,
        writes=tuple(root + topic for topic in adapter.writes),
        reads=tuple(root + topic for topic in adapter.reads),
        reads_with=reads_with,
    )


SPEECHES = (
    Speech(
        speaks=Device.Firmware.NATIVE,
        label=_("Protocol v1, Benchkey's own"),
        reads_with=tuple(Device.ReadsWith.values),
        keypad=True,
        recipes=(
            Recipe(
                _("ESPHome: a native device, ready to flash"),
                "access/firmware/esphome-native.yaml",
                header=True,
            ),
            Recipe(_("The reference device, on any computer"), "access/firmware/reference.sh"),
            Recipe(_("A first word by hand, to try the credential"), "access/firmware/by_hand.sh"),
        ),
    ),
    _stock(
        TASMOTA,
        _("Tasmota: plugs and relay boards"),
        Recipe(_("Type into its console, one line after the other"), "access/firmware/tasmota.txt"),
    ),
    _stock(
        SHELLY,
        _("Shelly, second generation and later"),
        Recipe(_("Send to it from a computer in its network"), "access/firmware/shelly.sh"),
    ),
    _stock(
        ESPHOME,
        _("ESPHome: a relay, and a reader if there is one"),
        Recipe(_("Save and flash: esphome run"), "access/firmware/esphome-stock.yaml"),
        reads_with=(Device.ReadsWith.PN532, Device.ReadsWith.RC522),
    ),
)
ADAPTERS = (TASMOTA, SHELLY, ESPHOME)


def speech_of(speaks: str) -> Speech:
    """Raises LookupError for a firmware that nobody can speak with yet."""
    for speech in SPEECHES:
        if speech.speaks == speaks:
            return speech
    raise LookupError(speaks)


def adapter_of(speaks: str) -> Adapter:
    """Of stock firmware. Raises LookupError for what speaks protocol v1 itself, and the unknown."""
    for adapter in ADAPTERS:
        if adapter.speaks == speaks:
            return adapter
    raise LookupError(speaks)


def may_switch(speaks: str, risk: str) -> bool:
    """Whether a machine of that risk takes it: what hurts wants a device that keeps the rules
    itself, what may hurt at least one that switches off by its own timer.
    """
    if speaks == Device.Firmware.NATIVE:
        return True
    if risk == ToolClass.Risk.HIGH:
        return False
    return risk == ToolClass.Risk.LOW or adapter_of(speaks).abilities.lease
