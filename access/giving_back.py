"""Time that was booked and is not used: given back when a session ended early or stood idle.

By the clock and from what is written, so that it comes to pass whatever restarted in between.
"""

from datetime import datetime, timedelta

from access.models import Session
from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import finish

AT_ONCE = ("idle",)
KEPT = ("finished", "stopped")  # so long as the tool class says


def give_back(now: datetime) -> int:
    """Finish the bookings whose members have left early; how many."""
    count = 0
    for booking in _left(now):
        try:
            finish(booking=booking, by=None, now=now)
        except Refused:
            continue  # ended meanwhile
        count += 1
    return count


def _left(now: datetime) -> list[Booking]:
    """Running, not over, and whoever was at it has ended it by hand or left it idle."""
    used = Booking.objects.filter(purpose=Booking.Purpose.USE)  # a class goes on without one
    running = used.filter(state=Booking.State.RUNNING, ends__gt=now, starts__lte=now)
    ended = running.filter(sessions__end_reason__in=(*AT_ONCE, *KEPT)).distinct()
    found = ended.select_related("machine__tool_class", "machine__space", "member")
    return [booking for booking in found if _is_due(booking, now)]


def _is_due(booking: Booking, now: datetime) -> bool:
    last = Session.objects.filter(booking=booking).order_by("-offered_at", "-pk").first()
    if last is None or last.ended_at is None:
        return False
    if last.end_reason in AT_ONCE or (last.end_reason in KEPT and last.ends_when_idle):
        return True
    keep = booking.machine.tool_class.keep_minutes
    if last.end_reason not in KEPT or keep is None:
        return False
    return last.ended_at + timedelta(minutes=keep) <= now
