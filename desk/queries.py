"""The rows the pages are made of. Decides and words nothing."""

from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Min, QuerySet

from bookings.availability import reach
from bookings.facts import Known, know
from bookings.models import Booking
from desk.ruler import DAY, midnight
from equipment.models import Machine, ToolClass
from members.models import Member, Space

SIBLINGS = """
SELECT slug, name FROM equipment_machine
WHERE space_id = %s AND tool_class_id = %s AND retired_at IS NULL ORDER BY name LIMIT %s"""


def known_of(
    member: Member | None, machines: list[Machine], first: date, last: date, now: datetime
) -> Known:
    """What the judge must know of one member and many machines, and the hours of those days."""
    zone = machines[0].space.tz if machines else UTC
    return know(
        member_id=member.pk if member is not None else None,
        machines=machines,
        starts=midnight(first, zone),
        ends=midnight(last + DAY, zone) + max(DAY, reach(machines)),
        now=now,
        with_claims=False,
    )


def machines_in(space: Space) -> list[Machine]:
    """Machines in use, in the order of the board, ready for the judge's facts."""
    machines = list(Machine.objects.filter(space=space, retired_at=None))
    kinds = ToolClass.objects.select_related("requires").in_bulk(
        {machine.tool_class_id for machine in machines}
    )
    for machine in machines:  # a join would make each tool class as often as it has machines
        machine._state.fields_cache |= {
            "space": space,
            "tool_class": kinds[machine.tool_class_id],
        }
    return machines


def siblings_of(machine: Machine, most: int) -> list[tuple[str, str]]:
    """Slug and name of the first machines in use of the same kind and space, itself among them."""
    with connection.cursor() as cursor:
        cursor.execute(SIBLINGS, [machine.space_id, machine.tool_class_id, most])
        return list(cursor.fetchall())


def with_policy(rows: "QuerySet[Machine]") -> "QuerySet[Machine]":
    return rows.select_related("space", "tool_class__requires")


def coming_bookings(member: Member, now: datetime) -> "QuerySet[Booking]":
    """The member's bookings that are not over, with all a page says about them."""
    rows = Booking.objects.coming(now).filter(member=member).order_by("starts")
    return rows.select_related("machine__space", "machine__tool_class__requires")


def next_on(machine: Machine, now: datetime) -> "QuerySet[Booking]":
    """The claims on one machine that are not over."""
    rows = Booking.objects.coming(now).filter(machine=machine).order_by("starts")
    return rows.select_related("member")


def next_starts(machine_ids: list[int], now: datetime) -> dict[int, datetime]:
    """When the next claim on each machine starts, where one does."""
    rows = Booking.objects.standing(now).filter(machine__in=machine_ids, starts__gt=now)
    firsts = rows.order_by().values_list("machine").annotate(Min("starts"))
    return dict(firsts)


def recent_bookings(member: Member, now: datetime, most: int) -> "QuerySet[Booking]":
    """What the member did last, newest first: what one may want again."""
    done = Booking.objects.filter(member=member, ends__lte=now, state=Booking.State.DONE)
    return done.select_related("machine__space").order_by("-ends")[:most]
