"""When a space is open, staffed and closed: for everybody to read, for its staff to change."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.closing import MOST_LISTED, Place
from bookings.forms.hours import WeekForm, typed_week
from bookings.permissions import space_to_run
from members.models import Space
from members.models.space import Weekday, WeeklyStretch
from members.permissions import is_staff
from members.requests import MemberRequest
from members.services.hours import set_opening_hours, set_staffed_hours

KINDS = {"opening": set_opening_hours, "staffed": set_staffed_hours}


@require_safe
def hours_show(request: HttpRequest, slug: str) -> HttpResponse:
    space, now = get_object_or_404(Space, slug=slug), timezone.now()
    place = Place(space)
    with timezone.override(space.tz):
        shown = {
            "space": space,
            "place": place,
            "opening": by_day(space.hours.all()),
            "staffed": by_day(space.staffed_hours.all()),
            "closures": place.closures(now)[:MOST_LISTED],
            "may_change": is_staff(request.user, space),
        }
        return render(request, "bookings/hours_show.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hours_edit(request: MemberRequest, slug: str, kind: str) -> HttpResponse:
    """A week at once, each day as one line."""
    space = space_to_run(request.user, slug)
    if kind not in KINDS:
        raise Http404
    rows = space.hours.all() if kind == "opening" else space.staffed_hours.all()
    posted = request.POST if request.method == "POST" else None
    form = WeekForm(posted, initial=typed_week(rows))
    if form.is_valid():
        KINDS[kind](space=space, weekly=form.weekly, by=request.user, now=timezone.now())
        messages.success(request, _("The hours are saved."))
        return redirect("bookings:hours_show", space.slug)
    shown = {"form": form, "space": space, "is_staffed": kind == "staffed"}
    return render(request, "bookings/hours_edit.html", shown)


def by_day(rows: Iterable[WeeklyStretch]) -> list[tuple[str, list[str]]]:
    """Every weekday with its stretches as text; nothing where the week has none."""
    week: dict[int, list[str]] = {day.value: [] for day in Weekday}
    for row in rows:
        week[row.weekday].append(_told(row))
    return [(str(Weekday(day).label), told) for day, told in week.items() if any(week.values())]


def _told(row: WeeklyStretch) -> str:
    if row.opens == row.closes:
        return _("all day")
    return f"{row.opens:%H:%M}–{row.closes:%H:%M}"
