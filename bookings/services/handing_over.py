"""Handing a booking to another member, perhaps for one of theirs: proposed, then accepted or not.

Nothing changes hands before the other accepts, and then the rules are asked for both. A proposal
about a booking that was changed, or has begun, is closed without anybody closing it.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Booking, HandOver
from bookings.rules import Slot
from bookings.services import answering, claims, history
from bookings.services.booking import create
from bookings.services.cancelling import give_back
from bookings.services.swapping import exchange
from bookings.services.taking import refused_to
from equipment.reason import Reason
from members.models import AccessEpoch, Member
from notices.services import post

State = Booking.State


# --- proposing -----------------------------------------------------------------------------------


@transaction.atomic
def propose_hand_over(
    *, booking: Booking, to: Member, by: Member, now: datetime, in_return: Booking | None = None
) -> HandOver:
    """Offer `booking` to somebody, perhaps for one of theirs. The same again is the same proposal.

    Whether the other may have it is asked when they accept: the answer is theirs to know.
    """
    booking = claims.locked(booking)
    claims.may_change_hands(booking, now)
    if to == booking.member:
        raise Refused(Reason("hand-over-to-oneself"))
    if in_return is not None and not _is_theirs(in_return, to, now):
        raise Refused(Reason("swap-gone", {"name": to.name}))
    if (standing := _standing(booking, now)) is not None:
        if (standing.to_id, standing.in_return) != (to.pk, in_return):
            raise Refused(Reason("hand-over-open", {"name": standing.to.name}))
        return standing
    row = HandOver(booking=booking, to=to, in_return=in_return, proposed_at=now)
    row.save(force_insert=True)
    history.log(booking, "propose", by=by, now=now, to=to.name)
    _post(row, to, "hand-over-proposed", now, by=booking.member.name)
    return row


def _is_theirs(booking: Booking, member: Member, now: datetime) -> bool:
    is_ahead = booking.state == State.CONFIRMED and booking.starts > now
    return is_ahead and booking.member_id == member.pk


def _standing(booking: Booking, now: datetime) -> HandOver | None:
    """The one proposal that stands; one that no longer does is put away."""
    rows = HandOver.objects.filter(booking=booking)
    standing = rows.standing(now).select_related("to", "in_return").first()
    if standing is None:
        rows.filter(answered_at=None).update(answered_at=now)
    return standing


# --- answering -----------------------------------------------------------------------------------


def accept_hand_over(
    *, hand_over: HandOver, by: Member, now: datetime, version: str | None = None
) -> Booking:
    """Take what was proposed. Returns the booking of whoever was asked; twice is once.

    `version` is that of the bookings as they were shown. Raises Refused with every reason.
    """
    try:
        return _accept(hand_over, version, by=by, now=now)
    except IntegrityError as error:
        place = hand_over.booking
        slot = Slot(place.starts, place.ends)
        raise claims.overlap_refusal(
            error, member=hand_over.to, machine=place.machine, slot=slot, now=now
        ) from error


@transaction.atomic
def _accept(hand_over: HandOver, version: str | None, *, by: Member, now: datetime) -> Booking:
    hand_over = _locked(hand_over)
    if hand_over.accepted:
        return _taken(hand_over)
    _stands(hand_over, version, now)
    giver = hand_over.booking.member
    if hand_over.in_return is not None:
        exchange(hand_over.booking, hand_over.in_return, by=by, now=now)
        history.tell(hand_over.in_return, "booking-changed", now)
    else:
        _hand_over(hand_over, by=by, now=now)
    _close(hand_over, now, accepted=True)
    _post(hand_over, giver, "hand-over-answered", now, by=hand_over.to.name, accepted=True)
    AccessEpoch.bump()
    return _taken(hand_over)


@transaction.atomic
def decline_hand_over(*, hand_over: HandOver, by: Member, now: datetime) -> HandOver:
    """Say no; or, by whoever proposed it, take it back. Twice is once."""
    hand_over = _locked(hand_over)
    if hand_over.answered_at is not None:
        return hand_over
    _close(hand_over, now, accepted=False)
    booking, is_asked = hand_over.booking, by == hand_over.to
    verb = "decline_hand_over" if is_asked else "withdraw"
    history.log(booking, verb, by=by, now=now, to=hand_over.to.name)
    if is_asked:
        _post(hand_over, booking.member, "hand-over-answered", now, by=by.name, accepted=False)
    return hand_over


def foreseen(*, hand_over: HandOver, by: Member, now: datetime) -> tuple[Reason, ...]:
    """What accepting would be refused for, before the click. Writes nothing."""
    place, back = hand_over.booking, hand_over.in_return
    changing = [place, back] if back else [place]
    asked = [(hand_over.to, place), *([(place.member, back)] if back else [])]
    return tuple(
        reason
        for member, of in asked
        for reason in refused_to(
            member, of, by=by, now=now, changing=changing, read=claims.facts_around
        )
    )


def _locked(hand_over: HandOver) -> HandOver:
    """The proposal as it is now, with all that it concerns locked: it and its bookings."""
    claims.lock_all(
        {hand_over.booking.member_id, hand_over.to_id},
        {booking.machine_id for booking in hand_over.bookings},
    )
    rows = Booking.objects.filter(pk__in=[booking.pk for booking in hand_over.bookings])
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return HandOver.objects.whole().get(pk=hand_over.pk)


def _stands(hand_over: HandOver, version: str | None, now: datetime) -> None:
    if not HandOver.objects.standing(now).filter(pk=hand_over.pk).exists():
        raise Refused(Reason("proposal-closed"))
    if version is not None and version != hand_over.version:
        raise Refused(Reason("changed-meanwhile"))


def _close(hand_over: HandOver, now: datetime, *, accepted: bool) -> None:
    hand_over.answered_at, hand_over.accepted = now, accepted
    hand_over.save(update_fields=["answered_at", "accepted"])


def _taken(hand_over: HandOver) -> Booking:
    """What whoever was asked has now."""
    if hand_over.in_return is not None:
        return hand_over.in_return
    return Booking.objects.get(member=hand_over.to, key=hand_over.public_id)


def _hand_over(hand_over: HandOver, *, by: Member, now: datetime) -> None:
    """The old booking is given back and a new one made, with no moment between for others."""
    old, to = hand_over.booking, hand_over.to
    if reasons := refused_to(to, old, by=by, now=now, changing=[old]):
        raise Refused(*reasons)
    before = history.snapshot(old)
    give_back(old, now)
    old.save(update_fields=["state", "holds", "ended_at", "sequence", "updated_at"])
    history.log(old, "hand_over", by=by, now=now, before=before, to=to.name)
    new = create(
        to,
        old.machine,
        Slot(old.starts, old.ends),
        by=by,
        now=now,
        origin=Booking.Origin.HANDOVER,
        key=hand_over.public_id,
        told={"giver": old.member.name},
    )
    answering.copy(old, new)
    history.tell(new, "booking-confirmed", now)


def _post(hand_over: HandOver, to: Member, kind: str, now: datetime, **more: Any) -> None:
    """Tell one of the two, in the facts of the booking and of the one asked for in return."""
    context = history.facts_of(hand_over.booking) | {"hand_over": str(hand_over.public_id)}
    if (back := hand_over.in_return) is not None:
        more |= {
            "return_machine": back.machine.name,
            "return_starts": back.starts.isoformat(),
            "return_ends": back.ends.isoformat(),
        }
    key = f"{kind}:{hand_over.public_id}"
    post(to=to, kind=kind, key=key, context=context | more, at=now)
