"""K_dev, the key a device signs with: made here, shown once, kept sealed. Knows no message.

It is not the device's MQTT password, so that a broker that knows all passwords can forge nothing
(docs/protocol.md, Signatures). Sealed it lies in the row of its device, under a key that is made
from BADGE_KEY for this purpose alone, and bound to the name of the device: a sealed key copied to
another row opens to nothing.

A new key replaces the old one when the device first speaks with it. Until then the device is
believed by the old one, too, and spoken to with it: nobody has to be faster than a flash tool.
"""

import hmac
import logging
import os
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from access.models import Device
from members.models import AccessEpoch, Member
from members.services import record

logger = logging.getLogger(__name__)

LENGTH = 32
NONCE = 12  # bytes of AES-GCM, in front of what is sealed
KEPT = 4096  # opened keys, so that a message costs no decryption


@transaction.atomic
def new_key(device: Device, *, by: Member | None, now: datetime, at_once: bool = False) -> bytes:
    """32 fresh random bytes, to be shown once and put into the device; changes `device`, too.

    `at_once`: the old key counts no more from here on, because somebody else may know it.
    """
    row = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    key = os.urandom(LENGTH)
    # a new key that was never heard gives way: the one before it is still in the device
    before = None if at_once else row.key_before_sealed or row.key_sealed
    device.key_sealed, device.key_before_sealed = seal(row.name, key), before
    device.signed_at = None if at_once else row.signed_at  # the new one is not proved yet
    device.save(update_fields=["key_sealed", "key_before_sealed", "signed_at"])
    record(actor=by, verb="new_key", subject=device, at=now, after={"at_once": at_once})
    AccessEpoch.bump()
    return key


def key_of(device: Device) -> bytes | None:
    """The newest key of a device; None where it has none, or none that opens."""
    return opened(device.name, device.key_sealed)


def seal(name: str, key: bytes) -> bytes:
    """AES-256-GCM, 12 bytes of nonce first; the name is bound to it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_sealing_key()).encrypt(nonce, key, name.encode())


def opened(name: str, sealed: bytes | memoryview | None) -> bytes | None:
    """The key, or None: not sealed for this name, or under another BADGE_KEY."""
    return None if sealed is None else _opened(name, bytes(sealed), settings.BADGE_KEY)


def list_signer() -> Ed25519PrivateKey:
    """The one key of this installation under lists for devices with `list-ed25519`."""
    return Ed25519PrivateKey.from_private_bytes(_derived(b"benchkey offline lists"))


def list_public_key() -> bytes:
    """The 32 bytes that such a device is flashed with."""
    return list_signer().public_key().public_bytes_raw()


@lru_cache(maxsize=KEPT)
def _opened(name: str, sealed: bytes, _under: str) -> bytes | None:
    try:
        return AESGCM(_sealing_key()).decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
    except (InvalidTag, ValueError):
        logger.error("the key of %s does not open: was BADGE_KEY changed?", name)
        return None


def _sealing_key() -> bytes:
    return _derived(b"benchkey device keys")


def _derived(purpose: bytes) -> bytes:
    """Badges, device keys and lists have a key each; to know one is to know one."""
    return hmac.digest(bytes.fromhex(settings.BADGE_KEY), purpose, sha256)
