"""Staff say that a device must sign what it says; see access/services/trust.py for what follows.

Refused while it is not known that the device can: from then on it would not be heard at all.
"""

from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import Device
from access.records import Box, Inbound
from access.services.devices import DeviceError
from access.services.trust import SIGNS
from members.models import Member
from members.services import record

NO_KEY = _("It has no key to sign with. Make a new credential, and put it into the device first.")
NEVER_SIGNED = _(
    "It has never signed anything. Put firmware that signs and its key into it, and restart it: "
    "what it says first is signed then, and you can ask for it here."
)


@transaction.atomic
def require_signatures(
    *, device: Device, required: bool, by: Member | None, now: datetime
) -> Device:
    """What comes unsigned in its name is dropped from now on, or counts again.

    Raises DeviceError where it could not be heard any more.
    """
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if device.must_sign == required:
        return device
    if required and (why := cannot_sign_because(device)):
        raise DeviceError(why)
    device.must_sign = required
    device.save(update_fields=["must_sign"])
    record(
        actor=by, verb="require_signatures", subject=device, at=now, after={"required": required}
    )
    return device


def cannot_sign_because(device: Device) -> str | Promise:
    """What to do first; empty where it has shown that it signs."""
    if device.key_sealed is None:
        return NO_KEY
    return NEVER_SIGNED if device.signed_at is None or device.lacks(SIGNS) else ""


def note_signature(box: Box, inbound: Inbound, now: datetime) -> None:
    """Its hello was signed, and genuine: it has its key. Written once."""
    if inbound.signature:
        Device.objects.filter(pk=box.id, signed_at=None).update(signed_at=now)
