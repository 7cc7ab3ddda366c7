"""One certification with all that is known of it; suspended, restored, taken back.

What that would cost in bookings and inductions is shown before it is done.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.effects import Change, bookings_lost
from desk.certification_effects import (
    suspended,
    suspension_misses,
    taken_back,
    taking_back_misses,
)
from desk.certifications import certification_page
from desk.people import booking_words
from equipment import permissions, services
from equipment.forms.certifications import RevokeForm, SuspendForm
from equipment.models import Certification
from equipment.services.suspensions import lift_suspension, suspend_certification
from members.form_pages import form_page, refusals_in, refusals_told
from members.requests import MemberRequest
from members.zones import at_home, zone_of
from training.services.keeping_out import Missed


@require_safe
@login_required
@at_home
def certification(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    found = permissions.certification_to_see(request.user, pk, now)
    page = certification_page(found, request.user, now, zone_of(request.user))
    return render(request, "desk/certification.html", page)


@form_page
@login_required
@at_home
def certification_suspend(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    found = permissions.certification_to_judge(request.user, pk, now)
    form = SuspendForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = {"member": found.member, "type": found.type, **form.told()}
        with refusals_in(form):
            suspend_certification(by=request.user, now=now, **given)
            return _done(request, found, _("“%(type)s” of %(name)s is suspended."))
    hit = suspension_misses(found, now)
    after = suspended(found, now)
    return _page(request, found, form, after, hit, "desk/certification_suspend.html")


@form_page
@login_required
@at_home
def certification_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    found = permissions.certification_to_judge(request.user, pk, now)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told = form.cleaned_data
        with refusals_in(form):
            services.revoke_certification(certification=found, by=request.user, now=now, **told)
            return _done(request, found, _("%(name)s no longer holds “%(type)s”."))
    hit = taking_back_misses(found, now)
    after = taken_back(found, now)
    return _page(request, found, form, after, hit, "desk/certification_revoke.html")


@require_POST
@login_required
def suspension_lift(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    suspension = permissions.suspension_to_lift(request.user, pk, now)
    held = suspension.member.certifications.filter(type=suspension.type).latest("given_at")
    with refusals_told(request):
        lift_suspension(suspension=suspension, by=request.user, now=now)
        return _done(request, held, _("“%(type)s” of %(name)s counts again."))
    return redirect("desk:certification", held.pk)


def _page(
    request: MemberRequest,
    found: Certification,
    form: Form,
    after: Change,
    missed: Missed,
    template: str,
) -> HttpResponse:
    now = timezone.now()
    lost = bookings_lost(member=found.member, after=after, now=now)
    page: dict[str, Any] = {
        "form": form,
        "certification": found,
        "missed": missed,
        "lost": [booking_words(booking, now, request.user) for booking in lost],
    }
    return render(request, template, page, status=422 if form.errors else 200)


def _done(request: MemberRequest, found: Certification, words: str) -> HttpResponse:
    messages.info(request, words % {"type": found.type, "name": found.member.name})
    return redirect("desk:certification", found.pk)
