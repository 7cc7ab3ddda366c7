"""The messages of the person signed in, and how they wish to be told; for strangers, a way out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices import inbox as pages
from notices import services, stopping
from notices.forms import WishesForm
from notices.mail import zone_of
from notices.manners import stoppable
from notices.services.reading import inbox as inbox_of
from notices.words import title_of

PER_PAGE = 20
read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """All messages of the last weeks, whether they were mailed or not."""
    now = timezone.now()
    rows = inbox_of(request.user, now)  # type: ignore[arg-type]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    with timezone.override(zone_of(request.user)):
        told = [pages.entry(row, request.user) for row in page]
        words = {"page": page, "entries": told, "new": services.unread(request.user, now)}  # type: ignore[arg-type]
        return render(request, "notices/inbox.html", words)


@require_POST
@login_required
def read_everything(request: HttpRequest) -> HttpResponse:
    services.read_all(member=request.user, now=timezone.now())  # type: ignore[arg-type]
    return redirect("notices:inbox")


@require_POST
@login_required
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """It is read now; on to where it leads."""
    now = timezone.now()
    row = get_object_or_404(inbox_of(request.user, now), pk=pk)  # type: ignore[arg-type]
    row.read_at = row.read_at or now
    row.save(update_fields=["read_at"])
    return redirect(pages.entry(row, request.user).path or "notices:inbox")


@read_or_change
@login_required
def wishes(request: HttpRequest) -> HttpResponse:
    """Which messages come as mail, and when none may."""
    member: Any = request.user
    form = WishesForm(request.POST or None, initial=pages.wishes_of(member))
    if request.method == "POST" and form.is_valid():
        services.choose(member=member, choices=form.choices, now=timezone.now())
        services.keep_quiet(member=member, hours=form.quiet)
        messages.info(request, _("Saved."))
        return redirect("notices:wishes")
    words = {"form": form, "drawers": form.drawers(), "zone": zone_of(member).key}
    return render(request, "notices/wishes.html", words)


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the token is what it may do
@read_or_change
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Turn a mail off by its own link. GET only asks: programs follow links to look at them."""
    told = stopping.told_by(token)
    member: Any = get_user_model().objects.filter(pk=told[0]).first() if told else None
    if told is None or member is None:
        raise Http404
    kinds = stoppable(told[1])
    if request.method == "POST":
        services.stop(member=member, kinds=kinds, now=timezone.now())
    with translation.override(member.language):
        words = {"titles": [title_of(kind) for kind in kinds], "done": request.method == "POST"}
        return render(request, "notices/stop.html", words)
