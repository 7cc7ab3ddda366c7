"""What every page's shell shows: the space, its hours now, and whether the desk is for you."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.rules.hours import Hours, open_intervals
from desk import queries
from desk.places import remembered_hours, shown_space
from desk.when import clock, moment_words
from members.models import Member, Space
from members.permissions import is_staff
from notices.services import unread

NEXT_OPENING = timedelta(days=7)  # how far ahead the shell looks for it


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variable `shell`; lazy, so a page without a shell asks the database nothing."""
    return {"shell": Shell(request)}


class Shell:
    """Reads each thing when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

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
        hours = remembered_hours(self._request, self.space)
        return f"{self.space.name}, {opening_words(self.space, timezone.now(), hours)}"

    @cached_property
    def is_staff_here(self) -> bool:
        user = getattr(self._request, "user", None)
        return user is not None and is_staff(user, self.space)

    @cached_property
    def unread(self) -> int:
        """How many messages the one signed in has not read, for the bell."""
        user = getattr(self._request, "user", None)
        return unread(user, timezone.now()) if isinstance(user, Member) else 0


def opening_words(space: Space, now: datetime, hours: Hours | None = None) -> str:
    """“open until 22:00”, “always open”, “closed until Mon 08:00”; `hours` where they are known."""
    hours = hours or queries.hours_of(space, now, now + NEXT_OPENING)
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
