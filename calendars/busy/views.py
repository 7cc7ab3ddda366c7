"""Pages of outside calendars: what is read, how that went, and one more; for a space's staff."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.closing import Place
from bookings.permissions import space_to_run
from calendars.busy import services
from calendars.busy.forms import BusyForm
from calendars.busy.words import words_of
from calendars.models import BusySource
from equipment.models import MachineClosure
from members.models import Closure, Space
from members.permissions import is_staff, staff_required
from members.requests import MemberRequest
from members.services.closures import Stretch

SHOWN = 5  # busy times of a calendar that is tried out


@require_safe
@staff_required
def busy_list(request: MemberRequest, slug: str) -> HttpResponse:
    space, now = space_to_run(request.user, slug), timezone.now()
    live = space.busy_sources.filter(removed_at=None).select_related("machine")
    ahead = _ahead(live, now)
    lines = [(source, ahead.get(source.public_id, 0), _trouble(source)) for source in live]
    with timezone.override(space.tz):
        shown = {"space": space, "lines": lines}
        return render(request, "calendars/busy_list.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def busy_create(request: MemberRequest, slug: str) -> HttpResponse:
    """Tried out first: what it would close is shown, and the same form sent again keeps it."""
    space, now = space_to_run(request.user, slug), timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = BusyForm(posted, request.FILES or None, space=space)
    stretches = _tried(form, now) if form.is_valid() else None
    if stretches is not None and "keep" in request.POST:
        return _keep(form, request, now)
    return _preview(request, space, form, stretches, now)


@require_POST
@staff_required
def busy_refresh(request: MemberRequest, public_id: UUID) -> HttpResponse:
    source = source_for(request, public_id)
    if services.read_source(source=source, now=timezone.now()):
        messages.success(request, _("%s is read.") % source)
    else:
        messages.error(request, words_of(source.last_error))
    return redirect("calendars:busy_list", source.space.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def busy_remove(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks once."""
    source, now = source_for(request, public_id), timezone.now()
    if request.method == "POST":
        services.remove_source(source=source, by=request.user, now=now)
        messages.success(request, _("Removed. What it closed can be booked again."))
        return redirect("calendars:busy_list", source.space.slug)
    closes = _ahead([source], now)[source.public_id]
    shown = {"source": source, "space": source.space, "closes": closes}
    return render(request, "calendars/busy_remove.html", shown)


def source_for(request: MemberRequest, public_id: UUID) -> BusySource:
    """One that is still read, of a space at whose desk one works; else 404."""
    live = BusySource.objects.filter(removed_at=None).select_related("space", "machine")
    source = get_object_or_404(live, public_id=public_id)
    if not is_staff(request.user, source.space):
        raise Http404
    return source


def _tried(form: BusyForm, now: datetime) -> list[Stretch] | None:
    """What it says now; where it says nothing, why is the form's error."""
    try:
        return services.try_out(form.asked, now=now)
    except services.Unread as error:
        form.add_error("url" if form.asked.url else "upload", words_of(error.code))
        return None


def _keep(form: BusyForm, request: MemberRequest, now: datetime) -> HttpResponse:
    source = services.add_source(
        asked=form.asked,
        by=request.user,
        now=now,
        every_minutes=form.cleaned_data["every_minutes"],
    )
    services.read_source(source=source, now=now)
    messages.success(request, _("%s is added. Whoever has booked then is asked.") % source)
    return redirect("calendars:busy_list", source.space.slug)


def _preview(
    request: MemberRequest,
    space: Space,
    form: BusyForm,
    stretches: list[Stretch] | None,
    now: datetime,
) -> HttpResponse:
    shown = {"space": space, "form": form, "tried": stretches is not None}
    if stretches is not None:
        place = Place(space, form.asked.machine)
        shown |= {
            "asked": form.asked,
            "every_minutes": form.cleaned_data["every_minutes"],
            "place": place,
            "number": len(stretches),
            "first": stretches[:SHOWN],
            "hit": len(place.hit_by(stretches, now)),
        }
    with timezone.override(space.tz):
        return render(request, "calendars/busy_create.html", shown)


def _trouble(source: BusySource) -> str:
    return words_of(source.last_error) if source.last_error else ""


def _ahead(sources: Iterable[BusySource], now: datetime) -> Counter[UUID]:
    """How many closures that are not over each calendar has made; two queries."""
    keys = [source.public_id for source in sources]
    counted: Counter[UUID] = Counter()
    for rows in (Closure.objects, MachineClosure.objects):
        found = rows.filter(source__in=keys, ends__gt=now).values_list("source", flat=True)
        counted.update(key for key in found if key is not None)
    return counted
