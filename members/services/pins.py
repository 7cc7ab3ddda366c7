"""A member's PIN: typed at machines that want more than a badge. Only a keyed hash of it is kept.

Members set it themselves; staff can take it away, and never choose or see one.
"""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member
from members.services.changes import record
from members.services.errors import NotDone

SHORTEST, LONGEST = 4, 8


class PinError(NotDone):
    """A PIN that will not do; the text says why and what to do."""


@transaction.atomic
def set_pin(*, member: Member, pin: str, now: datetime) -> Member:
    """The member's own new PIN, instead of the one before. Raises PinError."""
    check_pin(pin)
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    verb = "set_pin" if member.pin_hash is None else "change_pin"
    member.pin_hash = pin_hash(member.pk, pin)
    member.save(update_fields=["pin_hash"])
    record(actor=member, verb=verb, subject=member, at=now)
    return member


@transaction.atomic
def remove_pin(*, member: Member, by: Member, now: datetime) -> Member:
    """Without one from now on. Twice is once."""
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.pin_hash is None:
        return member
    member.pin_hash = None
    member.save(update_fields=["pin_hash"])
    record(actor=by, verb="remove_pin", subject=member, at=now, on_behalf_of=member)
    return member


def check_pin(pin: str) -> None:
    """4 to 8 digits that are not the first anybody would try. Raises PinError."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise PinError(_("A PIN has 4 to 8 digits. Choose other digits."))
    if _is_obvious(pin):
        raise PinError(_("That PIN is easily guessed. Choose one without a pattern."))


def is_pin(member: Member, pin: str) -> bool:
    """Whether this is the member's PIN; takes as long for a wrong one."""
    kept = bytes(member.pin_hash or b"")
    return hmac.compare_digest(kept, pin_hash(member.pk, pin))


def pin_hash(member_id: int, pin: str) -> bytes:
    """HMAC-SHA256 under the pepper: 32 bytes, different for two members with one PIN."""
    text = f"pin:{member_id}:{pin}"
    return hmac.digest(settings.BADGE_PEPPER.encode(), text.encode(), hashlib.sha256)


def _is_obvious(pin: str) -> bool:
    """One or two digits all over, a row up or down, a pair or a half repeated, or a year."""
    steps = {int(after) - int(before) for before, after in zip(pin, pin[1:], strict=False)}
    half = len(pin) // 2
    is_year = len(pin) == 4 and pin[:2] in ("19", "20")
    is_repeated = pin == pin[:half] * 2 or pin == pin[:2] * half
    return steps in ({0}, {1}, {-1}) or is_repeated or is_year or pin == "0852" or pin == "2580"
