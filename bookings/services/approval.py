"""Requests: staff of the space approve them or decline them, with words. Twice is once."""

from datetime import datetime

from django.db import transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import Slot, eligible_throughout
from bookings.services import claims, history
from bookings.services.cancelling import give_back
from bookings.services.offering import time_freed
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from members.permissions import is_staff

State = Booking.State


@transaction.atomic
def approve(
    *, booking: Booking, by: Member, now: datetime, words: str = "", sequence: int | None = None
) -> Booking:
    """Give the consent of the space. The judge is asked once more: a certification may have ended
    since. The policy is not: whoever approves has seen what it asks.
    """
    booking = _locked(booking, by)
    if booking.state == State.CONFIRMED:
        return booking
    _waiting(booking, sequence, now)
    slot = Slot(booking.starts, booking.ends)
    facts = claims.facts_under_lock(booking.member_id, booking.machine, slot, now, changing=booking)
    if reasons := eligible_throughout(facts, slot):
        raise Refused(*reasons)
    before = history.snapshot(booking)
    booking.state = State.CONFIRMED
    booking.lapses_at = claims.lapse_of(booking)
    history.touch(booking, now)
    _answer(booking, "approve", before, by=by, now=now, words=words)
    history.tell(booking, "booking-approved", now, by=by.name, why=words)
    return booking


@transaction.atomic
def decline(
    *, booking: Booking, by: Member, now: datetime, words: str, sequence: int | None = None
) -> Booking:
    """Say no, and give the time back."""
    booking = _locked(booking, by)
    if booking.state == State.CANCELLED:
        return booking
    _waiting(booking, sequence, now)
    before = history.snapshot(booking)
    give_back(booking, now)
    _answer(booking, "decline_request", before, by=by, now=now, words=words)
    time_freed(booking.machine_id, now)
    history.tell(booking, "booking-declined", now, by=by.name, why=words)
    return booking


def _locked(booking: Booking, by: Member) -> Booking:
    booking = claims.locked(booking)
    if not is_staff(by, booking.machine.space):
        raise Refused(Reason("staff-only", {"space": booking.machine.space.name}))
    return booking


def _waiting(booking: Booking, sequence: int | None, now: datetime) -> None:
    claims.unchanged(booking, sequence)
    claims.still_open(booking, now)
    if booking.state != State.REQUESTED:
        raise Refused(Reason("changed-meanwhile"))


def _answer(
    booking: Booking, verb: str, before: dict[str, object], *, by: Member, now: datetime, words: str
) -> None:
    booking.save()
    more = {"why": words} if words else {}
    history.log(booking, verb, by=by, now=now, before=before, **more)
    AccessEpoch.bump()
