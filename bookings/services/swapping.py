"""Two bookings change places: each member keeps a row, and has the other's machine and time."""

from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Answer, Booking
from bookings.rules import Slot
from bookings.services import claims, history
from bookings.services.taking import refused_to
from equipment.models import Machine
from members.models import AccessEpoch, Member


def swap(*, first: Booking, second: Booking, by: Member, now: datetime) -> tuple[Booking, Booking]:
    """Exchange machine and time of two bookings, both or neither.

    They may be of one member or two, on one machine or two. Raises Refused with every reason
    against either of them.
    """
    try:
        return _swap(first, second, by=by, now=now)
    except IntegrityError as error:
        slot = Slot(second.starts, second.ends)
        raise claims.overlap_refusal(
            error, member=first.member, machine=second.machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _swap(first: Booking, second: Booking, *, by: Member, now: datetime) -> tuple[Booking, Booking]:
    first, second = claims.both_locked(first, second)
    exchange(first, second, by=by, now=now)
    for booking in (first, second):
        history.tell(booking, "booking-changed", now, **history.by_other(booking, by))
    AccessEpoch.bump()
    return first, second


def exchange(first: Booking, second: Booking, *, by: Member, now: datetime) -> None:
    """Write both to each other's places; the caller holds the locks, and tells whom it concerns."""
    both = (first, second)
    for booking in both:
        claims.may_change_hands(booking, now)
    reasons = [
        reason
        for booking, place in (both, both[::-1])
        for reason in refused_to(booking.member, place, by=by, now=now, changing=both)
    ]
    if reasons:
        raise Refused(*reasons)
    _exchange_answers(first, second)
    _place(((first, _place_of(second)), (second, _place_of(first))), by=by, now=now)


def _place_of(booking: Booking) -> tuple[Machine, Slot]:
    return booking.machine, Slot(booking.starts, booking.ends)


def _place(
    moves: tuple[tuple[Booking, tuple[Machine, Slot]], ...], *, by: Member, now: datetime
) -> None:
    """For a moment neither holds, so that one may take the place that the other leaves."""
    Booking.objects.filter(pk__in=[booking.pk for booking, _place in moves]).update(holds=False)
    names = [booking.member.name for booking, _place in moves]
    for (booking, (machine, slot)), other in zip(moves, reversed(names), strict=True):
        before = history.snapshot(booking)
        claims.set_times(booking, machine, slot.starts, slot.ends)
        history.touch(booking, now)
        booking.save()
        history.log(booking, "swap", by=by, now=now, before=before, other=other)


def _exchange_answers(first: Booking, second: Booking) -> None:
    """What was answered belongs to the kind of machine, and stays with it."""
    if first.machine.tool_class_id == second.machine.tool_class_id:
        return
    of_first = list(Answer.objects.filter(booking=first).values_list("pk", flat=True))
    Answer.objects.filter(booking=second).update(booking=first)
    Answer.objects.filter(pk__in=of_first).update(booking=second)
