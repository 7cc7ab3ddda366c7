"""Inductions as pages show them: the seats left, one's own, and what stands against it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking
from bookings.pages import Pill
from equipment.ladder import Need, lacks
from equipment.ladder_words import lack_words
from equipment.models import CertificationType, Machine
from equipment.standings import read_graph, standings_of
from equipment.words import Told, tell
from members.models import Member
from training import rules
from training.facts import facts_for
from training.models import Attendee, Induction
from training.permissions import runs

MOST_LISTED = 100
State = Attendee.State


@dataclass(frozen=True, slots=True)
class Line:
    """One of the list: an induction, the reader's own place and whether they run it."""

    induction: Induction
    place: Attendee | None
    pill: Pill
    runs: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who has a seat or waits, and what still keeps them from being certified there."""

    member: Member
    public_id: UUID
    lacks: list[str]


def coming(member: Member, now: datetime, type: str = "") -> list[Line]:
    """What a member may look at, those that run on included, in three queries."""
    rows = Induction.objects.filter(state=Induction.State.PLANNED, ends__gt=now).whole()
    rows = rows.filter(type__slug=type) if type else rows
    seats = Count("attendees", filter=Q(attendees__state__in=Attendee.SEATED))
    return _lines(rows.annotate(taken=seats)[:MOST_LISTED], member, now)


def to_finish(member: Member, now: datetime) -> list[Line]:
    """What is over, and not finished by those who run it."""
    rows = Induction.objects.filter(state=Induction.State.PLANNED, ends__lte=now).whole()
    seats = Count("attendees", filter=Q(attendees__state__in=Attendee.SEATED))
    lines = _lines(rows.annotate(taken=seats)[:MOST_LISTED], member, now)
    return [line for line in lines if line.runs]


def types_offered(now: datetime) -> list[CertificationType]:
    """To filter by."""
    offered = Induction.objects.filter(state=Induction.State.PLANNED, ends__gt=now)
    return list(CertificationType.objects.filter(pk__in=offered.values("type")))


def detail(induction: Induction, member: Member, now: datetime) -> dict[str, Any]:
    """The context of its page."""
    place = induction.attendees.open().filter(member=member).first()
    seated = list(induction.attendees.seated().select_related("member"))
    waiting = list(induction.attendees.waiting().select_related("member"))
    is_runner = runs(member, induction)
    lacking = lacks_of(induction, [*seated, *waiting], now) if is_runner else {}
    return {
        "induction": induction,
        "place": place,
        "pill": _pill(induction, place, len(seated), now),
        "refusals": [] if place else refusals(induction, member, now),
        "left": max(induction.capacity - len(seated), 0),
        "machines": machines_of(induction),
        "may_withdraw": place is not None and _may_withdraw(place, induction, now),
        "runs": is_runner,
        "may_add": is_runner
        and induction.state == Induction.State.PLANNED
        and induction.ends > now,
        "is_open": induction.state == Induction.State.PLANNED and induction.starts > now,
        "has_begun": induction.state != Induction.State.CANCELLED and induction.starts <= now,
        "seated": [_seat(attendee, lacking) for attendee in seated],
        "waiting": [_seat(attendee, lacking) for attendee in waiting],
    }


def lacks_of(
    induction: Induction, attendees: Collection[Attendee], now: datetime
) -> dict[int, list[str]]:
    """By member, in words: what would refuse the outcome “passed”. In five queries."""
    graph, wanted = read_graph(), Need(induction.type.slug, induction.level)
    held = standings_of([attendee.member_id for attendee in attendees], now)
    return {
        pk: [lack_words(lack) for lack in lacks(graph, standing, wanted)]
        for pk, standing in held.items()
    }


def _seat(attendee: Attendee, lacking: Mapping[int, list[str]]) -> Seat:
    lacks = [] if attendee.certification_id else lacking.get(attendee.member_id, [])
    return Seat(attendee.member, attendee.public_id, lacks)


def refusals(induction: Induction, member: Member, now: datetime) -> list[Told]:
    reasons = rules.refusals(facts_for(induction=induction, member=member, now=now))
    return [tell(reason, induction.space.tz) for reason in reasons]


def machines_of(induction: Induction) -> list[Machine]:
    """Those that are held for it, or were."""
    given_back = (Booking.State.CANCELLED, Booking.State.NO_SHOW, Booking.State.LAPSED)
    held = Booking.objects.filter(group=induction.group).exclude(state__in=given_back)
    return list(Machine.objects.filter(pk__in=held.values("machine")))


def _may_withdraw(place: Attendee, induction: Induction, now: datetime) -> bool:
    if place.state == State.WAITING:
        return now < induction.starts
    return place.state == State.SIGNED_UP and now < induction.cancel_until


def _lines(rows: Iterable[Induction], member: Member, now: datetime) -> list[Line]:
    inductions = list(rows)
    own = Attendee.objects.open().filter(member=member, induction__in=inductions)
    places = {place.induction_id: place for place in own}
    return [
        Line(
            induction=induction,
            place=places.get(induction.pk),
            pill=_pill(induction, places.get(induction.pk), induction.taken, now),  # type: ignore[attr-defined]
            runs=runs(member, induction),
        )
        for induction in inductions
    ]


def _pill(induction: Induction, place: Attendee | None, taken: int, now: datetime) -> Pill:
    """One's own place, or how many are left."""
    if induction.state == Induction.State.CANCELLED:
        return Pill("fault", "x", _("Called off"))
    if place is not None:
        return _own_pill(place)
    if induction.starts <= now:
        return Pill("", "clock", _("Has begun") if now < induction.ends else _("Over"))
    left = induction.capacity - taken
    if left > 0:
        return Pill("", "free", ngettext("%d seat left", "%d seats left", left) % left)
    return Pill("", "hour", _("Full: you may wait"))


def _own_pill(place: Attendee) -> Pill:
    if place.outcome == Attendee.Outcome.PASSED:
        return Pill("you", "check", _("Passed"))
    words = {
        State.SIGNED_UP: ("you", "check", _("You have a seat")),
        State.WAITING: ("you", "hour", _("You wait for a seat")),
        State.ATTENDED: ("you", "check", _("You were there")),
        State.ABSENT: ("", "none", _("You were not there")),
    }
    return Pill(*words[State(place.state)])
