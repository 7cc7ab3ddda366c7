"""Several claims at once, as in a series or a group: read, written and changed in few statements.

Shared by the services, used by nobody else. The caller holds the member's lock and the machines'.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bookings.facts import Known, know
from bookings.models import Answer, Booking
from bookings.rules import Facts, Slot, needs_approval
from bookings.rules.gaps import REACH
from bookings.services import claims, history
from bookings.services.expiry import lapse_stale
from bookings.services.offering import time_freed
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member
from members.services import record_all

WRITTEN = ["machine", "starts", "ends", "blocked_until", "lapses_at", "sequence", "updated_at"]


@dataclass(frozen=True, slots=True)
class Move:
    """Where one of several bookings goes."""

    booking: Booking
    machine: Machine
    slot: Slot


def known_of(
    member_id: int,
    machines: Collection[Machine],
    slots: Collection[Slot],
    now: datetime,
    changing: Collection[Booking] = (),
) -> Known:
    """All that the rules may know about all the slots, in one statement; none of them is fine."""
    return know(
        member_id=member_id,
        machines=machines,
        starts=min((slot.starts for slot in slots), default=now),
        ends=max((slot.ends for slot in slots), default=now) + REACH,
        now=now,
        changing=changing,
    )


def known_under_lock(
    member_id: int,
    machines: Collection[Machine],
    slots: Collection[Slot],
    now: datetime,
    changing: Collection[Booking] = (),
) -> Known:
    """The same, after what has lapsed on the machines was cleared out of the way."""
    known = known_of(member_id, machines, slots, now, changing)
    if known.stale:
        lapse_stale(now=now, machine_ids=known.stale)
    return known


def lock_rows(rows: QuerySet[Booking]) -> None:
    """Lock the bookings themselves, too: a check-in locks its booking alone, and no machine."""
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def noted(reasons: Iterable[Reason], **params: object) -> list[Reason]:
    """The reasons, each saying whose it is: of which day, or of which machines."""
    return [Reason(reason.code, {**reason.params, **params}) for reason in reasons]


def claim(
    member: Member, machine: Machine, slot: Slot, facts: Facts, *, note: str, **fields: Any
) -> Booking:
    """One of them, not yet written; staff are asked first where the policy says so."""
    asks = needs_approval(facts, slot)
    booking = Booking(
        member=member,
        state=Booking.State.REQUESTED if asks else Booking.State.CONFIRMED,
        note=note,
        created_at=facts.now,
        updated_at=facts.now,
        **fields,
    )
    claims.set_times(booking, machine, slot.starts, slot.ends)
    return booking


def write(
    bookings: Sequence[Booking],
    answers: Mapping[int, str],
    *,
    by: Member,
    now: datetime,
    **more: Any,
) -> None:
    """Insert what the rules allow, with the history of each; `more` is told beside it."""
    Booking.objects.bulk_create(bookings)
    Answer.objects.bulk_create(
        Answer(booking=booking, question_id=question, text=text)
        for booking in bookings
        for question, text in answers.items()
        if text.strip()
    )
    _log("book", bookings, {}, by=by, now=now, **more)


def place(moves: Sequence[Move], *, by: Member, now: datetime, **more: Any) -> None:
    """Write all to their new places. One may take the place that another leaves: for a moment
    none of them holds, and NoOverlap judges them where they stand in the end.
    """
    before = {move.booking.pk: history.snapshot(move.booking) for move in moves}
    _freed([move.booking for move in moves], now)
    rows = Booking.objects.filter(pk__in=before)
    rows.update(holds=False)
    for move in moves:
        claims.set_times(move.booking, move.machine, move.slot.starts, move.slot.ends)
        history.touch(move.booking, now)
    Booking.objects.bulk_update([move.booking for move in moves], WRITTEN)
    rows.update(holds=True)
    _log("move", [move.booking for move in moves], before, by=by, now=now, **more)


def cancel(bookings: Sequence[Booking], *, by: Member, now: datetime, **more: Any) -> None:
    """Give all back."""
    before = {booking.pk: history.snapshot(booking) for booking in bookings}
    for booking in bookings:
        booking.state, booking.holds, booking.ended_at = Booking.State.CANCELLED, False, now
        history.touch(booking, now)
    fields = ["state", "holds", "ended_at", "sequence", "updated_at"]
    Booking.objects.bulk_update(bookings, fields)
    _freed(bookings, now)
    _log("cancel", bookings, before, by=by, now=now, **more)


def _freed(bookings: Iterable[Booking], now: datetime) -> None:
    """Where they are is free from now on."""
    for machine_id in sorted({booking.machine_id for booking in bookings}):
        time_freed(machine_id, now)


def _log(
    verb: str,
    bookings: Sequence[Booking],
    before: dict[int, dict[str, Any]],
    *,
    by: Member,
    now: datetime,
    **more: Any,
) -> None:
    told = [
        (booking, before.get(booking.pk, {}), history.snapshot(booking) | more)
        for booking in bookings
    ]
    record_all(actor=by, verb=verb, told=told, at=now, on_behalf_of=bookings[0].member)
