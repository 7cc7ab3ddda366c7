"""What the pages of the waitlist show: one's own wishes and offers, and the queues. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Wait
from bookings.pages import Pill
from bookings.services.offering import queue_of
from equipment.models import ToolClass
from equipment.words import length
from members.models import Member, Space
from members.permissions import is_staff

PAST = 10  # wishes that are over, on one page
State = Wait.State

PILLS = {
    State.SERVED: ("", "check", _("Served")),
    State.WITHDRAWN: ("", "x", _("Withdrawn")),
    State.PASSED: ("", "none", _("Nothing came free")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A wish as a page shows it. `offer`: what is kept for it now."""

    wish: Wait
    took: str
    offer: Booking | None = None
    pill: Pill | None = None
    used: str = ""

    @property
    def is_slot(self) -> bool:
        """Whether it asks for one time and no other."""
        return self.wish.ends - self.wish.starts == timedelta(minutes=self.wish.minutes)


def mine(member: Member, now: datetime) -> dict[str, Any]:
    """Offers first, because they expire; then wishes, then what became of the last ones."""
    rows = Wait.objects.filter(member=member).select_related("machine", "tool_class", "space")
    standing = list(rows.standing(now).order_by("starts"))
    offers = _offers(standing, now)
    lines = [_line(wish, offers.get(wish.pk)) for wish in standing]
    over = rows.exclude(pk__in=[wish.pk for wish in standing]).order_by("-updated_at")[:PAST]
    return {
        "offers": [line for line in lines if line.offer],
        "wishes": [line for line in lines if not line.offer],
        "over": [_line(wish, pill=_pill(wish)) for wish in over],
        "now": now,
    }


def _offers(wishes: Iterable[Wait], now: datetime) -> dict[int, Booking]:
    """What stands on offer, by wish; an offer that has lapsed is none, whoever saw it."""
    rows = Booking.objects.standing(now).filter(wait__in=wishes, state=Booking.State.OFFERED)
    return {offer.wait_id or 0: offer for offer in rows.select_related("machine__space")}


def _line(wish: Wait, offer: Booking | None = None, **more: Any) -> Line:
    return Line(wish, length(wish.minutes), offer, **more)


def _pill(wish: Wait) -> Pill:
    """One whose window is over has passed, whether or not the worker saw it."""
    kind, icon, word = PILLS.get(State(wish.state), PILLS[State.PASSED])
    return Pill(kind, icon, str(word))


# --- for staff -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queue:
    """Everybody who waits for one kind in one space, the next one first."""

    space: Space
    tool_class: ToolClass
    lines: list[Line]


def queues(staff: Member, now: datetime) -> list[Queue]:
    """Those of the spaces whose desk this person works at."""
    spaces = [space for space in Space.objects.order_by("name") if is_staff(staff, space)]
    standing = Wait.objects.standing(now).filter(space__in=spaces)
    pairs = standing.order_by().values_list("space", "tool_class").distinct()
    by_space = {space.pk: space for space in spaces}
    kinds = ToolClass.objects.in_bulk([kind for _space, kind in pairs])
    found = [_queue(by_space[space], kinds[kind], now) for space, kind in pairs]
    return sorted(found, key=lambda queue: (queue.space.name, queue.tool_class.order))


def _queue(space: Space, tool_class: ToolClass, now: datetime) -> Queue:
    rows = Wait.objects.standing(now).filter(space=space, tool_class=tool_class)
    queue = queue_of(rows.select_related("machine", "space"), tool_class, now)
    offers = _offers([wish.row for wish in queue], now)
    return Queue(
        space,
        tool_class,
        [
            _line(
                wish.row, offers.get(wish.row.pk), used=length(int(wish.used.total_seconds()) // 60)
            )
            for wish in queue
        ],
    )
