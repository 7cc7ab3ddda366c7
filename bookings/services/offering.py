"""Free time is offered to those who wait for it, one wish after the other.

An offer is a booking in that state: it holds the slot until it lapses. Each is made in a
transaction of its own, judged under the locks. Nothing here remembers what was freed: whatever is
free now is offered, so that a process that dies in between leaves nothing behind but a minute.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bookings.finding import know_places, places_of, use_by_members
from bookings.models import Booking, Wait
from bookings.rules import Slot, refusals
from bookings.rules.finding import Place, Wanted, find, has_room, without
from bookings.rules.hours import Interval
from bookings.rules.sharing import Waiting, in_order
from bookings.services import claims, history
from equipment.models import Machine, ToolClass
from members.models import AccessEpoch

ANSWER = timedelta(minutes=5)  # the least time that anybody gets to answer
AT_ONCE = 5  # wishes looked at right after time was freed; the worker sees to the others

State = Booking.State


def time_freed(machine_id: int, now: datetime) -> None:
    """Once this transaction has committed, offer the machine's free time to whoever waits."""
    transaction.on_commit(partial(_offer_machine, machine_id, now), robust=True)


def _offer_machine(machine_id: int, now: datetime) -> int:
    machine = _in_use().filter(pk=machine_id).first()
    if machine is None:
        return 0
    wishes = Wait.objects.waiting(now).filter(tool_class=machine.tool_class_id)
    wishes = wishes.filter(space=machine.space_id)
    return _offer_all(machine.tool_class, wishes, [machine], now, most=AT_ONCE)


def offer_next(*, tool_class: ToolClass, space_id: int, now: datetime) -> int:
    """Offer what is free of a kind in a space to those who wait for it; how many offers."""
    machines = list(_in_use().filter(tool_class=tool_class, space=space_id))
    wishes = Wait.objects.waiting(now).filter(tool_class=tool_class, space=space_id)
    return _offer_all(tool_class, wishes, machines, now)


def offer_everywhere(*, now: datetime) -> int:
    """The same for every kind and space that somebody waits for; how many offers."""
    pairs = Wait.objects.waiting(now).order_by().values_list("tool_class", "space").distinct()
    kinds = ToolClass.objects.in_bulk([tool_class for tool_class, _space in pairs])
    return sum(
        offer_next(tool_class=kinds[tool_class], space_id=space, now=now)
        for tool_class, space in pairs
    )


def _in_use() -> QuerySet[Machine]:
    rows = Machine.objects.filter(retired_at=None)
    return rows.select_related("tool_class__requires", "space").order_by("pk")


# --- the queue -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """A wait with what it has been offered before: that time it gets no second time."""

    row: Wait
    turned_down: Sequence[tuple[int, Interval]] = ()  # by machine
    used: timedelta = timedelta(0)  # of the kind by its member, where that decides

    def places(self, places: Iterable[Place]) -> list[Place]:
        """Where it may be served."""
        return [
            without(place, self._not_again(place.machine_id))
            for place in places
            if self.row.machine_id in (None, place.machine_id)
        ]

    def _not_again(self, machine_id: int) -> list[Interval]:
        return [time for machine, time in self.turned_down if machine == machine_id]

    def wanted(self, now: datetime) -> Wanted:
        """What to look for; so far ahead that there is time to answer."""
        notice = timedelta(minutes=self.row.tool_class.notice_minutes)
        return Wanted(
            timedelta(minutes=self.row.minutes),
            max(self.row.starts, now + notice + ANSWER),
            self.row.ends,
        )


def queue_of(wishes: QuerySet[Wait], tool_class: ToolClass, now: datetime) -> list[Wish]:
    """These wishes for one kind, the next one first; two statements, three with a fair share."""
    rows = {wish.pk: wish for wish in wishes.select_related("member", "tool_class")}
    if not rows:
        return []
    offers: dict[int, list[Booking]] = defaultdict(list)
    for offer in Booking.objects.filter(wait__in=rows, holds=False):
        offers[offer.wait_id or 0].append(offer)
    use = _use(rows.values(), tool_class, now)
    waiting = [
        Waiting(
            row.pk,
            row.created_at,
            unanswered=sum(offer.state == State.LAPSED for offer in offers[row.pk]),
            used=use.get(row.member_id, timedelta(0)),
        )
        for row in rows.values()
    ]
    return [
        Wish(rows[one.wish], _times(offers[one.wish]), one.used)
        for one in in_order(waiting, fair_share=tool_class.fair_share)
    ]


