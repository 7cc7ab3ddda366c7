"""Plans: what one may sign up to, for staff of all spaces."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.membership_forms import PlanSettingsForm
from members.form_pages import form_page, refusals_in
from members.models import Plan
from members.permissions import organisation_required
from members.requests import MemberRequest
from members.services.plans import bring_back_plan, make_plan, retire_plan, set_plan


@require_safe
@organisation_required
def plans(request: MemberRequest) -> HttpResponse:
    """Every plan with how many are on it; the retired ones last."""
    now = timezone.now()
    runs = Q(memberships__until=None) | Q(memberships__until__gt=now)
    current = Count("memberships", filter=runs & Q(memberships__starts__lte=now))
    rows = Plan.objects.annotate(people=current).order_by("retired_at", "name")
    return render(request, "desk/plans.html", {"plans": rows})


@form_page
@organisation_required
def plan_edit(request: MemberRequest, slug: str = "") -> HttpResponse:
    """A new plan, or another policy for one there is."""
    plan = get_object_or_404(Plan, slug=slug) if slug else None
    form = PlanSettingsForm(request.POST if request.method == "POST" else None, instance=plan)
    if form.is_valid():
        told, now = form.cleaned_data, timezone.now()
        with refusals_in(form):
            if plan is None:
                make_plan(told=told, by=request.user, now=now)
            else:
                set_plan(plan=plan, told=told, by=request.user, now=now)
            messages.success(request, _("Saved."))
            return redirect("desk:plans")
    page = {"form": form, "plan": Plan.objects.filter(slug=slug).first()}
    return render(request, "desk/plan_edit.html", page, status=422 if form.errors else 200)


@require_POST
@organisation_required
def plan_retire(request: MemberRequest, slug: str) -> HttpResponse:
    """Nobody new, or open again."""
    plan = get_object_or_404(Plan, slug=slug)
    turn = retire_plan if plan.retired_at is None else bring_back_plan
    turn(plan=plan, by=request.user, now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("desk:plans")
