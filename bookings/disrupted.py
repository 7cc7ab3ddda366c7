"""Bookings that have to make way, as pages show them: what is in the way, and who answered how."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bookings.models import Booking, Disruption
from bookings.services.history import read
from equipment.models import Lockout
from equipment.words import Told, tell
from members.models import Member, Space

SHOWN_FOR = timedelta(days=14)  # after it was settled
Answer = Disruption.Answer


@dataclass(frozen=True, slots=True)
class Line:
    """One disruption in the list of staff."""

    disruption: Disruption
    booking: Booking
    cause: str
    icon: str
    word: str
    detail: str


def cause_of(disruption: Disruption) -> str:
    """What is in the way, as a sentence; the machine and space as they were."""
    if disruption.is_personal:
        return own_cause(disruption).text
    machine = disruption.booking.machine
    told = {"machine": machine, "space": machine.space, "why": disruption.why.rstrip(".")}
    if disruption.lockout_id:
        return _("%(machine)s is locked out: %(why)s.") % told
    if disruption.machine_closure_id:
        return _("%(machine)s cannot be used then: %(why)s.") % told
    return _("%(space)s is closed then: %(why)s.") % told


def own_cause(disruption: Disruption) -> Told:
    """Why its member may not use it then, and what they can do about it."""
    return tell(read(disruption.reason), disruption.booking.machine.space.tz)


def open_for(booking: Booking) -> Disruption | None:
    """What its member is still asked about."""
    return booking.disruptions.filter(answered_at=None).first()


def asked_of(member: Member) -> QuerySet[Disruption]:
    """All that a member is still asked about, the soonest first."""
    rows = Disruption.objects.filter(answered_at=None, booking__member=member)
    return rows.select_related("booking__machine__space").order_by("booking__starts")


def others_of(disruption: Disruption) -> QuerySet[Disruption]:
    """What else the same member is asked about."""
    return asked_of(disruption.booking.member).exclude(pk=disruption.pk)


def waiting_in(space: Space) -> QuerySet[Disruption]:
    """What nobody has answered yet, the soonest first."""
    rows = Disruption.objects.filter(answered_at=None, booking__machine__space=space)
    return rows.order_by("booking__starts")


def of_lockout(lockout: Lockout) -> tuple[int, int]:
    """How many bookings it was in the way of, and how many of them are settled."""
    rows = Disruption.objects.filter(lockout=lockout).values_list("answered_at", flat=True)
    return len(rows), sum(answered_at is not None for answered_at in rows)


def groups(space: Space, now: datetime) -> list[tuple[str, list[Line]]]:
    """What waits in a space under what is in its way, then what was settled lately."""
    rows = Disruption.objects.filter(booking__machine__space=space)
    rows = rows.filter(Q(answered_at=None) | Q(answered_at__gt=now - SHOWN_FOR))
    rows = rows.select_related("booking__member", "booking__machine__space", "answered_by")
    waiting, settled = rows.filter(answered_at=None), rows.exclude(answered_at=None)
    found: dict[str, list[Line]] = {}
    for row in waiting.order_by("booking__starts"):
        found.setdefault(cause_of(row), []).append(_line(row))
    done = [_line(row) for row in settled.order_by("-answered_at")]
    return [*found.items(), *([(_("Settled in the last two weeks"), done)] if done else [])]


def _line(row: Disruption) -> Line:
    told = row, row.booking, cause_of(row)
    if row.answered_at is None:
        return Line(*told, "hour", _("No answer yet"), "")
    icon = {Answer.OVER: "check", Answer.RELEASED: "x", Answer.PASSED: "x"}.get(
        Answer(row.answer), "right"
    )
    return Line(*told, icon, capfirst(str(Answer(row.answer).label)), _by(row))


def _by(row: Disruption) -> str:
    """Who answered, where it was somebody else than the booking's member."""
    by = row.answered_by
    return by.name if by is not None and by != row.booking.member else ""


def thanks(disruption: Disruption) -> str:
    """What became of it, for whoever chose."""
    if disruption.is_personal and disruption.answer == Answer.RELEASED:
        return _("Given back.")
    if disruption.answer == Answer.RELEASED:
        return _("Given back. It counts as nobody's cancellation.")
    return _("Moved. Your calendar follows.")


def is_mine(disruption: Disruption, member: Member) -> bool:
    return disruption.booking.member_id == member.pk
