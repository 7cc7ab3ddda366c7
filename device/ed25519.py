"""Ed25519 signatures (RFC 8032) under lists, where the cryptography package is installed.

A small device does without: its lists are signed with its own key.
"""

from wire.sign import Verifier


def verifier(public: bytes) -> Verifier:
    """Checks against a public key of 32 bytes. Raises ImportError without the package."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(public)

    def genuine(signed: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    return genuine
