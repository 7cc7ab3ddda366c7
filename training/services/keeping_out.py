"""Who is to give an induction, or has a seat at one, and may not come as things stand.

Told at once; the seat is given to the next in line when sign-up closes, or at once after that.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from equipment.ladder import Graph, Kind, Need, Standing, lacks
from equipment.models import Level
from equipment.reason import Reason
from equipment.standings import read_graph, standing_of
from equipment.words import tell
from members.models import Member
from members.permissions import is_staff
from training import rules
from training.facts import facts_for
from training.models import Attendee, Induction
from training.services import history, seats
from training.services.giving import may_give

SIGNED_UP = Attendee.State.SIGNED_UP


@dataclass(frozen=True, slots=True)
class Missed:
    """What somebody is down for and may not do."""

    gives: tuple[Induction, ...] = ()
    seats: tuple[Attendee, ...] = ()

    def beyond(self, before: "Missed") -> "Missed":
        """What of it is new."""
        return Missed(
            tuple(one for one in self.gives if one not in before.gives),
            tuple(one for one in self.seats if one not in before.seats),
        )

    def __bool__(self) -> bool:
        return bool(self.gives or self.seats)


def missed_by(member: Member, now: datetime) -> Missed:
    """Of the inductions to come, the soonest first. `member` is read anew."""
    member = Member.objects.get(pk=member.pk)
    return Missed(
        tuple(
            one for one in _given(member, now) if not may_give(member, one.type, one.starts, now)
        ),
        tuple(row for row in _held(member, now) if against(row, now)),
    )


def missed_with(member: Member, standing: Standing, now: datetime) -> Missed:
    """What somebody with that `standing` could not do any more, and with their own can."""
    graph, own = read_graph(), standing_of(member, now)
    given = () if is_staff(member) else _given(member, now)
    return Missed(
        tuple(one for one in given if _certifies(own, one) and not _certifies(standing, one)),
        tuple(
            row
            for row in _held(member, now)
            if _is_ready(graph, own, row) and not _is_ready(graph, standing, row)
        ),
    )


def _given(member: Member, now: datetime) -> QuerySet[Induction]:
    return Induction.objects.coming(now).whole().filter(certifier=member)


def _held(member: Member, now: datetime) -> QuerySet[Attendee]:
    coming = Attendee.objects.filter(
        member=member, state=SIGNED_UP, induction__in=Induction.objects.coming(now)
    )
    return coming.select_related(
        "member", "induction__type", "induction__needs", "induction__space"
    ).order_by("induction__starts")


def _certifies(standing: Standing, induction: Induction) -> bool:
    slug = induction.type.slug
    return slug not in standing.suspended and standing.holds(Need(slug, Level.MAY_CERTIFY))


def _is_ready(graph: Graph, standing: Standing, seat: Attendee) -> bool:
    """What it builds on is there, and what the one session asks for besides."""
    induction = seat.induction
    lacking = lacks(graph, standing, Need(induction.type.slug, induction.level))
    if any(lack.kind in (Kind.PREREQUISITE, Kind.SUSPENDED) for lack in lacking):
        return False
    needs = induction.needs
    return needs is None or standing.holds(Need(needs.slug, min(Level)))


def against(attendee: Attendee, now: datetime) -> tuple[Reason, ...]:
    """Every reason why who has the place may not come, as things stand."""
    facts = facts_for(induction=attendee.induction, member=attendee.member, now=now)
    return rules.kept_out(facts)


def look_after_seats(*, now: datetime) -> int:
    """Tell those who may not come any more, and free what is due; how many seats were freed."""
    seated = Induction.objects.coming(now).filter(attendees__state=SIGNED_UP)
    return sum(_look_after(induction, now) for induction in seated.distinct())


@transaction.atomic
def _look_after(induction: Induction, now: datetime) -> int:
    return free_seats(history.locked(induction), now)


def free_seats(induction: Induction, now: datetime) -> int:
    """The same of one; the caller holds its lock."""
    freed = 0
    for attendee in induction.attendees.filter(state=SIGNED_UP).select_related("member"):
        attendee.induction = induction
        reasons = against(attendee, now)
        if reasons and now >= induction.closes_at:
            _free(attendee, reasons, now)
            freed += 1
        elif reasons:
            _tell(attendee, reasons, now)
    if freed:
        seats.fill(induction, now)
        seats.admit(induction, now)
    return freed


def _free(attendee: Attendee, reasons: tuple[Reason, ...], now: datetime) -> None:
    attendee.state, attendee.withdrawn_at = Attendee.State.CANCELLED, now
    attendee.save(update_fields=["state", "withdrawn_at"])
    history.log_of(attendee, "lose_seat", by=None, now=now, code=reasons[0].code)
    _tell(attendee, reasons, now, lost=True)


def _tell(
    attendee: Attendee, reasons: tuple[Reason, ...], now: datetime, *, lost: bool = False
) -> None:
    """Once while it can be mended, and once when the seat is gone."""
    with translation.override(attendee.member.language):
        told = tell(reasons[0], attendee.induction.space.tz)
    closes = attendee.induction.closes_at
    once = f"{closes:%Y%m%dT%H%M}:{'lost' if lost else 'warned'}"
    more = {"why": f"{told.text} {told.remedy}", "closes": closes.isoformat(), "lost": lost}
    history.tell(attendee, "induction-kept-out", now, once=once, **more)
