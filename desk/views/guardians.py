"""A minor names who signs for them, and whoever was named answers. Tells nobody who has an account.

The page of the question is open to whoever has its link: to say no takes no account.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.form_pages import form_page, refusals_in, refusals_told
from members.forms import GuardianNameForm
from members.models import GuardianRequest, Member
from members.requests import MemberRequest
from members.services.guardian_requests import (
    decline_guardianship,
    name_guardian,
    withdraw_requests,
)
from members.services.guardians import confirm_guardianship, is_asked
from members.zones import at_home


@form_page
@login_required
@at_home
def guardian_name(request: MemberRequest) -> HttpResponse:
    """Of a minor whose guardian nobody knows yet."""
    now = timezone.now()
    if not request.user.is_minor(now) or request.user.guardian_id:
        return redirect("desk:join")
    form = GuardianNameForm(request.POST or None)
    if form.is_valid():
        with refusals_in(form):
            name_guardian(ward=request.user, now=now, **form.cleaned_data)
            told = _("They are asked by mail. You hear when they have answered.")
            messages.success(request, told)
            return redirect("desk:join")
    page = {"form": form, "asked": request.user.guardian_requests.open(now).first()}
    return render(request, "desk/guardian_name.html", page, status=422 if form.errors else 200)


@require_POST
@login_required
def guardian_withdraw(request: MemberRequest) -> HttpResponse:
    withdraw_requests(ward=request.user, now=timezone.now())
    messages.info(request, _("Taken back. Their address is forgotten."))
    return redirect("desk:guardian_name")


@require_safe
@never_cache
def guardian_request(request: HttpRequest, token: UUID) -> HttpResponse:
    """Who asks, what it means, and the ways to answer."""
    asked, reader = _asked(token), request.user
    page = {
        "asked": asked,
        "is_open": GuardianRequest.objects.open(timezone.now()).filter(pk=asked.pk).exists(),
        "may_confirm": isinstance(reader, Member) and is_asked(asked, reader),
    }
    return render(request, "desk/guardian_request.html", page)


@require_POST
@login_required
def guardian_confirm(request: MemberRequest, token: UUID) -> HttpResponse:
    asked = _asked(token)
    with refusals_told(request):
        confirm_guardianship(asked=asked, by=request.user, now=timezone.now())
        words = _("You sign for %s from now on. What is to be signed stands here.")
        messages.success(request, words % asked.ward.name)
        return redirect("desk:signing")
    return redirect("desk:guardian_request", token)


@require_POST
def guardian_decline(request: HttpRequest, token: UUID) -> HttpResponse:
    asked = _asked(token)
    with refusals_told(request):
        decline_guardianship(asked=asked, now=timezone.now())
        messages.success(request, _("They are told that you do not. Your address is forgotten."))
    return redirect("desk:guardian_request", token)


def _asked(token: UUID) -> GuardianRequest:
    return get_object_or_404(GuardianRequest.objects.select_related("ward"), token=token)
