"""What devices may speak, and what the page that sets one up shows for each. Data, no behaviour.

A firmware stands here once it can be spoken with. Its recipes are templates of plain text in
templates/access/firmware/; they get `device`, `credential`, `broker` and `caps`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import Device


@dataclass(frozen=True, slots=True)
class Recipe:
    """Something to flash, or to type."""

    title: Promise
    template: str


@dataclass(frozen=True, slots=True)
class Speech:
    """One firmware."""

    speaks: str
    label: Promise
    recipes: tuple[Recipe, ...]
    profile: str = Device.Profile.NATIVE
    address_help: Promise | str = ""  # what its own name in topics is; "": it has none


SPEECHES = (
    Speech(
        speaks=Device.Firmware.NATIVE,
        label=_("Protocol v1: Benchkey's own, for firmware made for it"),
        recipes=(
            Recipe(_("The reference device, on any computer"), "access/firmware/reference.sh"),
            Recipe(_("A first word by hand, to try the credential"), "access/firmware/by_hand.sh"),
        ),
    ),
)


def speech_of(speaks: str) -> Speech:
    """Raises LookupError for a firmware that nobody can speak with yet."""
    for speech in SPEECHES:
        if speech.speaks == speaks:
            return speech
    raise LookupError(speaks)
