"""Planning an induction, changing it and calling it off; its machines come and go with it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import purposes
from equipment.models import CertificationType, Level, Machine
from equipment.reason import Reason
from members.models import Member, Space
from training.models import Attendee, Induction
from training.services import history, seats
from training.services.announcing import announce
from training.services.giving import may_give


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about an induction that may still be changed."""

    title: str
    starts: datetime
    ends: datetime
    closes_at: datetime
    cancel_until: datetime
    capacity: int
    minimum: int = 0
    notes: str = ""
    machines: Collection[Machine] = field(default_factory=tuple)

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = (
    "title", "starts", "ends", "closes_at", "cancel_until", "capacity", "minimum", "notes"
)  # fmt: skip


@transaction.atomic
def plan_induction(
    *,
    space: Space,
    type: CertificationType,
    certifier: Member,
    plan: Plan,
    by: Member,
    now: datetime,
    level: int = Level.FULL,
    needs: CertificationType | None = None,
    is_refresher: bool = False,
) -> Induction:
    """Announce it and claim its machines, all or nothing. Raises Refused with every reason."""
    _sound(plan, now)
    if plan.closes_at <= now:
        raise Refused(Reason("closes-too-soon", {"closed": plan.closes_at}))
    if level not in Induction.LEVELS or not may_give(certifier, type, plan.starts, now):
        raise _may_not(certifier, type)
    induction = Induction.objects.create(
        space=space,
        type=type,
        level=level,
        needs=needs,
        is_refresher=is_refresher,
        certifier=certifier,
        created_at=now,
        **plan.columns(),
    )
    _claim(induction, plan.machines, by=by, now=now)
    announce(now)
    history.log(induction, "plan_induction", by=by, now=now, **_told(plan))
    return induction


@transaction.atomic
def change_induction(
    *,
    induction: Induction,
    plan: Plan,
    by: Member,
    now: datetime,
    certifier: Member | None = None,
) -> Induction:
    """Change what it is, or when; whoever has a place is told of another time.

    `certifier` gives it from now on, and its machines are theirs; both are told. More seats are
    given to those who wait. Fewer than are taken are refused.
    """
    induction = history.locked(induction)
    _not_begun(induction, now)
    _sound(plan, now)
    taken = induction.attendees.seated().count()
    if plan.capacity < taken:
        raise Refused(Reason("seats-taken", {"taken": taken}))
    is_moved = (induction.starts, induction.ends) != (plan.starts, plan.ends)
    giver = induction.certifier
    is_handed = certifier is not None and certifier != giver
    wanted = {machine.pk for machine in plan.machines}
    if is_moved or is_handed or _machines(induction) != wanted:
        _release(induction, by=by, now=now)
        _hand(induction, certifier, plan, now)
        _write(induction, plan, is_moved)
        _claim(induction, plan.machines, by=by, now=now)
    else:
        _write(induction, plan, is_moved)
    announce(now)
    history.log(induction, "change_induction", by=by, now=now, **_told(plan))
    if is_moved:
        _tell_all(induction, "induction-changed", now)
    if is_handed:
        history.tell_handed(induction, giver, by, now)
    seats.fill(induction, now)
    seats.admit(induction, now)
    return induction


@transaction.atomic
def cancel_induction(
    *, induction: Induction, by: Member | None, now: datetime, why: str = ""
) -> Induction:
    """Call it off, tell everybody, free its machines. Twice is once.

    `by` None: too few had signed up.
    """
    induction = history.locked(induction)
    if induction.state == Induction.State.CANCELLED:
        return induction
    _not_begun(induction, now)
    induction.state, induction.ended_at = Induction.State.CANCELLED, now
    induction.save(update_fields=["state", "ended_at"])
    _release(induction, by=by, now=now, why=why)
    announce(now)
    history.log(induction, "cancel_induction", by=by, now=now, why=why)
    words = {"by": by.name if by else "", "why": why}
    _tell_all(induction, "induction-cancelled", now, **words)
    if by != induction.certifier:
        history.tell_certifier(induction, "induction-cancelled", now, **words)
    return induction


def _sound(plan: Plan, now: datetime) -> None:
    """Raise Refused for times and numbers that cannot be."""
    reasons = []
    if plan.ends <= plan.starts:
        reasons.append(Reason("ends-before-start"))
    if plan.starts <= now:
        reasons.append(Reason("in-the-past"))
    if not plan.capacity >= 1 or plan.minimum > plan.capacity:
        reasons.append(Reason("minimum-above-seats", {"seats": plan.capacity}))
    if reasons:
        raise Refused(*reasons)


def _may_not(certifier: Member, type: CertificationType) -> Refused:
    params = {"name": certifier.name, "certification": type.name}
    return Refused(Reason("may-not-certify", params))


def _hand(induction: Induction, to: Member | None, plan: Plan, now: datetime) -> None:
    """Somebody else gives it. Whoever has a place there is taught, and teaches nobody."""
    if to is None or to == induction.certifier:
        return
    if not may_give(to, induction.type, plan.starts, now):
        raise _may_not(to, induction.type)
    if induction.attendees.open().filter(member=to).exists():
        raise Refused(Reason("is-taught", {"name": to.name}))
    induction.certifier = to
    induction.save(update_fields=["certifier"])


def _not_begun(induction: Induction, now: datetime) -> None:
    if induction.state != Induction.State.PLANNED:
        raise Refused(Reason("induction-off"))
    if induction.starts <= now:
        raise Refused(Reason("induction-begun"))


def _write(induction: Induction, plan: Plan, is_moved: bool) -> None:
    columns = plan.columns()
    for name, value in columns.items():
        setattr(induction, name, value)
    if is_moved:
        induction.sequence += 1
        induction.confirmed_at = None  # its minimum counts anew
    induction.save(update_fields=[*columns, "sequence", "confirmed_at"])


def _machines(induction: Induction) -> set[int]:
    held = Booking.objects.filter(group=induction.group, holds=True)
    return set(held.values_list("machine_id", flat=True))


def _claim(
    induction: Induction, machines: Collection[Machine], *, by: Member, now: datetime
) -> None:
    purposes.claim(
        member=induction.certifier,
        machines=machines,
        starts=induction.starts,
        ends=induction.ends,
        purpose=Booking.Purpose.INDUCTION,
        group=induction.group,
        by=by,
        now=now,
        note=induction.title,
    )


def _release(induction: Induction, *, by: Member | None, now: datetime, why: str = "") -> None:
    member, group = induction.certifier, induction.group
    purposes.release(member=member, group=group, by=by, now=now, why=why)


def _tell_all(induction: Induction, kind: str, now: datetime, **more: Any) -> None:
    """Everybody who has a place or waits for one."""
    rows = Attendee.objects.open().filter(induction=induction).select_related("member")
    for attendee in rows:
        attendee.induction = induction
        history.tell(attendee, kind, now, **more)


def _told(plan: Plan) -> dict[str, Any]:
    """What the history says: times as isoformat."""
    told = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in plan.columns().items()
    }
    return told | {"machines": sorted(machine.name for machine in plan.machines)}
