"""Who may act for others: an admin gives roles, takes them, and helps who lost their passkey."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from desk.forms import RoleForm
from members.form_pages import form_page, refusals_in, refusals_told
from members.models import Member, Role, Space
from members.permissions import admin_required
from members.requests import MemberRequest
from members.second_factor import has_one
from members.services.roles import give_role, may_give, reset_second_factor, take_role


@form_page
@admin_required
def roles(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """The roles of one person, and one more."""
    person = get_object_or_404(Member, public_id=public_id, anonymised_at=None)
    form = RoleForm(request.POST or None, initial={"space": person.space_id})
    form.offer([s for s in Space.objects.all() if may_give(request.user, s)], _rules_all(request))
    if form.is_valid():
        with refusals_in(form):
            give_role(member=person, by=request.user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%s has the role now.") % person.name)
            return redirect("desk:roles", person.public_id)
    rows = person.roles.select_related("space").order_by("kind", "space__name")
    page = {
        "person": person,
        "form": form,
        "roles": [(row, may_give(request.user, row.space)) for row in rows],
        "has_factor": has_one(person),
        "may_reset": _rules_all(request) and person != request.user,
    }
    return render(request, "desk/roles.html", page, status=422 if form.errors else 200)


@require_POST
@admin_required
def role_take(request: MemberRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role.objects.select_related("member", "space"), pk=pk)
    with refusals_told(request):
        take_role(role=role, by=request.user, now=timezone.now())
    return redirect("desk:roles", role.member.public_id)


@require_POST
@admin_required
def second_factor_reset(request: MemberRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(Member, public_id=public_id, anonymised_at=None)
    with refusals_told(request):
        reset_second_factor(member=person, by=request.user, now=timezone.now())
        told = _("%s adds a new passkey or app at the next sign-in.") % person.name
        messages.success(request, told)
    return redirect("desk:roles", person.public_id)


def _rules_all(request: MemberRequest) -> bool:
    return may_give(request.user, None)
