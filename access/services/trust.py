"""Whether a message comes from whom it names, and whether the answer is signed. Decides no more.

A signature says who spoke and not when: what is heard twice stays harmless by boot, re and exp.
"""

from typing import Literal

from access.records import Box, Context, Inbound, Interlock
from access.services import keys
from wire import sign

Doubt = Literal["unsigned", "bad-signature"]

SIGNS = "mac"  # among the caps of a device that signs, and hears nothing unsigned


def must_sign(context: Context) -> bool:
    """By staff's word, or because its machine is one that hurts."""
    box, bench = context.box, context.bench
    return (box is not None and box.must_sign) or (bench is not None and bench.risk == "high")


def doubted(context: Context, inbound: Inbound) -> Doubt | None:
    """The code of why this message is not believed; None where it is."""
    box = context.box
    if box is None:
        return None
    if not inbound.signature:
        return "unsigned" if must_sign(context) else None
    return None if is_signed_by(box, inbound) else "bad-signature"


def has_new_key(box: Box, inbound: Inbound) -> bool:
    """Whether the device has just spoken with the key that is to replace its old one."""
    if box.key_before_sealed is None or not inbound.signature:
        return False
    key = keys.opened(box.name, box.key_sealed)
    return key is not None and _is_genuine(key, inbound)


def voice(speaker: Box | Interlock) -> bytes | None:
    """The key under what is said to this device: the one it is known to have. None: unsigned."""
    return key_in(speaker) if speaker.must_sign or SIGNS in speaker.caps else None


def key_in(speaker: Box | Interlock) -> bytes | None:
    """The key that this device is known to have."""
    return keys.opened(speaker.name, speaker.key_before_sealed or speaker.key_sealed)


def keys_of(box: Box) -> tuple[bytes, ...]:
    """All keys by which a device is believed now."""
    found = (keys.opened(box.name, sealed) for sealed in (box.key_sealed, box.key_before_sealed))
    return tuple(key for key in found if key is not None)


def is_signed_by(box: Box, inbound: Inbound) -> bool:
    return any(_is_genuine(key, inbound) for key in keys_of(box))


def _is_genuine(key: bytes, inbound: Inbound) -> bool:
    return sign.is_genuine(key, inbound.topic, inbound.payload, inbound.signature)
