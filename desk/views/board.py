"""The board of a space, by day, by week or as a list; strangers may look, too."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.board import Asked, day_page, list_page, week_page
from desk.links import board_url
from desk.places import space_of
from desk.surroundings import surroundings
from members.models import Member

VIEWS = {
    "day": (day_page, "board"),
    "week": (week_page, "board_week"),
    "list": (list_page, "board_list"),
}


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    space = space_of(request)
    if space is None:
        return render(request, "desk/nowhere.html")
    now = timezone.now()
    asked = Asked(
        space=space,
        day=asked_day(request) or now.astimezone(space.tz).date(),
        view=view if (view := request.GET.get("view", "")) in VIEWS else "day",
        show=request.GET.get("show") or "all",
    )
    member = request.user if isinstance(request.user, Member) else None
    page, template = VIEWS[asked.view]
    context = page(asked, member, now)
    context["filters"]["spaces"] = [
        {"url": board_url(other.slug, asked.day), "word": other.name}
        for other in surroundings(request).spaces
        if other != space
    ]
    return render(request, f"desk/{template}.html", context)


def asked_day(request: HttpRequest) -> date | None:
    """?day=YYYY-MM-DD; anything else is today, and so is what no calendar app can show."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None
