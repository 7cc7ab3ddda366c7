"""How a machine knows that a job runs, and how dangerous a kind of machine is."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.forms.sensing import RiskForm, SensingForm
from access.pages.risk import effects, levels
from access.pages.sensing import reading_of
from bookings.permissions import tool_class_to_read
from equipment.models import Machine, ToolClass
from equipment.permissions import machine_to_lock_out
from equipment.services.machines import SensingError, set_sensing
from equipment.services.tool_classes import set_risk
from members.permissions import organisation_required
from members.requests import MemberRequest
from members.zones import at_home

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@read_or_change
@login_required
@at_home
def sensing(request: MemberRequest, slug: str) -> HttpResponse:
    """For whoever takes care of the machine; what its interlock measures stands beside it."""
    machine = machine_to_lock_out(request.user, slug)
    form = SensingForm(request.POST if request.method == "POST" else None, machine=machine)
    if request.method == "POST" and form.is_valid() and _set(request, machine, form):
        return redirect("access:sensing", machine.slug)
    page = {"machine": machine, "form": form, "reading": reading_of(machine)}
    return render(request, "access/sensing.html", page)


def _set(request: MemberRequest, machine: Machine, form: SensingForm) -> bool:
    try:
        set_sensing(machine=machine, by=request.user, now=timezone.now(), **form.cleaned_data)
    except SensingError as error:
        form.add_error("run_above_ma", str(error))
        return False
    told = _("Saved. Whoever is at %s now keeps the threshold they began with.")
    messages.success(request, told % machine)
    return True


@read_or_change
@organisation_required
def risk(request: MemberRequest, slug: str) -> HttpResponse:
    """For those who work at every desk; what a level does to devices is told before it does."""
    kind = tool_class_to_read(slug)
    form = RiskForm(request.POST if request.method == "POST" else None, initial={"risk": kind.risk})
    if request.method == "POST" and form.is_valid() and _raise(request, kind, form):
        return redirect("access:risk", kind.slug)
    page = {"kind": kind, "form": form, "levels": levels(kind)}
    return render(request, "access/risk.html", page)


def _raise(request: MemberRequest, kind: ToolClass, form: RiskForm) -> bool:
    chosen = form.cleaned_data["risk"]
    if not form.cleaned_data["sure"] and effects(kind, chosen):
        form.ask_whether()
        return False
    set_risk(tool_class=kind, risk=chosen, by=request.user, now=timezone.now())
    messages.success(request, _("Saved. It holds for every machine of the kind from now on."))
    return True
