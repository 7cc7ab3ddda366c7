"""Inviting people who were imported and never signed in, a batch at a click."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from members.permissions import organisation_required
from members.requests import MemberRequest
from members.services.invitations import BATCH, invite_next, strangers, to_invite
from members.zones import at_home

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@organisation_required
@at_home
def invitations(request: MemberRequest) -> HttpResponse:
    """Who never signed in; a POST invites the next of them."""
    now = timezone.now()
    if request.method == "POST":
        count = invite_next(by=request.user, now=now)
        words = ngettext("%d invitation is on its way.", "%d invitations are on their way.", count)
        messages.success(request, words % count if count else _("Nobody is left to invite today."))
        return redirect("desk:invitations")
    page = {
        "count": strangers().count(),
        "next": min(to_invite(now).count(), BATCH),
        "people": strangers().order_by("invited_at", "name")[:SHOWN],
    }
    return render(request, "desk/invitations.html", page)
