"""One's own data: taken along whole, or forgotten. Staff of all spaces do both for somebody."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from desk.forms import EraseForm
from desk.personal.erasure import CannotErase, erase, in_the_way
from desk.personal.takeout import record_hand_out, takeout
from members.models import Member
from members.permissions import organisation_required, password_again
from members.requests import MemberRequest

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def own_data(request: MemberRequest) -> HttpResponse:
    return render(request, "desk/own_data.html")


@require_safe
@password_again
def own_takeout(request: MemberRequest) -> HttpResponse:
    return _zip(request.user)


@form_page
@password_again
def own_erase(request: MemberRequest) -> HttpResponse:
    """Nobody is signed in any more after it."""
    return _erase(request, request.user)


@require_POST
@organisation_required
def takeout_of(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """For who asked for it; that it was handed out is recorded."""
    person = _person(public_id)
    if person != request.user:
        record_hand_out(member=person, by=request.user, now=timezone.now())
    return _zip(person)


@form_page
@organisation_required
def erase_of(request: MemberRequest, public_id: UUID) -> HttpResponse:
    return _erase(request, _person(public_id))


def _person(public_id: UUID) -> Member:
    return get_object_or_404(Member, public_id=public_id, anonymised_at=None)


def _zip(person: Member) -> HttpResponse:
    response = HttpResponse(
        takeout(member=person, now=timezone.now()), content_type="application/zip"
    )
    response["Content-Disposition"] = 'attachment; filename="benchkey-data.zip"'
    response["Cache-Control"] = "no-store"
    return response


def _erase(request: MemberRequest, person: Member) -> HttpResponse:
    now, is_own = timezone.now(), person == request.user
    form = EraseForm(request.POST or None, person=person)
    reasons = in_the_way(person, request.user, now)
    if form.is_valid() and not reasons:
        try:
            erase(member=person, by=request.user, now=now)
        except CannotErase as error:
            reasons = error.reasons
        else:
            if is_own:
                logout(request)
            messages.success(request, _("Forgotten. What stays has a number and no name."))
            return redirect("desk:board" if is_own else "desk:people")
    page = {"person": person, "form": form, "reasons": reasons, "is_own": is_own}
    return render(request, "desk/erase.html", page, status=422 if form.is_bound else 200)
