"""A tap at a door: a pulse for that tap alone, or the reason and when it opens. No session."""

import wire
from access.doors import Visit, refusals
from access.models import Door, DoorWindow
from access.records import Box, Context
from access.services.answers import in_words, person_of, record
from access.services.batch import Batch
from bookings.rules.hours import Opening, Shut
from equipment import eligibility
from equipment.reason import Reason
from members.models import Closure, Membership, Role
from members.permissions import STAFF


def door_of(box: Box) -> Door | None:
    """The door of a box that is on no machine. One statement, which no tap at a machine costs."""
    if box.machine_id is not None:
        return None
    return Door.objects.filter(device=box.id).select_related("space").first()


def knock(batch: Batch, context: Context, tap: wire.Tap, door: Door) -> None:
    """Exactly one line in the log and one answer. A repeat of it opens for the same tap only."""
    reasons = refusals(_visit(batch, context.member_id or 0, door), batch.now)
    person = person_of(batch, context)
    hello = Reason("door-open", {"name": person.first_name if person else ""})
    first = reasons[0] if reasons else hello
    message = wire.Answer(
        boot=tap.boot,
        nonce=tap.nonce,
        ok=not reasons,
        code=first.code,
        text=in_words(first, person, door.space.tz),
        pulse_ms=None if reasons else door.pulse_ms,
    )
    payload = batch.say(tap.device, message)
    record(batch, context, tap, first.code, ok=not reasons, payload=payload, reasons=reasons)


def _visit(batch: Batch, member_id: int, door: Door) -> Visit:
    known, now = batch.known, batch.now
    person = known.people.get(member_id)
    judge = eligibility.Facts(
        known_at=now,
        machine=door.name,
        machine_slug="",
        active=person is not None and person.active,
        memberships=tuple(known.memberships.get(member_id, ())),
        pauses=tuple(known.pauses.get(member_id, ())),
        holds=tuple(fact for _id, fact in known.holds.get(member_id, ())),
    )
    on = Membership.objects.filter(member=member_id).current(now).values("plan")
    rows = DoorWindow.objects.filter(door=door, plan__in=on)
    closures = Closure.objects.filter(space=door.space_id, ends__gt=now)
    return Visit(
        door=door.name,
        judge=judge,
        zone=door.space.tz,
        is_staff=_is_staff(member_id, door),
        windows=tuple(Opening(row.weekday, row.opens, row.closes) for row in rows),
        closures=tuple(Shut(row.starts, row.ends, row.reason) for row in closures),
    )


def _is_staff(member_id: int, door: Door) -> bool:
    roles = Role.objects.filter(member=member_id, kind__in=STAFF)
    return any(role.space_id in (None, door.space_id) for role in roles)
