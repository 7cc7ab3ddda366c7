"""Being there: check-in when a booking begins, and finishing it before its time is up."""

from datetime import datetime, timedelta

from django.db import transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import claims, history
from bookings.services.offering import time_freed
from equipment import eligibility
from equipment.facts import facts_for
from equipment.models import Machine
from equipment.reason import Reason
from equipment.services import record_use
from equipment.services.watches import tell_free
from members.models import AccessEpoch, Member


@transaction.atomic
def check_in(*, booking: Booking, by: Member | None, now: datetime, tap: bool = False) -> Booking:
    """Say that the member is there. By `tap` it was decided already; a page is judged here.

    Twice is once. Raises Refused when it is too early, over, or the member may not use it now.
    It claims no time and so locks the booking alone: a tap never waits for somebody who books.
    """
    booking = claims.row_locked(booking)
    if booking.state == Booking.State.RUNNING:
        return booking
    claims.still_open(booking, now)
    claims.settled(booking)
    if not tap:
        _may_start(booking, booking.machine, now)
    return start(booking, by=by, now=now, tap=tap)


def start(booking: Booking, *, by: Member | None, now: datetime, tap: bool) -> Booking:
    """Write that it runs; the caller holds the locks and has decided."""
    before = history.snapshot(booking)
    booking.state = Booking.State.RUNNING
    booking.checked_in_at, booking.checked_in_by_tap, booking.lapses_at = now, tap, None
    booking.updated_at = now
    booking.save(
        update_fields=["state", "checked_in_at", "checked_in_by_tap", "lapses_at", "updated_at"]
    )
    history.log(booking, "check_in", by=by, now=now, before=before, tap=tap)
    if not tap:  # else it counts as use once the machine runs
        record_use(member_id=booking.member_id, machine_id=booking.machine_id, now=now)
    return booking


@transaction.atomic
def was_there(*, booking: Booking, at: datetime, now: datetime) -> Booking:
    """The member came at `at`, as is heard only now: no no-show, whatever was written meanwhile.

    Time that was given back is not claimed again. Twice is once.
    """
    booking = claims.row_locked(booking)
    if booking.checked_in_at is not None:
        return booking
    before = history.snapshot(booking)
    booking.checked_in_at, booking.checked_in_by_tap, booking.lapses_at = at, True, None
    if booking.state == Booking.State.CONFIRMED and now < booking.ends:
        booking.state = Booking.State.RUNNING
    elif booking.state == Booking.State.NO_SHOW:
        booking.state = Booking.State.DONE
    history.touch(booking, now)
    booking.save()
    history.log(booking, "check_in", by=None, now=now, before=before, tap=True)
    return booking


def _may_start(booking: Booking, machine: Machine, now: datetime) -> None:
    named = {"machine": machine.name, "machine_slug": machine.slug}
    if machine.has_interlock:
        raise Refused(Reason("tap-instead", named))
    opens = booking.starts - timedelta(minutes=machine.tool_class.early_start_minutes)
    if now < opens:
        raise Refused(
            Reason("check-in-too-early", named | {"starts": booking.starts, "opens": opens})
        )
    others = Booking.objects.standing(now).touching(now, booking.starts).exclude(pk=booking.pk)
    if now < booking.starts and others.filter(machine=machine, starts__lte=now).exists():
        raise Refused(
            Reason(
                "check-in-too-early", named | {"starts": booking.starts, "opens": booking.starts}
            )
        )
    judge = facts_for(member_id=booking.member_id, machines=[machine], now=now)[machine.pk]
    if reasons := eligibility.missing(judge, now):
        raise Refused(*reasons)


@transaction.atomic
def finish(*, booking: Booking, by: Member | None, now: datetime) -> Booking:
    """End it now and give the rest back; its buffer still holds. Twice is once."""
    booking = claims.locked(booking)
    if booking.state == Booking.State.DONE:
        return booking
    claims.still_open(booking, now)
    claims.settled(booking)
    if booking.state != Booking.State.RUNNING and now < booking.starts:
        raise Refused(Reason("not-begun", {"starts": booking.starts}))
    before = history.snapshot(booking)
    _end(booking, booking.machine, now)
    history.touch(booking, now)
    booking.save()
    history.log(booking, "finish", by=by, now=now, before=before)
    if by is not None and by != booking.member:
        history.tell(booking, "booking-changed", now, **history.by_other(booking, by))
    time_freed(booking.machine_id, now)
    _tell_watchers(booking, now)
    AccessEpoch.bump()
    return booking


def _tell_watchers(booking: Booking, now: datetime) -> None:
    """The machine is free before its time, unless the next one begins at once."""
    at = booking.blocked_until if booking.holds else now
    later = Booking.objects.standing(now).filter(machine=booking.machine, blocked_until__gt=at)
    following = later.exclude(pk=booking.pk).order_by("starts").first()
    if following is None or following.starts > at:
        until = following.starts if following else None
        tell_free(machine=booking.machine, at=at, until=until)


def _end(booking: Booking, machine: Machine, now: datetime) -> None:
    """Cut the claim at now. One finished before its start is given back whole."""
    booking.state, booking.ended_at, booking.lapses_at = Booking.State.DONE, now, None
    if now <= booking.starts:
        booking.holds = False
        return
    buffer = timedelta(minutes=machine.tool_class.buffer_minutes)
    booking.ends, booking.blocked_until = now, min(booking.blocked_until, now + buffer)
    booking.holds = booking.blocked_until > now
