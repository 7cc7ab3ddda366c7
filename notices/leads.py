"""How long beforehand to remind people: the narrowest lead that still covers what is left. PURE."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def lead(left: timedelta, leads: Iterable[timedelta]) -> timedelta | None:
    """The shortest of `leads` that is at least `left`; None when it is too early, or too late.

    A worker that slept through the long lead thus sends the short reminder alone.
    """
    if left <= timedelta(0):
        return None
    return min((each for each in leads if left <= each), default=None)


def reminder_key(what: str, pk: int, ends: datetime, each: timedelta) -> str:
    """Names one reminder of one date: a date that moves is a new fact, and told again."""
    return f"{what}-{pk}-{ends:%Y%m%dT%H%M}-{each // timedelta(hours=1)}h"
