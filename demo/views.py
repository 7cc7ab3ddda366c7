"""The page of /demo/: a bench to tap badges at, and a way to be anybody of the demo.

It asks for no password. It exists only where DEMO is set, as `./run demo` does.
"""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.errors import Refused
from demo import bench
from demo.control import NotRunning
from demo.data.people import LOGINS
from demo.glance import glance
from equipment.words import tell
from members.models import Member


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/page.html", glance(timezone.now()))


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/_bench.html", glance(timezone.now()))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    note = _note(request.POST.get("do", ""))
    if "X-Live" not in request.headers and not note:
        return redirect("demo:page")
    template = "demo/_bench.html" if "X-Live" in request.headers else "demo/page.html"
    shown = glance(timezone.now())
    return render(request, template, {**shown, "note": note or shown["note"]})


@require_POST
def be(request: HttpRequest) -> HttpResponse:
    name = LOGINS.get(request.POST.get("who", ""))
    login(request, get_object_or_404(Member, name=name))
    return redirect("desk:home")


def _note(do: str) -> str:
    """Does it; in words, why it could not be done."""
    if do not in bench.ACTS:
        return _("There is no such button.")
    try:
        bench.act(do, timezone.now())
    except Refused as refused:
        return " ".join(tell(reason, bench.zone()).text for reason in refused.reasons)
    except (NotRunning, OSError):
        return _("Nothing runs here to do that with. Start it with ./run demo")
    return ""
