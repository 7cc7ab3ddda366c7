"""Passwords at the broker, made and not stored, and how mosquitto keeps them. PURE.

A password is a keyed hash over the device's name and the moment it was made: whoever has the
database alone can make none, and a broker that lost its file is told the same ones again.
"""

import hmac
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import pbkdf2_hmac, sha256

BYTES = 24  # of a password, and 32 characters: nobody guesses it, so few iterations are enough
ITERATIONS = 101  # mosquitto's own
SALT = 12


def password_of(key: bytes, name: str, made_at: datetime) -> str:
    """The device's password since `made_at`: 32 characters of the URL-safe alphabet."""
    told = f"{name}\n{made_at:%Y-%m-%dT%H:%M:%S.%f%z}".encode()
    return urlsafe_b64encode(hmac.digest(key, told, sha256)[:BYTES]).decode()


def fingerprint(password: str) -> str:
    """Tells two passwords apart and gives neither away: 192 random bits are behind it."""
    return sha256(password.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Hashed:
    """PBKDF2 with SHA-512, as mosquitto has it since 2.0; both parts in base64."""

    salt: str
    hash: str

    @classmethod
    def of(cls, password: str) -> "Hashed":
        """The salt comes from the password, so that the same one is the same text each time."""
        salt = sha256(b"salt\n" + password.encode()).digest()[:SALT]
        hashed = pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
        return cls(b64encode(salt).decode(), b64encode(hashed).decode())

    def __str__(self) -> str:
        """As it stands in a password file."""
        return f"$7${ITERATIONS}${self.salt}${self.hash}"
