"""What becomes of inductions by time: too few by the deadline, and the reminders."""

from datetime import datetime, timedelta

from django.db import transaction

from notices.leads import lead
from training.models import Attendee, Induction
from training.services import history, seats
from training.services.keeping_out import free_seats
from training.services.planning import cancel_induction

LEADS = (timedelta(hours=24), timedelta(hours=2))


def settle_due(*, now: datetime) -> int:
    """Where sign-up has closed: it takes place if enough signed up, else it is called off."""
    planned = Induction.objects.filter(state=Induction.State.PLANNED, confirmed_at=None)
    due = planned.filter(closes_at__lte=now, starts__gt=now)
    settled = [_settle(induction, now) for induction in due]
    return len(settled)


def seat_due(*, now: datetime) -> int:
    """Seats that are free go to those who wait and may come by now; how many were given."""
    waited_for = Induction.objects.coming(now).filter(attendees__state=Attendee.State.WAITING)
    return sum(_seat(induction, now) for induction in waited_for.distinct())


@transaction.atomic
def _seat(induction: Induction, now: datetime) -> int:
    induction = history.locked(induction)
    seated = seats.fill(induction, now)
    if seated:
        seats.admit(induction, now)
    return len(seated)


@transaction.atomic
def _settle(induction: Induction, now: datetime) -> None:
    """Judged once, under the lock: whoever withdraws later calls nothing off."""
    induction = history.locked(induction)
    if induction.state != Induction.State.PLANNED or induction.confirmed_at is not None:
        return
    if induction.closes_at > now:  # moved meanwhile
        return
    free_seats(induction, now)
    if induction.attendees.seated().count() < induction.minimum:
        cancel_induction(induction=induction, by=None, now=now)
        return
    induction.confirmed_at = now
    induction.save(update_fields=["confirmed_at"])
    history.log(induction, "confirm_induction", by=None, now=now)


def remind_of_inductions(*, now: datetime) -> None:
    """Post one reminder per lead and start. Whoever signed up within the lead knows it."""
    soon = Attendee.objects.filter(
        state=Attendee.State.SIGNED_UP,
        induction__state=Induction.State.PLANNED,
        induction__starts__gt=now,
        induction__starts__lte=now + max(LEADS),
    )
    for attendee in soon.select_related(
        "member", "induction__space", "induction__type", "induction__certifier"
    ):
        starts = attendee.induction.starts
        each = lead(starts - now, LEADS)
        if each and attendee.asked_at <= starts - each:
            once = f"{starts:%Y%m%dT%H%M}:{each // timedelta(hours=1)}h"
            history.tell(attendee, "induction-reminder", now, once=once)
