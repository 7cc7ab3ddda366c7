"""The feed that calendar apps fetch, and the page where a member gets and revokes its address."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from calendars import ics, services
from calendars.entries import entries
from calendars.links import Links
from calendars.models import Feed
from equipment import qr
from members.requests import MemberRequest


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """All of one member's bookings; whoever has the address may read it."""
    now = timezone.now()
    live = Feed.objects.filter(revoked_at=None, member__is_active=True)
    found = get_object_or_404(live.select_related("member"), token=token)
    services.note_fetch(feed=found, now=now)
    with override(found.member.language):
        name = _("Bench bookings of %(name)s") % {"name": found.member.name}
    body = ics.calendar(name, entries(found.member, now))
    response = HttpResponse(body, content_type=ics.CONTENT_TYPE)
    response["Content-Disposition"] = 'inline; filename="benchkey.ics"'
    response["Cache-Control"] = "private, no-cache"  # keep it, and ask each time whether it changed
    response["X-Robots-Tag"] = "noindex"
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
@login_required
def subscription(request: MemberRequest) -> HttpResponse:
    """The address of the member's feed, and how each app takes it."""
    live = services.live_feed(request.user)
    links = Links.to(live) if live else None
    code = qr.svg(links.webcal, _("QR code of your calendar address")) if links else ""
    page = {"feed": live, "links": links, "code": code}
    return render(request, "calendars/subscription_show.html", page)


@require_POST
@login_required
def subscription_renew(request: MemberRequest) -> HttpResponse:
    had_one = services.live_feed(request.user) is not None
    services.renew_feed(member=request.user, now=timezone.now())
    if had_one:
        messages.warning(request, _("The old address is dead. Subscribe your apps to the new one."))
    return redirect("calendars:subscription")


@require_POST
@login_required
def subscription_revoke(request: MemberRequest) -> HttpResponse:
    services.revoke_feed(member=request.user, now=timezone.now())
    messages.warning(request, _("The address is dead. Apps that had it show nothing new."))
    return redirect("calendars:subscription")
