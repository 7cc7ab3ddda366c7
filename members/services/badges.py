"""Badges: the number is kept as a keyed hash for look-up and sealed for offline lists."""

import hashlib
import hmac
import os
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import AccessEpoch, Badge, Member
from members.services.changes import record
from members.services.errors import NotDone

FORMATS = ("hex", "reversed", "decimal")
LONGEST_DECIMAL = 20  # digits, leading zeros included


class BadgeError(NotDone):
    """A badge that cannot be issued."""


def normalise_badge(text: str, fmt: str = "hex") -> str:
    """Upper hex without separators, as the wire has it, from what is printed on a badge.

    `fmt`: hex as read; reversed, hex with its bytes the other way round; decimal, the printed
    number of a 125 kHz badge, four bytes. Raises BadgeError in words.
    """
    if fmt == "decimal":
        digits = text.strip()
        if not digits.isdecimal() or len(digits) > LONGEST_DECIMAL or int(digits) >= 2**40:
            raise BadgeError(_("“%s” is not a decimal badge number.") % text[:40], "number")
        return f"{int(digits):08X}"
    digits = text.strip().replace(":", "").replace("-", "").replace(" ", "").upper()
    if not 4 <= len(digits) <= 32 or len(digits) % 2 or set(digits) - set("0123456789ABCDEF"):
        words = _("“%s” is not a badge number: 2 to 16 bytes in hex.")
        raise BadgeError(words % text[:40], "number")
    return bytes.fromhex(digits)[::-1].hex().upper() if fmt == "reversed" else digits


def read_badge(sent: str, fmt: str) -> str:
    """The number a reader of that format means by what it sent, as `normalise_badge` writes it.

    What is no number in that format is nobody's: a `?` before it keeps it apart from every badge.
    """
    if fmt == "hex":
        return sent
    try:
        return normalise_badge(sent, fmt)
    except BadgeError:
        return f"?{sent}"


def badge_hash(number: str) -> bytes:
    """HMAC-SHA256 under the pepper: 32 bytes by which a tapped number is looked up."""
    return hmac.digest(settings.BADGE_PEPPER.encode(), number.encode(), hashlib.sha256)


def seal_number(number: str) -> bytes:
    """AES-256-GCM, 12 bytes of nonce first."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_badge_key()).encrypt(nonce, number.encode(), None)


def open_number(sealed: bytes) -> str:
    return AESGCM(_badge_key()).decrypt(bytes(sealed[:12]), bytes(sealed[12:]), None).decode()


@transaction.atomic
def issue_badge(*, member: Member, number: str, by: Member | None, now: datetime) -> Badge:
    """Bind a badge to a member; raises BadgeError when another live badge has that number."""
    try:
        with transaction.atomic():
            badge = Badge.objects.create(
                member=member,
                number_hash=badge_hash(number),
                number_sealed=seal_number(number),
                hint=number[-4:],
                issued_at=now,
            )
    except IntegrityError as error:
        raise BadgeError(_taken(number), "number") from error
    record(
        actor=by,
        verb="issue_badge",
        subject=badge,
        at=now,
        after={"member": member.pk},
        on_behalf_of=member,
    )
    return badge


@transaction.atomic
def revoke_badge(*, badge: Badge, by: Member | None, now: datetime) -> Badge:
    """The badge opens nothing any more; a session started with it ends."""
    badge.revoked_at = now
    badge.save(update_fields=["revoked_at"])
    record(actor=by, verb="revoke_badge", subject=badge, at=now, on_behalf_of=badge.member)
    AccessEpoch.bump()
    return badge


def _badge_key() -> bytes:
    return bytes.fromhex(settings.BADGE_KEY)


def _taken(number: str) -> str:
    holder = Badge.objects.filter(number_hash=badge_hash(number), revoked_at=None).first()
    name = holder.member.name if holder else _("somebody")
    return _("This badge is %(name)s's. Revoke it there first, or take another badge.") % {
        "name": name
    }
