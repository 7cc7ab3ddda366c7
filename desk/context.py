"""What every page's shell shows: the space, its hours now, the ways to go, and what is unread."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.rules.hours import Hours, open_intervals
from desk.links import page_url
from desk.places import shown_space
from desk.surroundings import NEXT_OPENING, surroundings
from desk.when import clock, moment_words
from members.models import Member, Space
from members.permissions import is_staff


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variable `shell`; lazy, so a page without a shell asks the database nothing."""
    return {"shell": Shell(request)}


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `short` is its word on phones."""

    url: str
    icon: str
    word: str
    short: str
    is_here: bool


class Shell:
    """Reads each thing when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def _member(self) -> Member | None:
        """Who is signed in; an error page may come before anybody has looked."""
        user = getattr(self._request, "user", None)
        return user if isinstance(user, Member) else None

    @cached_property
    def space(self) -> Space | None:
        return shown_space(self._request)

    @cached_property
    def space_name(self) -> str:
        return self.space.name if self.space else ""

    @cached_property
    def space_line(self) -> str:
        if self.space is None:
            return ""
        hours = surroundings(self._request).hours(self.space)
        return f"{self.space.name}, {opening_words(self.space, hours, timezone.now())}"

    @cached_property
    def is_staff_here(self) -> bool:
        return self._member is not None and is_staff(self._member, self.space)

    @property
    def unread(self) -> int:
        """How many messages the one signed in has not read, for the bell."""
        return surroundings(self._request).unread

    @cached_property
    def places(self) -> list[Place]:
        """Where the navigation leads."""
        match = self._request.resolver_match
        here = match.view_name if match else ""
        return [
            Place(page_url(names[0]), icon, word, short, here in names)
            for icon, word, short, *names in self._places()
        ]

    def _places(self) -> Iterator[tuple[str, ...]]:
        """Icon, word, word on phones, and the pages of each; the first is where it leads."""
        yield "home", _("Home"), _("Home"), "desk:home"
        yield "board", _("Board"), _("Board"), "desk:board"
        yield "plug", _("Machines"), _("Machines"), "desk:machines", "desk:machine"
        if self._member is not None:
            yield "calendar", _("My bookings"), _("Mine"), "bookings:booking_list"
        if self.is_staff_here:
            yield "desk", _("Front desk"), _("Desk"), "desk:front"


def opening_words(space: Space, hours: Hours, now: datetime) -> str:
    """“open until 22:00”, “always open”, “closed until Mon 08:00”."""
    if not hours.weekly and not hours.closures:
        return _("always open")
    stretches = open_intervals(hours, space.tz, now, now + NEXT_OPENING)
    if not stretches:
        return _("closed this week")
    starts, ends = stretches[0]
    if starts > now:
        return _("closed until %s") % moment_words(starts, now, space.tz)
    if ends >= now + NEXT_OPENING:
        return _("open around the clock")
    return _("open until %s") % (
        clock(ends, space.tz)
        if ends - now < timedelta(days=1)
        else moment_words(ends, now, space.tz)
    )
