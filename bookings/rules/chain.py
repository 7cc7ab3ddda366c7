"""Back-to-back bookings of one member on one machine are one stretch. PURE."""

from collections.abc import Iterable
from datetime import datetime

from bookings.rules.hours import Interval


def chain_end(own: Iterable[Interval], at: datetime) -> datetime | None:
    """Until when the stretch that covers `at` goes on without a break; None where none does."""
    end: datetime | None = None
    for starts, ends in sorted(own):
        if end is None:
            end = ends if starts <= at < ends else None
        elif starts <= end:
            end = max(end, ends)
    return end