def _use(wishes: Iterable[Wait], tool_class: ToolClass, now: datetime) -> dict[int, timedelta]:
    """What each of these members has used of the kind, where it matters."""
    if not tool_class.fair_share:
        return {}
    return use_by_members({wish.member_id for wish in wishes}, tool_class.pk, now)


def _times(offers: Iterable[Booking]) -> list[tuple[int, Interval]]:
    return [(offer.machine_id, (offer.starts, offer.ends)) for offer in offers]


# --- the offers ----------------------------------------------------------------------------------


def _offer_all(
    tool_class: ToolClass,
    wishes: QuerySet[Wait],
    machines: Sequence[Machine],
    now: datetime,
    most: int | None = None,
) -> int:
    """Go down the queue. Whoever could not be served anyhow costs no statement."""
    queue = queue_of(wishes, tool_class, now)
    if not queue or not machines:
        return 0
    free = partial(_free, machines, max(wish.row.ends for wish in queue), now)
    offered, asked, places = 0, 0, free()
    for wish in queue:
        if not has_room(wish.places(places), wish.wanted(now)):
            continue
        if asked == most:
            break
        asked += 1
        if _offer_best(wish, machines, now):
            offered, places = offered + 1, free()
    return offered


def _free(machines: Sequence[Machine], until: datetime, now: datetime) -> list[Place]:
    """The machines as a visitor meets them: hours and claims, and nothing about anybody."""
    return _to_offer(places_of(know_places(None, machines, until, now), machines))


def _to_offer(places: Iterable[Place]) -> list[Place]:
    return [replace(place, facts=replace(place.facts, is_offer=True)) for place in places]


def _offer_best(wish: Wish, machines: Sequence[Machine], now: datetime) -> bool:
    """Offer the wish the best slot there is for its member; False where the rules allow none."""
    known = know_places(wish.row.member_id, machines, wish.row.ends, now)
    places = wish.places(_to_offer(places_of(known, machines)))
    found = find(places, wish.wanted(now)).found
    if not found:
        return False
    machine = next(machine for machine in machines if machine.pk == found[0].machine_id)
    try:
        return _offer(wish.row, machine, found[0].slot, now)
    except IntegrityError:
        return False  # somebody was faster; the worker looks again


@transaction.atomic
def _offer(wish: Wait, machine: Machine, slot: Slot, now: datetime) -> bool:
    """Hold the slot for the wish. False where either is no longer what it was."""
    claims.lock(wish.member_id, machine.pk)
    facts = claims.facts_under_lock(wish.member_id, machine, slot, now)
    if refusals(replace(facts, is_offer=True), slot):
        return False
    if not wish.become(Wait.State.OFFERED, now):
        return False
    offer = Booking(
        member=wish.member,
        wait=wish,
        state=State.OFFERED,
        origin=Booking.Origin.WAITLIST,
        created_at=now,
        updated_at=now,
    )
    claims.set_times(offer, machine, slot.starts, slot.ends)
    offer.lapses_at = answer_by(machine.tool_class, slot, now)
    offer.save(force_insert=True)
    history.log(offer, "offer", by=None, now=now)
    history.tell(offer, "slot-offered", now, until=offer.lapses_at.isoformat())
    AccessEpoch.bump()  # it may cut short what somebody has beyond the end of their own
    return True


def answer_by(policy: ToolClass, slot: Slot, now: datetime) -> datetime:
    """When an offer lapses: never later than the slot may still be booked."""
    kept = max(ANSWER, timedelta(minutes=policy.offer_minutes))
    return min(now + kept, slot.starts - timedelta(minutes=policy.notice_minutes))
