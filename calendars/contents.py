"""The whole file of a feed: which bookings and what else belongs in it, by its kind."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from bookings.models import Booking
from calendars import claims, ics, outages, papers
from calendars.claims import Scope
from calendars.entries import Style
from calendars.models import Feed
from calendars.titles import title
from calendars.versions import Found
from calendars.window import Window
from equipment.models import Certification, Machine
from members.models import Member

Kind, Purpose = Feed.Kind, Booking.Purpose


def body(found: Found, now: datetime) -> bytes:
    """The file, in the owner's language."""
    feed = Feed.objects.live().get(pk=found.pk)
    window = Window.at(now, found.zone)
    with translation.override(found.language):
        events = [*_booked(feed, found, window, now), *_else(feed, found, window)]
        return ics.calendar(title(feed), address(feed), events)


def address(feed: Feed) -> str:
    return f"{settings.BASE_URL}{reverse('calendars:feed', args=[feed.token])}"


def _booked(feed: Feed, found: Found, window: Window, now: datetime) -> list[bytes]:
    scope = _scope(feed, window)
    if scope is None:
        return []
    style = Style(
        language=found.language,
        privacy=found.privacy,
        is_own=feed.kind in Feed.OWN,
        alarm_minutes=found.alarm_minutes,
        base_url=settings.BASE_URL,
    )
    return claims.events(scope, style, window, now)


def _else(feed: Feed, found: Found, window: Window) -> Iterable[bytes]:
    """What is no booking."""
    if feed.kind == Kind.MAINTENANCE and feed.space:
        says_why = found.privacy > Feed.Privacy.BUSY
        entries: Iterable[ics.Entry] = outages.entries(feed.space, window, says_why=says_why)
    elif feed.kind == Kind.CERTIFICATIONS and feed.member:
        entries = papers.entries(feed.member, window)
    else:
        return ()
    return [ics.event(entry, found.alarm_minutes) for entry in entries]


def _scope(feed: Feed, window: Window) -> Scope | None:
    """Which bookings it tells; None: none at all."""
    if feed.kind == Kind.CERTIFICATIONS:
        return None
    if feed.kind == Kind.MINE:
        return Scope.of_member(_owner(feed).pk)
    if feed.kind == Kind.SESSIONS:
        return Scope.of_member(_owner(feed).pk, Purpose.INDUCTION)
    machines = MACHINES[Kind(feed.kind)](feed, window.tonight)
    purpose = PURPOSES.get(Kind(feed.kind), "")
    ids = list(machines.order_by("pk").values_list("pk", flat=True))
    return Scope.of_machines(ids, window.starts, purpose)


def _owner(feed: Feed) -> Member:
    if feed.member is None:
        raise ValueError(f"a feed of {feed.kind} has an owner")
    return feed.member


def _to_learn(feed: Feed, at: datetime) -> QuerySet[Machine]:
    """Machines in use whose certification the owner lacks; of the home space, if there is one."""
    member = _owner(feed)
    held = Certification.objects.valid(at).filter(member=member)
    machines = Machine.objects.filter(retired_at=None, tool_class__requires__isnull=False)
    if member.space_id is not None:
        machines = machines.filter(space=member.space_id)
    return machines.exclude(tool_class__requires__in=held.values("type"))


PURPOSES = {Kind.MAINTENANCE: Purpose.MAINTENANCE, Kind.INDUCTIONS: Purpose.INDUCTION}
MACHINES: dict[Feed.Kind, Callable[[Feed, datetime], QuerySet[Machine]]] = {
    Kind.MACHINE: lambda feed, _at: Machine.objects.filter(feeds=feed),
    Kind.TOOL_CLASS: lambda feed, _at: Machine.objects.filter(
        tool_class=feed.tool_class_id, space=feed.space_id
    ),
    Kind.SPACE: lambda feed, _at: Machine.objects.filter(space=feed.space_id),
    Kind.MAINTENANCE: lambda feed, _at: Machine.objects.filter(space=feed.space_id),
    Kind.INDUCTIONS: _to_learn,
}
