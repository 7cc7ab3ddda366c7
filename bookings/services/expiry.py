"""Expiry by time: what nobody answered or came for goes back, whether or not the worker runs."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from bookings.models import Booking, Wait
from bookings.services import history
from equipment.models import ToolClass

# What its member is told; an offer that nobody took is not worth a message.
LAPSE_NOTICES = {
    Booking.State.REQUESTED: "request-lapsed",
    Booking.State.CONFIRMED: "booking-missed",
}

BATCH = 200  # rows in one transaction, so that taps never wait for it


def lapse_stale(*, now: datetime, machine_ids: Collection[int] | None = None) -> int:
    """Release unanswered offers, requests and no-shows, of these machines or of all; how many.

    Everything that claims time calls it first, for its machines and in its own transaction.
    """
    stale = Booking.objects.stale(now).select_related("machine__space", "member")
    if machine_ids is not None:
        stale = stale.filter(machine__in=machine_ids)
    return sum(_lapse(booking, now) for booking in stale.order_by("lapses_at")[:BATCH])


@transaction.atomic
def _lapse(booking: Booking, now: datetime) -> bool:
    """False where it was checked in, moved or lapsed since it was read."""
    was = Booking.State(booking.state)
    before = history.snapshot(booking)
    booking.state = lapsed(was)
    history.touch(booking, now)
    won = (
        Booking.objects.stale(now)
        .filter(pk=booking.pk)
        .update(
            state=booking.state,
            holds=False,
            ended_at=F("lapses_at"),
            sequence=booking.sequence,
            updated_at=now,
        )
    )
    if not won:
        return False
    history.log(booking, "lapse", by=None, now=now, before=before)
    if was == Booking.State.OFFERED and booking.wait_id is not None:
        Wait.objects.wait_on(booking.wait_id, now)
    if kind := LAPSE_NOTICES.get(was):
        history.tell(booking, kind, now)
    return True


def lapsed(state: Booking.State) -> Booking.State:
    """What a claim in `state` becomes when its time is up: only what was confirmed is missed."""
    is_confirmed = state == Booking.State.CONFIRMED
    return Booking.State.NO_SHOW if is_confirmed else Booking.State.LAPSED


def close_over(*, now: datetime) -> int:
    """Mark what is over, buffer and overrun included, as done; how many. Nothing waits for it."""
    passed = now - _longest_overrun()
    over = Booking.objects.filter(holds=True, blocked_until__lte=passed, lapses_at=None)
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    return (
        Booking.objects.filter(pk__in=ids, holds=True, blocked_until__lte=passed)
        .exclude(state=Booking.State.OFFERED)
        .update(state=Booking.State.DONE, holds=False, ended_at=F("ends"))
    )


def _longest_overrun() -> timedelta:
    """Of any tool class: until then a member may still be at a machine after the end."""
    longest = ToolClass.objects.aggregate(longest=Max("overrun_minutes"))["longest"]
    return timedelta(minutes=longest or 0)
