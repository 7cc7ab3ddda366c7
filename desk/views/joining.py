"""Joining: the steps, choosing a plan, and what staff do with the wishes."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.forms import DeclineForm, PlanForm
from desk.joining import is_left, steps_of
from desk.person_form import person_form
from members.form_pages import form_page, refusals_in, refusals_told
from members.models import Member, MembershipRequest, Plan
from members.permissions import staff_required
from members.requests import MemberRequest
from members.services.joining import choose_plan, confirm_request, decline_request
from members.standing import home_zone
from members.terms import term_ends
from members.zones import at_home


@require_safe
@login_required
@at_home
def join(request: MemberRequest) -> HttpResponse:
    """What is left between signing up and the first machine."""
    steps = steps_of(request.user, timezone.now())
    return render(request, "desk/join.html", {"steps": steps, "is_left": is_left(steps)})


@form_page
@login_required
@at_home
def plan_choose(request: MemberRequest) -> HttpResponse:
    form = PlanForm(request.POST or None)
    now = timezone.now()
    if form.is_valid():
        plan = form.cleaned_data["plan"]
        until = _until(plan, request.user, now)
        with refusals_in(form):
            started = choose_plan(member=request.user, plan=plan, until=until, now=now)
            words = _("%s begins.") if started else _("You asked for %s. Staff confirm it soon.")
            messages.success(request, words % plan)
            return redirect("desk:join")
    plans = form.fields["plan"].queryset  # type: ignore[attr-defined]
    page = {"form": form, "plans": plans}
    return render(request, "desk/plan_choose.html", page, status=422 if form.errors else 200)


@require_safe
@staff_required
@at_home
def plan_requests(request: MemberRequest) -> HttpResponse:
    """Who asked for a plan, the longest wait first."""
    wishes = MembershipRequest.objects.filter(answered_at=None).select_related("member", "plan")
    return render(request, "desk/plan_requests.html", {"wishes": wishes})


@require_POST
@staff_required
def plan_confirm(request: MemberRequest, pk: int) -> HttpResponse:
    wish, now = _wish(pk), timezone.now()
    until = _until(wish.plan, wish.member, now)
    with refusals_told(request):
        confirm_request(wish=wish, until=until, by=request.user, now=now)
        told = {"name": wish.member.name, "plan": wish.plan}
        messages.success(request, _("%(name)s is on %(plan)s from now on.") % told)
    return redirect("desk:plan_requests")


@form_page
@staff_required
def plan_decline(request: MemberRequest, pk: int) -> HttpResponse:
    wish = _wish(pk)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        why = form.cleaned_data["why"]
        with refusals_in(form):
            decline_request(wish=wish, why=why, by=request.user, now=timezone.now())
            messages.success(request, _("%s is told.") % wish.member.name)
            return redirect("desk:plan_requests")
    title = _("Decline %(plan)s for %(name)s") % {"plan": wish.plan, "name": wish.member.name}
    return person_form(request, wish.member, form, title, _("Decline"))


def _wish(pk: int) -> MembershipRequest:
    rows = MembershipRequest.objects.select_related("member", "plan")
    return get_object_or_404(rows, pk=pk, answered_at=None)


def _until(plan: Plan, member: Member, now: datetime) -> datetime | None:
    return term_ends(now, plan.months, home_zone(member))
