"""Who may switch a machine on to mend it: whoever takes care of it says so, and takes it back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access.forms.maintenance import MaintenanceForm
from access.pages.standing import leaves_at
from access.permissions import leave_to_withdraw
from access.services.maintenance import (
    MaintenanceError,
    grant_maintenance,
    withdraw_maintenance,
)
from equipment.models import Machine
from equipment.permissions import machine_to_lock_out
from members.requests import MemberRequest
from members.zones import at_home


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@at_home
def maintenance(request: MemberRequest, slug: str) -> HttpResponse:
    """What stands, and the form for more."""
    machine, now = machine_to_lock_out(request.user, slug), timezone.now()
    form = _form(request, machine)
    if request.method == "POST" and form.is_valid() and _grant(request, machine, form, now):
        return redirect("access:maintenance", machine.slug)
    page = {"machine": machine, "form": form, "leaves": leaves_at(machine, now)}
    return render(request, "access/maintenance.html", page)


@require_POST
@login_required
def maintenance_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """A machine that is on by it goes off at once."""
    leave = leave_to_withdraw(request.user, pk)
    withdraw_maintenance(grant=leave, by=request.user, now=timezone.now())
    told = {"name": leave.member.name, "machine": leave.machine}
    messages.info(request, _("%(name)s may not switch on %(machine)s any more.") % told)
    return redirect("access:maintenance", leave.machine.slug)


def _form(request: MemberRequest, machine: Machine) -> MaintenanceForm:
    most = machine.tool_class.maintenance_minutes
    initial: dict[str, Any] = {"person": request.user.email or request.user.name, "minutes": most}
    return MaintenanceForm(
        request.POST or None,
        most=most,
        two_person=machine.tool_class.two_person,
        initial=initial,
    )


def _grant(request: MemberRequest, machine: Machine, form: MaintenanceForm, now: datetime) -> bool:
    given = form.cleaned_data
    try:
        leave = grant_maintenance(
            machine=machine,
            member=given["person"],
            why=given["why"],
            minutes=given["minutes"],
            one_person=given.get("one_person", False),
            by=request.user,
            now=now,
        )
    except MaintenanceError as error:
        form.add_error(None, str(error))
        return False
    told = {"name": leave.member.name, "minutes": given["minutes"]}
    messages.success(request, _("%(name)s may switch it on for %(minutes)d minutes: tap.") % told)
    return True
