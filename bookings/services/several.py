"""Several claims at once, as in a series or a group: read, written and changed in few statements.

Shared by the services, used by nobody else. The caller holds the member's lock and the machines'.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from bookings.facts import Known, know
from bookings.models import Answer, Booking
from bookings.rules import Facts, Slot, needs_approval
from bookings.rules.gaps import REACH
from bookings.services import claims, history
from bookings.services.answering import rows_of
from bookings.services.cancelling import give_back, would_be_late
from bookings.services.changes import settle
from bookings.services.expiry import lapse_stale
from bookings.services.offering import time_freed
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member
from members.permissions import is_staff
from members.services import record_all

PLACE = ["machine", "starts", "ends", "blocked_until", "lapses_at"]
VERSION = ["state", "sequence", "updated_at"]


@dataclass(frozen=True, slots=True)
class Made:
    """One of several new bookings, and the facts by which it was allowed."""

    booking: Booking
    facts: Facts


@dataclass(frozen=True, slots=True)
class Move:
    """Where one of several bookings goes, and the facts by which it may."""

    booking: Booking
    machine: Machine
    slot: Slot
    facts: Facts


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


def unchanged(rows: Iterable[Booking], booking: Booking, sequence: int | None) -> None:
    """Raise Refused unless the one a page was about is the version it showed."""
    for row in rows:
        if row.pk == booking.pk:
            claims.unchanged(row, sequence)


def lock_rows(rows: QuerySet[Booking]) -> None:
    """Lock the bookings themselves, too: a check-in locks its booking alone, and no machine."""
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def noted(reasons: Iterable[Reason], **params: object) -> list[Reason]:
    """The reasons, each saying whose it is: of which day, or of which machines."""
    return [Reason(reason.code, {**reason.params, **params}) for reason in reasons]


def claim(
    member: Member,
    machine: Machine,
    slot: Slot,
    facts: Facts,
    *,
    by: Member,
    note: str,
    **fields: Any,
) -> Made:
    """One of them, not yet written; staff are asked first where the policy says so."""
    waits = needs_approval(facts, slot) and not is_staff(by, machine.space)
    booking = Booking(
        member=member,
        state=Booking.State.REQUESTED if waits else Booking.State.CONFIRMED,
        note=note,
        created_at=facts.now,
        updated_at=facts.now,
        **fields,
    )
    claims.set_times(booking, machine, slot.starts, slot.ends)
    return Made(booking, facts)


def write(made: Sequence[Made], *, by: Member, now: datetime, **more: Any) -> list[Booking]:
    """Insert what the rules allow, with the history of each; `more` is told beside it."""
    bookings = Booking.objects.bulk_create([one.booking for one in made])
    Answer.objects.bulk_create(
        row
        for one in made
        for row in rows_of(one.booking, one.facts.questions, one.facts.answers or {})
    )
    for state, verb in ((Booking.State.CONFIRMED, "book"), (Booking.State.REQUESTED, "request")):
        of_state = [booking for booking in bookings if booking.state == state]
        _log(verb, of_state, {}, by=by, now=now, **more)
    return bookings


def place(moves: Sequence[Move], *, by: Member, now: datetime, **more: Any) -> None:
    """Write all to their new places. One may take the place that another leaves: for a moment
    none of them holds, and NoOverlap judges them where they stand in the end.
    """
    bookings = [move.booking for move in moves]
    before = {booking.pk: history.snapshot(booking) for booking in bookings}
    _freed(bookings, now)
    rows = Booking.objects.filter(pk__in=before)
    rows.update(holds=False)
    for move in moves:
        settle(move.booking, move.facts, move.slot, by)
        claims.set_times(move.booking, move.machine, move.slot.starts, move.slot.ends)
        history.touch(move.booking, now)
    update(bookings, PLACE + VERSION)
    rows.update(holds=True)
    _log("move", bookings, before, by=by, now=now, **more)


def cancel(bookings: Sequence[Booking], *, by: Member | None, now: datetime, **more: Any) -> None:
    """Give all back; those that the member gives back too late are marked."""
    before = {booking.pk: history.snapshot(booking) for booking in bookings}
    for booking in bookings:
        booking.late = would_be_late(booking, by, now)
        give_back(booking, now)
    update(bookings, ["holds", "ended_at", "late", *VERSION])
    _freed(bookings, now)
    _log("cancel", bookings, before, by=by, now=now, **more)


def update(bookings: Sequence[Booking], names: Sequence[str]) -> None:
    """Write these columns of each row. Django's bulk_update builds one CASE for each column and
    row, which takes a second for a series of a year; the databases take the rows at once.
    """
    fields = [field for field in Booking._meta.concrete_fields if field.name in names]
    columns = ", ".join(f"{field.column} = %s" for field in fields)
    rows = [
        (
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields),
            row.pk,
        )
        for row in bookings
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE bookings_booking SET {columns} WHERE id = %s", rows)  # noqa: S608


def _freed(bookings: Iterable[Booking], now: datetime) -> None:
    """Where they are is free from now on."""
    for machine_id in sorted({booking.machine_id for booking in bookings}):
        time_freed(machine_id, now)


def _log(
    verb: str,
    bookings: Sequence[Booking],
    before: dict[int, dict[str, Any]],
    *,
    by: Member | None,
    now: datetime,
    **more: Any,
) -> None:
    if not bookings:
        return
    told = [
        (booking, before.get(booking.pk, {}), history.snapshot(booking) | more | _late(booking))
        for booking in bookings
    ]
    record_all(actor=by, verb=verb, told=told, at=now, on_behalf_of=bookings[0].member)


def _late(booking: Booking) -> dict[str, bool]:
    return {"late": True} if booking.late else {}


def waiting(bookings: Iterable[Booking]) -> dict[str, int]:
    """What a notice adds: how many of them staff have yet to approve."""
    requested = sum(booking.state == Booking.State.REQUESTED for booking in bookings)
    return {"requested": requested} if requested else {}
