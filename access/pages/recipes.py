"""What to flash or to type so that a device connects, with its credential filled in."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from access.adapters import speech_of
from access.models import Device
from access.mqtt import Address
from access.services.credentials import Credential

BOOT = "0123456789abcdef"  # of the message by hand


@dataclass(frozen=True, slots=True)
class Written:
    """One recipe, filled in."""

    title: str
    text: str


def recipes_for(device: Device, credential: Credential) -> list[Written]:
    """In the order of the firmware's own file; they hold the credential in clear."""
    context = {
        "device": device,
        "credential": credential,
        "broker": broker_for_devices(),
        "caps": ",".join(_caps(device)),
        "boot": BOOT,
    }
    return [
        Written(str(recipe.title), render_to_string(recipe.template, context).strip())
        for recipe in speech_of(device.speaks).recipes
    ]


def broker_for_devices() -> Address:
    """Where devices connect, which need not be where the gatekeeper does."""
    return Address.of(settings.DEVICE_BROKER_URL or settings.BROKER_URL)


def _caps(device: Device) -> list[str]:
    caps = ["reader", "display"] if device.is_reader else []
    return [*(["relay", "current"] if device.is_interlock else []), *caps]
