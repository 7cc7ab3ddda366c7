"""Bookings that a closure or lockout fell over: found, told once, answered, and over again.

Found by comparing facts (bookings.causes), each minute and right after what a page did, so that no
room below needs to know. A booking stays as it is until its member answers or it has begun.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from bookings.causes import Ahead, Cause, bookings_ahead, causes_of
from bookings.errors import Refused
from bookings.models import Booking, Disruption
from bookings.services import claims, history
from bookings.services.cancelling import cancel
from bookings.services.changes import move
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member


def find_disruptions(*, now: datetime) -> int:
    """Make the open disruptions equal what is in the way now; how many were found or settled."""
    ahead = bookings_ahead(now)
    causes = causes_of(ahead, now)
    standing = {row.booking_id: row for row in _open()}
    found = _by_member([each for each in ahead if each.pk in causes.keys() - standing], causes)
    for (member_id, cause), hit in found.items():
        _disrupt(member_id, cause, hit, now)
    gone = [row for pk, row in standing.items() if pk not in causes]
    for row in gone:
        _settle(row, now)
    _point_at([row for pk, row in standing.items() if pk in causes], causes)
    return sum(len(hit) for hit in found.values()) + len(gone)


def _open() -> list[Disruption]:
    rows = Disruption.objects.filter(answered_at=None)
    return list(rows.select_related("booking__machine__space", "booking__member"))


def _by_member(
    hit: Iterable[Ahead], causes: dict[int, Cause]
) -> dict[tuple[int, Cause], list[Ahead]]:
    """What one member is told in one message: all that one cause is in the way of."""
    groups: dict[tuple[int, Cause], list[Ahead]] = defaultdict(list)
    for each in sorted(hit, key=lambda each: each.starts):
        groups[each.member_id, causes[each.pk]].append(each)
    return groups


@transaction.atomic
def _disrupt(member_id: int, cause: Cause, hit: Sequence[Ahead], now: datetime) -> None:
    """Write the disruptions of one member and one cause, and the one message about them."""
    claims.lock(member_id)
    bookings = _unchanged(hit)
    if not bookings:
        return
    rows = [
        Disruption(
            booking=booking,
            why=cause.why[:120],
            found_at=now,
            **{f"{cause.column}_id": cause.pk},
        )
        for booking in bookings
    ]
    Disruption.objects.bulk_create(rows)
    for booking in bookings:
        history.log(booking, "disrupt", by=None, now=now, why=cause.why)
    first = rows[0]
    history.tell(
        first.booking,
        "booking-disrupted",
        now,
        key=f"booking-disrupted:{first.public_id}",
        disruption=str(first.public_id),
        why=first.why,
        others=len(rows) - 1,
    )


def _unchanged(hit: Sequence[Ahead]) -> list[Booking]:
    """Those that nobody moved, cancelled or found since they were read; the member is locked."""
    versions = {each.pk: each.sequence for each in hit}
    found = Disruption.objects.filter(answered_at=None).values("booking")
    rows = Booking.objects.filter(pk__in=versions).exclude(pk__in=found)
    rows = rows.select_related("machine__space", "member").order_by("starts")
    return [row for row in rows if row.sequence == versions[row.pk]]


@transaction.atomic
def _settle(row: Disruption, now: datetime) -> None:
    """Nothing is in the way any more, or the time has come, or its member cancelled it unasked.

    Told only where the booking stands ahead as it was: who changed it knows.
    """
    booking = row.booking
    is_cancelled = booking.state == Booking.State.CANCELLED
    answer = Disruption.Answer.RELEASED if is_cancelled else Disruption.Answer.OVER
    if not _answer(row, answer, by=None, now=now):
        return
    if booking.is_open and booking.starts > now and booking.updated_at <= row.found_at:
        key = f"disruption-over:{row.public_id}"
        history.tell(booking, "disruption-over", now, key=key, why=row.why)


def _point_at(rows: Iterable[Disruption], causes: dict[int, Cause]) -> None:
    """Where one cause went and another came, the member is asked still, and not told twice."""
    for row in rows:
        cause = causes[row.booking_id]
        if getattr(row, f"{cause.column}_id") != cause.pk:
            pointers: dict[str, object] = dict.fromkeys(
                ("closure_id", "machine_closure_id", "lockout_id")
            )
            pointers |= {f"{cause.column}_id": cause.pk, "why": cause.why[:120]}
            Disruption.objects.filter(pk=row.pk, answered_at=None).update(**pointers)


@transaction.atomic
def answer_disruption(
    *,
    disruption: Disruption,
    by: Member,
    now: datetime,
    to: tuple[Machine, datetime] | None = None,
) -> Disruption:
    """Move the booking to a machine and start, for as long as it was; without, give it back.

    Judged like every other booking, but its short notice is nobody's fault: neither the notice to
    book nor the one to move is asked for, and what is given back is never late. Raises Refused.
    """
    booking = disruption.booking
    if disruption.answered_at is not None or not causes_of(bookings_ahead(now, [booking.pk]), now):
        raise Refused(_settled(booking))
    if to is None:
        answer = Disruption.Answer.RELEASED
        cancel(booking=booking, by=by, now=now, why=disruption.why, displaced=True)
    else:
        answer = _make_way(booking, *to, by=by, now=now)
    if not _answer(disruption, answer, by=by, now=now):
        raise Refused(_settled(booking))
    return disruption


def _make_way(
    booking: Booking, machine: Machine, starts: datetime, *, by: Member, now: datetime
) -> Disruption.Answer:
    if (machine, starts) == (booking.machine, booking.starts):
        raise Refused(Reason("still-in-the-way", {"machine": machine.name}))
    ends = starts + (booking.ends - booking.starts)
    is_sibling = machine != booking.machine and starts == booking.starts
    move(
        booking=booking,
        starts=starts,
        ends=ends,
        machine=machine,
        by=by,
        now=now,
        displaced=True,
    )
    return Disruption.Answer.SIBLING if is_sibling else Disruption.Answer.TIME


def _settled(booking: Booking) -> Reason:
    return Reason("disruption-settled", {"booking": str(booking.public_id)})


def _answer(row: Disruption, answer: str, *, by: Member | None, now: datetime) -> bool:
    """False where somebody was faster."""
    row.answer, row.answered_at, row.answered_by = answer, now, by
    still_open = Disruption.objects.filter(pk=row.pk, answered_at=None)
    return bool(still_open.update(answer=answer, answered_at=now, answered_by=by))
