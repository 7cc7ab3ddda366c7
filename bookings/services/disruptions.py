"""Bookings that something fell over: found, told once, answered, and over again.

Found by comparing facts (bookings.causes), each minute and right after what a page did, so that no
room below needs to know. A booking stays as it is until its member answers or it has begun; one
that its own member may not use goes to others in time, where nothing changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from bookings.causes import Ahead, Cause, bookings_ahead, causes_of
from bookings.errors import Refused
from bookings.models import Booking, Disruption
from bookings.rules.releasing import release_at
from bookings.services import claims, history
from bookings.services.cancelling import cancel, give_back
from bookings.services.changes import move
from bookings.services.waitlist import time_freed
from equipment.models import Machine
from equipment.reason import Reason
from equipment.words import Told, tell
from members.models import AccessEpoch, Member


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
    left = [row for pk, row in standing.items() if pk in causes]
    _point_at(left, causes, now)
    passed = sum(_pass_on(row, now) for row in left if is_due(row, now))
    return sum(len(hit) for hit in found.values()) + len(gone) + passed


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
        Disruption(booking=booking, found_at=now, **_pointing(cause, booking, now))
        for booking in bookings
    ]
    Disruption.objects.bulk_create(rows)
    for booking in bookings:
        history.log(booking, "disrupt", by=None, now=now, **_logged(cause))
    _ask(rows[0], cause, others=len(rows) - 1, now=now)


def _pointing(cause: Cause, booking: Booking, now: datetime) -> dict[str, object]:
    """The columns of a disruption that say what is in the way."""
    pointers: dict[str, object] = dict.fromkeys(("closure_id", "machine_closure_id", "lockout_id"))
    pointers |= {"why": cause.why[:120], "is_personal": cause.is_personal}
    if cause.reason is None:
        return pointers | {f"{cause.column}_id": cause.pk, "reason": {}, "release_at": None}
    return pointers | {
        "reason": history.told(cause.reason),
        "release_at": release_at(now, booking.starts),
    }


def _logged(cause: Cause) -> dict[str, Any]:
    if cause.reason is None:
        return {"why": cause.why}
    return {"refused": [history.told(cause.reason)]}


def _ask(row: Disruption, cause: Cause, *, others: int, now: datetime) -> None:
    """Tell the member of one cause, and what can be done."""
    asked = {"disruption": str(row.public_id), "others": others}
    if cause.reason is None:
        key = f"booking-disrupted:{row.public_id}"
        history.tell(row.booking, "booking-disrupted", now, key=key, why=row.why, **asked)
        return
    told = _worded(cause.reason, row.booking)
    history.tell(
        row.booking,
        "booking-at-risk",
        now,
        key=f"booking-at-risk:{row.public_id}",
        why=told.text,
        remedy=told.remedy,
        release_at=row.release_at.isoformat() if row.release_at else None,
        **asked,
    )


def _worded(reason: Reason, booking: Booking) -> Told:
    """In the language of its member, who reads it in a mail."""
    with translation.override(booking.member.language):
        return tell(reason, booking.machine.space.tz)


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


def _point_at(rows: Iterable[Disruption], causes: dict[int, Cause], now: datetime) -> None:
    """Where one cause went and another came, the member is asked still, and not told twice.

    But what was not personal and is now goes to others in time: of that they have to hear.
    """
    for row in rows:
        cause = causes[row.booking_id]
        if not _points_at(row, cause):
            _repoint(row, cause, now)


def _points_at(row: Disruption, cause: Cause) -> bool:
    if cause.is_personal:
        return row.is_personal and row.why == cause.why[:120]
    pointer: int | None = getattr(row, f"{cause.column}_id")
    return pointer == cause.pk


@transaction.atomic
def _repoint(row: Disruption, cause: Cause, now: datetime) -> None:
    pointers = _pointing(cause, row.booking, now)
    is_new = cause.is_personal and not row.is_personal
    if cause.is_personal and row.is_personal:
        pointers["release_at"] = row.release_at  # as its member was told
    if not Disruption.objects.filter(pk=row.pk, answered_at=None).update(**pointers):
        return
    for column, value in pointers.items():
        setattr(row, column, value)
    if is_new:
        _ask(row, cause, others=0, now=now)


# --- passing on ----------------------------------------------------------------------------------


def is_due(row: Disruption, now: datetime) -> bool:
    """Whether its member has had the time that they were told."""
    return row.is_personal and row.release_at is not None and row.release_at <= now


@transaction.atomic
def _pass_on(row: Disruption, now: datetime) -> bool:
    """Nobody answered: the time goes to whoever waits for it. Asked anew under the locks."""
    booking = claims.locked(row.booking)
    cause = causes_of(bookings_ahead(now, [booking.pk]), now).get(booking.pk)
    if cause is None or cause.reason is None:
        return False
    if not _answer(row, Disruption.Answer.PASSED, by=None, now=now):
        return False
    before = history.snapshot(booking)
    give_back(booking, now)
    booking.save(update_fields=["state", "holds", "ended_at", "sequence", "updated_at"])
    history.log(booking, "pass_on", by=None, now=now, before=before, **_logged(cause))
    why = _worded(cause.reason, booking).text
    history.tell(booking, "booking-passed-on", now, why=why)
    time_freed(booking.machine_id, now)
    AccessEpoch.bump()
    return True


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
    book nor the one to move is asked for, and what is given back is never late. Of what is
    personal both are: whoever rests their membership would else be free of them. Raises Refused.
    """
    booking = disruption.booking
    if disruption.answered_at is not None or not causes_of(bookings_ahead(now, [booking.pk]), now):
        raise Refused(_settled(booking))
    if to is None:
        answer = Disruption.Answer.RELEASED
        _give_back(disruption, by=by, now=now)
    else:
        answer = _make_way(booking, *to, by=by, now=now, displaced=not disruption.is_personal)
    if not _answer(disruption, answer, by=by, now=now):
        raise Refused(_settled(booking))
    return disruption


def _give_back(disruption: Disruption, *, by: Member, now: datetime) -> None:
    if disruption.is_personal:
        cancel(booking=disruption.booking, by=by, now=now)
    else:
        why = disruption.why
        cancel(booking=disruption.booking, by=by, now=now, why=why, displaced=True)


def _make_way(
    booking: Booking,
    machine: Machine,
    starts: datetime,
    *,
    by: Member,
    now: datetime,
    displaced: bool,
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
        displaced=displaced,
    )
    return Disruption.Answer.SIBLING if is_sibling else Disruption.Answer.TIME


def _settled(booking: Booking) -> Reason:
    return Reason("disruption-settled", {"booking": str(booking.public_id)})


def _answer(row: Disruption, answer: str, *, by: Member | None, now: datetime) -> bool:
    """False where somebody was faster."""
    row.answer, row.answered_at, row.answered_by = answer, now, by
    still_open = Disruption.objects.filter(pk=row.pk, answered_at=None)
    return bool(still_open.update(answer=answer, answered_at=now, answered_by=by))
