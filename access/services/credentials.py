"""A device's way into the broker: its password and its key, made together and shown once.

Neither is stored in clear. The broker learns the password from the gatekeeper, within a second.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from access.broker.passwords import password_of
from access.models import Device
from access.services.devices import DeviceError, patient
from access.services.keys import new_key
from members.models import AccessEpoch, Member
from members.services import record


@dataclass(frozen=True, slots=True)
class Credential:
    """What goes into the firmware. `password` is empty where the broker is not managed."""

    password: str
    key: bytes

    @property
    def key_hex(self) -> str:
        return self.key.hex()


@patient
@transaction.atomic
def issue_credential(
    *, device: Device, seen_at: datetime | None, by: Member | None, now: datetime
) -> Credential:
    """A new password and a new key. The old ones count no more; the device is disconnected.

    `seen_at` is when the newest one was made as far as `by` knows: a form that is sent twice must
    not take away what its first sending gave. Raises DeviceError.
    """
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if device.revoked_at is not None:
        raise DeviceError(_("This device is revoked. Add a new one, under a new name."))
    if device.credential_at != seen_at:
        told = _("Its credential was made already, and is shown only once. Make a new one.")
        raise DeviceError(told)
    key = new_key(device, by=by, now=now, at_once=True)
    device.credential_at, device.broker_error = now, ""
    device.save(update_fields=["credential_at", "broker_error"])
    after = {"again": seen_at is not None}
    record(actor=by, verb="issue_credential", subject=device, at=now, after=after)
    AccessEpoch.bump()
    return Credential(password_at(device) if is_managed() else "", key)


def password_at(device: Device) -> str:
    """The password of a device that has a credential."""
    if device.credential_at is None:
        raise LookupError(f"{device} has no credential")
    return password_of(_key(), device.name, device.credential_at)


def is_managed() -> bool:
    """Whether the broker learns from here who may connect."""
    return bool(settings.BROKER_ADMIN)


def _key() -> bytes:
    return hmac.digest(bytes.fromhex(settings.BADGE_KEY), b"benchkey broker passwords", sha256)
