"""Looks for a slot on many machines at once: reads in few statements, lets the rules choose."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bookings.facts import Known, know
from bookings.models import Booking
from bookings.rules.finding import Place, Search, Wanted, find
from bookings.rules.gaps import REACH
from bookings.rules.sharing import PERIOD, used
from equipment.models import Machine
from members.models import Member

# What took time from others: it took place, it runs, or nobody came.
USED = (Booking.State.RUNNING, Booking.State.DONE, Booking.State.CONFIRMED, Booking.State.NO_SHOW)


def search(
    *,
    member: Member | None,
    machines: Sequence[Machine],
    wanted: Wanted,
    now: datetime,
    most: int = 1,
) -> Search:
    """The best slots for `member` (None: a visitor) on these machines; two statements.

    `machines` come with select_related("tool_class__requires", "space").
    """
    if not machines:
        return Search()
    known = know_places(member.pk if member else None, machines, wanted.ends, now)
    use = use_of_machines([machine.pk for machine in machines], now)
    return find(places_of(known, machines, use), wanted, most)


def know_places(
    member_id: int | None, machines: Iterable[Machine], until: datetime, now: datetime
) -> Known:
    """All about these machines from now on, as one member meets them; one statement."""
    return know(
        member_id=member_id, machines=machines, starts=now, ends=max(until, now) + REACH, now=now
    )


def places_of(
    known: Known, machines: Iterable[Machine], use: Mapping[int, timedelta] | None = None
) -> list[Place]:
    nothing = timedelta(0)
    return [
        Place(machine.pk, known.facts(machine), (use or {}).get(machine.pk, nothing))
        for machine in machines
    ]


def use_of_machines(machine_ids: Iterable[int], now: datetime) -> dict[int, timedelta]:
    """How long each machine was used in the last 30 days; one statement."""
    return _use("machine", now, machine__in=machine_ids)


def use_by_members(
    member_ids: Iterable[int], tool_class_id: int, now: datetime
) -> dict[int, timedelta]:
    """How long each member used machines of the kind in the last 30 days; one statement."""
    return _use("member", now, member__in=member_ids, machine__tool_class=tool_class_id)


def _use(whose: str, now: datetime, **whom: object) -> dict[int, timedelta]:
    recent = Booking.objects.filter(state__in=USED, starts__lt=now, ends__gt=now - PERIOD)
    rows = recent.filter(**whom).order_by().values_list(whose, "starts", "ends")
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    for key, starts, ends in rows:
        spans.setdefault(key, []).append((starts, ends))
    return {key: used(own, now) for key, own in spans.items()}
