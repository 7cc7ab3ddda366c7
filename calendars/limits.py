"""How often an address may be asked, counted in Django's cache; without a shared cache, by process.

A right token is asked for by a few apps every few minutes; a wrong one, never a second time.
"""

from datetime import datetime

from django.core.cache import cache

OF_TOKEN = ("token", 120, 600)  # what, how many, in so many seconds
OF_GUESSES = ("guesses", 30, 600)

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


def _key(limit: Limit, of: str, now: datetime) -> str:
    what, _most, seconds = limit
    return f"calendars:{what}:{of}:{int(now.timestamp()) // seconds}"


def _wait(limit: Limit, now: datetime) -> int:
    """Until the next span of time begins."""
    return limit[2] - int(now.timestamp()) % limit[2]
