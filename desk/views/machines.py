"""Machines: all of them, one of them, and one's week. Strangers may look: a label leads here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.machine import machine_page, machines_page, week_page
from desk.places import space_of
from desk.queries import with_policy
from desk.surroundings import surroundings
from desk.views.board import asked_day
from equipment.models import Machine
from members.models import Member


@require_safe
def machines(request: HttpRequest) -> HttpResponse:
    space = space_of(request)
    if space is None:
        return render(request, "desk/nowhere.html")
    context = machines_page(space, visitor(request), timezone.now())
    others = [other for other in surroundings(request).spaces if other != space]
    context["filters"] = {
        "spaces": [{"url": f"?space={other.slug}", "word": other.name} for other in others]
    }
    return render(request, "desk/machines.html", context)


@require_safe
def machine(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(with_policy(Machine.objects.all()), slug=slug)
    context = machine_page(found, visitor(request), timezone.now())
    return render(request, "desk/machine.html", context)


@require_safe
def machine_week(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(with_policy(Machine.objects.filter(retired_at=None)), slug=slug)
    now = timezone.now()
    day = asked_day(request) or now.astimezone(found.space.tz).date()
    context = week_page(found, visitor(request), day, now)
    return render(request, "desk/machine_week.html", context)


def visitor(request: HttpRequest) -> Member | None:
    """Who asks, or None for a stranger."""
    return request.user if isinstance(request.user, Member) else None
