"""What to flash or to type so that a device connects, with its credential filled in."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from access.adapters import speech_of
from access.models import Device
from access.mqtt import Address
from access.services.credentials import Credential
from wire import Avail, encode_up

BOOT = "0123456789abcdef"  # of the message by hand
HEARD = ("answer", "grant", "offer", "lease", "off", "sync", "text")  # by a device without lists


@dataclass(frozen=True, slots=True)
class Written:
    """One recipe, filled in; `file` is the name to save it under, empty where it is typed."""

    title: str
    text: str
    header: bool
    file: str


def recipes_for(device: Device, credential: Credential) -> list[Written]:
    """In the order of the firmware's own file; they hold the credential in clear."""
    context = {
        "device": device,
        "credential": credential,
        "broker": broker_for_devices(),
        "caps": ",".join(_caps(device)),
        "boot": BOOT,
        "kinds": HEARD,
        "will": _will(device, credential),
    }
    return [
        Written(
            str(recipe.title),
            render_to_string(recipe.template, context).strip(),
            recipe.header,
            f"{device.name}.yaml" if recipe.template.endswith(".yaml") else "",
        )
        for recipe in speech_of(device.speaks).recipes
    ]


def broker_for_devices() -> Address:
    """Where devices connect, which need not be where the gatekeeper does."""
    return Address.of(settings.DEVICE_BROKER_URL or settings.BROKER_URL)


def _will(device: Device, credential: Credential) -> str:
    """The signed last will as a string of JSON, which YAML reads, too."""
    _, payload = encode_up(Avail(device.name, on=False), credential.key)
    return json.dumps(payload.decode())


def _caps(device: Device) -> list[str]:
    caps = ["relay", "current"] if device.is_interlock else []
    if device.is_reader:
        caps += ["reader", "display", *(["pin"] if device.has_keypad else [])]
    return caps
