"""Which way a reader sends numbers: found by one badge that is tapped, whose number is printed.

What was tapped is known by its hash alone. So every way in which a reader could have sent the
printed number is tried against it, and no number is kept for the purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from access.models import AccessEvent, Device
from members.services import badge_hash, read_badge
from members.services.badges import FORMATS, BadgeError, normalise_badge

RECENT = timedelta(minutes=5)
HEX_DIGITS = (8, 14, 20)  # of 4, 7 and 10 bytes, ISO 14443-3
DIGITS = range(4, 13)  # to which readers fill up decimal numbers with zeros


@dataclass(frozen=True, slots=True)
class Found:
    """When the badge was tapped, None where none was; and the formats that make the two equal."""

    at: datetime | None
    formats: tuple[str, ...] = ()


def find_format(device: Device, printed: str, now: datetime) -> Found:
    """Compares the newest tap of the last minutes with what is printed, in hex or in decimal."""
    taps = AccessEvent.objects.filter(device=device, kind="tap", at__gt=now - RECENT, at__lte=now)
    newest = taps.order_by("-id").first()
    if newest is None or newest.badge_hash is None:
        return Found(None)
    sent = _sent(printed, device.badge_format, bytes(newest.badge_hash))
    meant = set(_meant(printed))
    fitting = (fmt for fmt in FORMATS if sent is not None and read_badge(sent, fmt) in meant)
    return Found(newest.at, tuple(fitting))


def _meant(printed: str) -> Iterator[str]:
    """The number in upper hex, as printed in hex or in decimal.

    Digits alone are decimal, unless there are as many of them as hex digits in a number.
    """
    is_decimal = printed.strip().isdecimal() and len(printed.strip()) not in HEX_DIGITS
    for fmt in ("decimal",) if is_decimal else ("hex", "decimal"):
        try:
            yield normalise_badge(printed, fmt)
        except BadgeError:
            continue


def _sent(printed: str, read_as: str, tapped: bytes) -> str | None:
    """What the reader sent, if it was this number in one of the ways there are."""
    for number in _meant(printed):
        for sent in _ways(number):
            if badge_hash(read_badge(sent, read_as)) == tapped:
                return sent
    return None


def _ways(number: str) -> Iterator[str]:
    """A number in hex, as readers send it."""
    yield number
    yield normalise_badge(number, "reversed") if len(number) % 2 == 0 else number
    decimal = str(int(number, 16))
    for digits in DIGITS:
        yield decimal.zfill(digits)
