"""Signatures under a message: a line feed and 32 hex digits. Knows no field and no rule.

HMAC-SHA256 (RFC 2104) under the device's own key over topic, line feed and JSON, cut to 16 bytes.
The topic stands in it, so that a message for one device is worth nothing to another. Keys differ
from the MQTT password, so that a broker that knows all passwords can still forge nothing.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256

from wire.fields import LOWER_HEX, ProtocolError, spelled

Verifier = Callable[[bytes, bytes], bool]  # (signed bytes, signature) -> whether it is genuine
Signer = Callable[[bytes], bytes]  # bytes to sign -> 64 bytes of Ed25519

HMAC, ED25519 = "h:", "e:"  # what the signature under a list begins with
_hmac_digits = spelled(LOWER_HEX, 32, 32)
_ed25519_digits = spelled(LOWER_HEX, 128, 128)


def signature(key: bytes, topic: str, body: bytes) -> str:
    """32 lower hex digits."""
    return hmac.digest(key, _signed_bytes(topic, body), sha256)[:16].hex()


def sign(key: bytes, topic: str, body: bytes, prefix: str = "") -> bytes:
    """The body with its signature under it."""
    return b"%b\n%b" % (body, (prefix + signature(key, topic, body)).encode())


def sign_ed25519(signer: Signer, topic: str, body: bytes) -> bytes:
    """The body of a list with the Ed25519 signature of a space under it (RFC 8032)."""
    return b"%b\n%b" % (body, (ED25519 + signer(_signed_bytes(topic, body)).hex()).encode())


def split(payload: bytes) -> tuple[bytes, str]:
    """(body, signature); an empty signature if there is none. JSON never ends in hex digits."""
    body, _, last = payload.rpartition(b"\n")
    text = last.decode("ascii", "replace")
    bare = text.removeprefix(HMAC).removeprefix(ED25519)
    return (body, text) if _hmac_digits(bare) or _ed25519_digits(bare) else (payload, "")


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


def verified_list(
    key: bytes | None, topic: str, payload: bytes, verifier: Verifier | None
) -> bytes:
    """The body of a list, which is always signed: `h:` by the key, `e:` by Ed25519 (RFC 8032)."""
    body, found = split(payload)
    if not found:
        raise ProtocolError("unsigned", "a list must be signed")
    if found.startswith(ED25519):
        _check_ed25519(verifier, topic, body, found.removeprefix(ED25519))
    elif key is None:
        raise ProtocolError("bad-signature", "there is no key here to check it with")
    elif found.startswith(HMAC):
        _check(key, topic, body, found.removeprefix(HMAC))
    else:
        raise ProtocolError("bad-signature", "a list is signed with h: or e:")
    return body


def list_key(key: bytes) -> bytes:
    """The key under which badges stand in this device's lists and journal."""
    return hmac.digest(key, b"list", sha256)


def badge_in_list(key: bytes, badge: str) -> str:
    """16 lower hex digits that stand for a badge, worth nothing without the device's key."""
    return hmac.digest(list_key(key), badge.encode(), sha256)[:8].hex()


def _signed_bytes(topic: str, body: bytes) -> bytes:
    return b"%b\n%b" % (topic.encode("utf-8", "replace"), body)


def is_genuine(key: bytes, topic: str, body: bytes, found: str) -> bool:
    """Whether this signature under the body was made with the key; in constant time."""
    return found.isascii() and hmac.compare_digest(signature(key, topic, body), found)


def _check(key: bytes, topic: str, body: bytes, found: str) -> None:
    if not is_genuine(key, topic, body, found):
        raise ProtocolError("bad-signature", "not made by the key of this device for this topic")


def _check_ed25519(verifier: Verifier | None, topic: str, body: bytes, found: str) -> None:
    if verifier is None:
        raise ProtocolError("bad-signature", "nothing here can check an Ed25519 signature")
    if not _ed25519_digits(found) or not verifier(_signed_bytes(topic, body), bytes.fromhex(found)):
        raise ProtocolError("bad-signature", "not made by the key the lists of this space have")
