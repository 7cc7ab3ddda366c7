"""Pages where staff close a space or a machine for a while, told first whose bookings that hits."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.closing import MOST_LISTED, AnyClosure, Place, put
from bookings.forms.closure import ClosureForm
from bookings.permissions import (
    closure_to_change,
    machine_closure_to_change,
    machine_to_close,
    space_to_run,
)
from bookings.services.disruptions import find_disruptions
from members.requests import MemberRequest
from members.services.closures import remove_closure

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def machine_closures(request: MemberRequest, slug: str) -> HttpResponse:
    """When a machine will not be there, as planned."""
    machine, now = machine_to_close(request.user, slug), timezone.now()
    place = Place(machine.space, machine)
    with timezone.override(machine.space.tz):
        shown = {"place": place, "machine": machine, "may_change": True}
        shown["closures"] = place.closures(now)[:MOST_LISTED]
        return render(request, "bookings/closure_list.html", shown)


@read_or_change
@login_required
def closure_create(request: MemberRequest, slug: str) -> HttpResponse:
    return _edit(request, Place(space_to_run(request.user, slug)))


@read_or_change
@login_required
def machine_closure_create(request: MemberRequest, slug: str) -> HttpResponse:
    machine = machine_to_close(request.user, slug)
    return _edit(request, Place(machine.space, machine))


@read_or_change
@login_required
def closure_change(request: MemberRequest, pk: int) -> HttpResponse:
    closure = closure_to_change(request.user, pk)
    return _edit(request, Place.of(closure), closure)


@read_or_change
@login_required
def machine_closure_change(request: MemberRequest, pk: int) -> HttpResponse:
    closure = machine_closure_to_change(request.user, pk)
    return _edit(request, Place.of(closure), closure)


@read_or_change
@login_required
def closure_remove(request: MemberRequest, pk: int) -> HttpResponse:
    return _remove(request, closure_to_change(request.user, pk))


@read_or_change
@login_required
def machine_closure_remove(request: MemberRequest, pk: int) -> HttpResponse:
    return _remove(request, machine_closure_to_change(request.user, pk))


def _edit(request: MemberRequest, place: Place, closure: AnyClosure | None = None) -> HttpResponse:
    """The form; where bookings are hit it comes back once with their list, to be confirmed."""
    now, posted = timezone.now(), request.POST if request.method == "POST" else None
    form = ClosureForm(posted, zone=place.space.tz, initial=_as_it_is(closure))
    hit = place.hit_by([form.stretch], now) if form.is_valid() else []
    if form.is_valid() and len(hit) == _told(request):
        put(place, closure, form.stretch, by=request.user, now=now)
        find_disruptions(now=timezone.now())
        messages.success(request, _say(len(hit)))
        return redirect(place.url)
    with timezone.override(place.space.tz):
        shown = {"form": form, "place": place, "closure": closure, "hit": hit}
        shown |= {"listed": hit[:MOST_LISTED], "is_machine": place.machine is not None}
        return render(request, "bookings/closure_edit.html", shown)


def _told(request: MemberRequest) -> int:
    """How many hit bookings the page named that is now sent; where others came, it asks again."""
    typed = request.POST.get("told", "0")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1


def _as_it_is(closure: AnyClosure | None) -> dict[str, object]:
    if closure is None:
        return {}
    return {"starts": closure.starts, "ends": closure.ends, "reason": closure.reason}


def _say(hit: int) -> str:
    if not hit:
        return _("Closed. No booking is in its way.")
    return _("Closed. Whoever has booked then is asked what to do instead.")


def _remove(request: MemberRequest, closure: AnyClosure) -> HttpResponse:
    """Asks once."""
    place = Place.of(closure)
    if request.method == "POST":
        remove_closure(closure=closure, by=request.user, now=timezone.now())
        find_disruptions(now=timezone.now())
        messages.success(request, _("Removed. Who still had to choose keeps the booking."))
        return redirect(place.url)
    with timezone.override(place.space.tz):
        shown = {"closure": closure, "place": place}
        return render(request, "bookings/closure_remove.html", shown)
