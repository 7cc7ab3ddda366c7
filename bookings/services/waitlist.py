"""The waitlist: to ask for time that somebody else has, and to answer when it is offered.

A wish is served once. Its offer, taken, is an ordinary booking; declined or let lapse, the wish
waits on, and gets any time but that.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.facts import know
from bookings.models import Booking, Wait
from bookings.rules import Slot, needs_approval, refusals
from bookings.rules.finding import Wanted, hopeless
from bookings.services import answering, claims, history
from bookings.services.answering import Answers
from bookings.services.offering import offer_next, time_freed
from equipment.models import Machine, ToolClass
from equipment.reason import Reason
from members.models import AccessEpoch, Member, Space
from members.services import record

MOST_WISHES = 10  # of one member that stand at one time
LONGEST_WINDOW = timedelta(days=62)

__all__ = ["accept", "decline", "pass_over", "time_freed", "wait", "withdraw"]

State = Booking.State


# --- asking --------------------------------------------------------------------------------------


def wait(
    *,
    member: Member,
    tool_class: ToolClass,
    space: Space,
    starts: datetime,
    ends: datetime,
    minutes: int,
    by: Member,
    now: datetime,
    machine: Machine | None = None,
    key: uuid.UUID | None = None,
) -> Wait:
    """Ask for `minutes` within [starts, ends) on a machine, or on any of the kind in the space.

    What is free already is offered at once. Asking for the same again returns the wish there is.
    Raises Refused where no freed time could ever help.
    """
    window = Slot(starts, ends)
    wish = Wait(
        member=member,
        tool_class=tool_class,
        space=space,
        machine=machine,
        starts=starts,
        ends=ends,
        minutes=minutes,
        key=key,
        created_at=now,
        updated_at=now,
    )
    try:
        return _wait(wish, window, by=by, now=now)
    except IntegrityError:
        if key and (sent := Wait.objects.filter(member=member, key=key).first()):
            return sent
        raise


@transaction.atomic
def _wait(wish: Wait, window: Slot, *, by: Member, now: datetime) -> Wait:
    claims.lock(wish.member_id)
    if same := _same(wish, now):
        return same
    if reasons := _against(wish, window, now):
        raise Refused(*reasons)
    wish.save(force_insert=True)
    _log(wish, "wait", by=by, now=now)
    offering = partial(offer_next, tool_class=wish.tool_class, space_id=wish.space_id, now=now)
    transaction.on_commit(offering, robust=True)
    return wish


def _same(wish: Wait, now: datetime) -> Wait | None:
    return (
        Wait.objects.standing(now)
        .filter(
            member=wish.member,
            tool_class=wish.tool_class,
            space=wish.space,
            machine=wish.machine,
            starts=wish.starts,
            ends=wish.ends,
            minutes=wish.minutes,
        )
        .first()
    )


def _against(wish: Wait, window: Slot, now: datetime) -> list[Reason]:
    """Why waiting would be in vain: the window, the length, or the member."""
    if reasons := _against_window(wish, window, now):
        return reasons
    machine = wish.machine or _any_machine(wish)
    if machine is None:
        return [Reason("nothing-to-wait-for", {"tool_class": wish.tool_class.name})]
    known = know(
        member_id=wish.member_id,
        machines=[machine],
        starts=now,
        ends=now,
        now=now,
        with_claims=False,
    )
    wanted = Wanted(timedelta(minutes=wish.minutes), max(wish.starts, now), wish.ends)
    reasons = list(hopeless(known.facts(machine), wanted))
    standing = Wait.objects.standing(now).filter(member=wish.member).count()
    if standing >= MOST_WISHES:
        reasons.append(Reason("most-wishes", {"limit": MOST_WISHES}))
    return reasons


def _against_window(wish: Wait, window: Slot, now: datetime) -> list[Reason]:
    horizon = timedelta(days=wish.tool_class.horizon_days)
    took = timedelta(minutes=wish.minutes)
    if window.length < took or took <= timedelta(0):
        return [Reason("window-too-short", {"asked_minutes": wish.minutes})]
    if window.ends - took < now:
        return [Reason("in-the-past", {"starts": window.starts})]
    if window.length > LONGEST_WINDOW:
        return [Reason("window-too-long", {"days": LONGEST_WINDOW.days})]
    if window.starts > now + horizon:
        return [Reason("too-far-ahead", {"days": horizon.days, "latest": now + horizon})]
    return []


def _any_machine(wish: Wait) -> Machine | None:
    rows = Machine.objects.filter(tool_class=wish.tool_class, space=wish.space, retired_at=None)
    return rows.select_related("tool_class__requires", "space").first()


@transaction.atomic
def withdraw(*, wish: Wait, by: Member, now: datetime) -> Wait:
    """Wait no longer; what was offered is free for the next. Twice is once."""
    claims.lock(wish.member_id)  # from here on nobody makes it an offer
    offer = wish.offers.filter(state=State.OFFERED, holds=True).select_related("machine").first()
    if offer is not None and (held := claims.locked(offer)).state == State.OFFERED:
        _give_back(held, by=by, now=now)
    wish = Wait.objects.select_for_update(no_key=True).get(pk=wish.pk)
    if wish.state not in Wait.OPEN:
        return wish
    wish.become(Wait.State.WITHDRAWN, now)
    _log(wish, "withdraw", by=by, now=now)
    return wish


def pass_over(*, now: datetime) -> int:
    """Close the wishes whose window is over; how many. Nothing waits for it."""
    over = Wait.objects.filter(state=Wait.State.WAITING, ends__lte=now)
    return over.update(state=Wait.State.PASSED, updated_at=now)


# --- answering -----------------------------------------------------------------------------------


@transaction.atomic
def accept(*, offer: Booking, by: Member, now: datetime, answers: Answers | None = None) -> Booking:
    """Take what is offered: it is a booking from now on. Twice is once.

    `answers`, by the id of the question, to what the kind asks. Raises Refused with every reason
    against it; the offer then stands until it lapses.
    """
    booking = claims.locked(offer)
    if booking.state in (State.CONFIRMED, State.REQUESTED, State.RUNNING):
        return booking
    _still_offered(booking, now)
    slot = Slot(booking.starts, booking.ends)
    facts = claims.facts_under_lock(booking.member_id, booking.machine, slot, now, changing=booking)
    if reasons := refusals(replace(facts, is_offer=True, answers=answers or {}), slot):
        raise Refused(*reasons)
    before = history.snapshot(booking)
    booking.state = State.REQUESTED if needs_approval(facts, slot) else State.CONFIRMED
    claims.set_times(booking, booking.machine, slot.starts, slot.ends)
    history.touch(booking, now)
    booking.save()
    answering.keep(booking, facts.questions, answers or {})
    history.log(booking, "accept", by=by, now=now, before=before)
    is_confirmed = booking.state == State.CONFIRMED
    history.tell(booking, "booking-confirmed" if is_confirmed else "booking-requested", now)
    Wait.objects.filter(pk=booking.wait_id or 0).update(state=Wait.State.SERVED, updated_at=now)
    AccessEpoch.bump()
    return booking


@transaction.atomic
def decline(*, offer: Booking, by: Member, now: datetime) -> Booking:
    """Leave it to the next; the wish waits on for other time. Twice is once."""
    booking = claims.locked(offer)
    if booking.state == State.CANCELLED:
        return booking
    _still_offered(booking, now)
    _give_back(booking, by=by, now=now)
    return booking


def _give_back(offer: Booking, *, by: Member, now: datetime) -> None:
    before = history.snapshot(offer)
    offer.state, offer.holds, offer.ended_at = State.CANCELLED, False, now
    history.touch(offer, now)
    offer.save(update_fields=["state", "holds", "ended_at", "sequence", "updated_at"])
    history.log(offer, "decline", by=by, now=now, before=before)
    Wait.objects.wait_on(offer.wait_id or 0, now)
    time_freed(offer.machine_id, now)


def _still_offered(booking: Booking, now: datetime) -> None:
    claims.still_open(booking, now)
    if booking.state != State.OFFERED:
        raise Refused(Reason("not-offered"))


def _log(wish: Wait, verb: str, *, by: Member, now: datetime) -> None:
    after: dict[str, Any] = {
        "machine": wish.machine.name if wish.machine else "",
        "tool_class": wish.tool_class.name,
        "starts": wish.starts.isoformat(),
        "ends": wish.ends.isoformat(),
        "minutes": wish.minutes,
    }
    record(actor=by, verb=verb, subject=wish, at=now, after=after, on_behalf_of=wish.member)
