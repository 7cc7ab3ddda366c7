"""How often an address may be asked, counted in Django's cache; without a shared cache, by process.

A right token is asked for by a few apps every few minutes; a wrong one, never a second time. Many
people may ask from one place, such as the makerspace itself: whoever guesses there stops the
guessing, and nobody's calendar that was read before.
"""

from datetime import datetime
from ipaddress import ip_address, ip_network

from django.core.cache import cache

OF_TOKEN = ("token", 120, 600)  # what, how many, in so many seconds
OF_GUESSES = ("guesses", 30, 600)
KNOWN_FOR = 24 * 60 * 60  # seconds; the slowest apps ask once a day
NEIGHBOURS = 64  # bits of an IPv6 address that a household shares (RFC 6177)

Limit = tuple[str, int, int]


def spend(limit: Limit, of: str, now: datetime) -> int:
    """Count one more; how many seconds to wait if that is too many, else 0."""
    _what, most, seconds = limit
    key = _key(limit, of, now)
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache was full, and forgot it at once
        return 0
    return _wait(limit, now) if count > most else 0


def spent(limit: Limit, of: str, now: datetime) -> int:
    """How many seconds to wait where the limit is reached already; counts nothing."""
    return _wait(limit, now) if cache.get(_key(limit, of, now), 0) >= limit[1] else 0


def know(token: str) -> None:
    """Remember that this token is right."""
    if not is_known(token):
        cache.set(f"calendars:known:{token}", True, KNOWN_FOR)


def is_known(token: str) -> bool:
    return bool(cache.get(f"calendars:known:{token}"))


def place_of(asker: str) -> str:
    """Where guesses come from: one IPv4 address, or all that one household has of IPv6."""
    try:
        address = ip_address(asker)
    except ValueError:  # a socket of this machine has none
        return asker
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ip_network((address, NEIGHBOURS), strict=False))


def _key(limit: Limit, of: str, now: datetime) -> str:
    what, _most, seconds = limit
    return f"calendars:{what}:{of}:{int(now.timestamp()) // seconds}"


def _wait(limit: Limit, now: datetime) -> int:
    """Until the next span of time begins."""
    return limit[2] - int(now.timestamp()) % limit[2]
