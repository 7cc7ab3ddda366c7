"""Staff lock machines out and set them up; any member reports a fault, or asks to hear of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from equipment import permissions, services
from equipment.forms.machines import FaultForm, LockOutForm, SetUpForm
from equipment.services import watches
from equipment.services.faults import answer_fault
from equipment.services.machines import set_up_machine
from members.requests import MemberRequest

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@read_or_change
@login_required
def lock_out(request: MemberRequest, slug: str) -> HttpResponse:
    """Take a machine out of service. Times are of the machine's space, wherever its keeper is."""
    machine = permissions.machine_to_lock_out(request.user, slug)
    with timezone.override(machine.space.tz):
        form = LockOutForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            services.lock_out(
                machine=machine, by=request.user, now=timezone.now(), **form.cleaned_data
            )
            messages.info(request, _("%s is locked out.") % machine)
            return redirect("desk:machine", machine.slug)
        return render(request, "equipment/lockout_create.html", {"form": form, "machine": machine})


@read_or_change
@login_required
def lockout_clear(request: MemberRequest, pk: int) -> HttpResponse:
    lockout = permissions.lockout_to_clear(request.user, pk)
    if request.method == "POST":
        services.clear_lockout(lockout=lockout, by=request.user, now=timezone.now())
        messages.info(request, _("The lockout of %s is cleared.") % lockout.machine)
        return redirect("desk:machine", lockout.machine.slug)
    with timezone.override(lockout.machine.space.tz):
        return render(request, "equipment/lockout_clear.html", {"lockout": lockout})


@read_or_change
@login_required
def fault_report(request: MemberRequest, slug: str) -> HttpResponse:
    machine = permissions.machine_in_use(slug)
    form = FaultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        report = services.report_fault(
            machine=machine, by=request.user, now=timezone.now(), **form.cleaned_data
        )
        words = (
            _("Staff know, and %s is locked out.") if report.lockout else _("Staff know about %s.")
        )
        messages.info(request, words % machine)
        return redirect("desk:machine", machine.slug)
    return render(request, "equipment/fault_create.html", {"form": form, "machine": machine})


@read_or_change
@login_required
def fault_answer(request: MemberRequest, pk: int) -> HttpResponse:
    """What was reported, and the two things to do about it: say it is done, or lock out."""
    report = permissions.fault_to_answer(request.user, pk)
    if request.method == "POST":
        answer_fault(report=report, by=request.user, now=timezone.now())
        messages.info(request, _("The report about %s is answered.") % report.machine)
        return redirect("desk:machine", report.machine.slug)
    with timezone.override(report.machine.space.tz):
        return render(request, "equipment/fault_answer.html", {"report": report})


@require_POST
@login_required
def watch(request: MemberRequest, slug: str) -> HttpResponse:
    """Ask to be told once when a machine is fixed or free."""
    machine = permissions.machine_in_use(slug)
    watches.watch(machine=machine, member=request.user, now=timezone.now())
    messages.info(request, _("You hear of it when %s is fixed or free.") % machine)
    return redirect("desk:machine", machine.slug)


@require_POST
@login_required
def unwatch(request: MemberRequest, slug: str) -> HttpResponse:
    machine = permissions.machine_in_use(slug)
    watches.unwatch(machine=machine, member=request.user)
    messages.info(request, _("You will not be told about %s any more.") % machine)
    return redirect("desk:machine", machine.slug)


@read_or_change
@login_required
def machine_set_up(request: MemberRequest, slug: str) -> HttpResponse:
    """What the machine has, and whether its no-shows are released; for whoever takes care of it."""
    machine = permissions.machine_to_lock_out(request.user, slug)
    features = list(machine.features.values_list("slug", flat=True))
    as_it_is = {"features": features, "releases_no_shows": machine.releases_no_shows}
    form = SetUpForm(request.POST if request.method == "POST" else None, initial=as_it_is)
    if request.method == "POST" and form.is_valid():
        set_up_machine(machine=machine, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("%s is set up.") % machine)
        return redirect("desk:machine", machine.slug)
    return render(request, "equipment/machine_set_up.html", {"machine": machine, "form": form})
