"""Whose clock a page goes by: the zone of the reader's home space."""

import zoneinfo
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from members.models import Member, Space

View = Callable[..., HttpResponse]


def zone_of(member: Member) -> zoneinfo.ZoneInfo:
    """That of the home space; of the only space there is; else the installation's."""
    if member.space is not None:
        return member.space.tz
    spaces = list(Space.objects.all()[:2])
    return spaces[0].tz if len(spaces) == 1 else zoneinfo.ZoneInfo(settings.TIME_ZONE)


def at_home(view: View) -> View:
    """Read and show times in the zone of whoever is signed in; goes under `login_required`."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Member):
            return view(request, *args, **kwargs)
        with timezone.override(zone_of(request.user)):
            return view(request, *args, **kwargs)

    return inner


def end_of(day: date, zone: tzinfo) -> datetime:
    """Where a `day` that is the last one ends: the next midnight in `zone`, half-open."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def last_day(until: datetime, zone: tzinfo) -> date:
    """The last day on which something that ends at `until` still holds; undoes `end_of`."""
    return (until.astimezone(zone) - timedelta(microseconds=1)).date()
