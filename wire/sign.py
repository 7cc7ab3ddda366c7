"""Signatures under a message: a line feed and 32 hex digits. Knows no field and no rule.

HMAC-SHA256 (RFC 2104) under the device's own key over topic, line feed and JSON, cut to 16 bytes.
The topic stands in it, so that a message for one device is worth nothing to another. Keys differ
from the MQTT password, so that a broker that knows all passwords can still forge nothing.
"""

import hmac
from hashlib import sha256

from wire.fields import LOWER_HEX, ProtocolError, spelled

_digits = spelled(LOWER_HEX, 32, 32)


def signature(key: bytes, topic: str, body: bytes) -> str:
    """32 lower hex digits."""
    return hmac.digest(key, _signed_bytes(topic, body), sha256)[:16].hex()


def sign(key: bytes, topic: str, body: bytes) -> bytes:
    """The body with its signature under it."""
    return b"%b\n%b" % (body, signature(key, topic, body).encode())


def split(payload: bytes) -> tuple[bytes, str]:
    """(body, signature); an empty signature if there is none. JSON never ends in hex digits."""
    body, _, last = payload.rpartition(b"\n")
    text = last.decode("ascii", "replace")
    return (body, text) if _digits(text) else (payload, "")


def is_signed(payload: bytes) -> bool:
    """Whether there is a signature, genuine or not."""
    return bool(split(payload)[1])


def verified(key: bytes | None, topic: str, payload: bytes) -> bytes:
    """The body. With a key it must be signed by it; without one it must not be signed at all."""
    body, found = split(payload)
    if key is None and not found:
        return body
    if key is None:
        raise ProtocolError("bad-signature", "there is no key here to check it with")
    if not found:
        raise ProtocolError("unsigned", "a signature is required")
    _check(key, topic, body, found)
    return body


def _signed_bytes(topic: str, body: bytes) -> bytes:
    return b"%b\n%b" % (topic.encode("utf-8", "replace"), body)


def _check(key: bytes, topic: str, body: bytes, found: str) -> None:
    if not hmac.compare_digest(signature(key, topic, body), found):
        raise ProtocolError("bad-signature", "not made by the key of this device for this topic")
