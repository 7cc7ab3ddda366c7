"""Staff certify people and lock out machines; any member reports a fault.

Whoever lacks the role for the thing asked for gets 404, as for a thing that is not there; who may
certify nothing at all gets 403.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from equipment import permissions, services
from equipment.forms import CertifyForm, FaultForm, LockOutForm, RevokeForm, SetUpForm
from equipment.rosters import Outcome, certify_roster, tickable
from equipment.services import watches
from equipment.services.certifications import Terms
from equipment.services.faults import answer_fault
from equipment.services.machines import set_up_machine
from members.permissions import is_staff
from members.requests import MemberRequest
from members.zones import at_home

read_or_change = require_http_methods(["GET", "HEAD", "POST"])
RESULTS = "certify-results"  # of the last list, kept in the session until they are shown once


@read_or_change
@login_required
@at_home
def certify(request: MemberRequest) -> HttpResponse:
    """Certify one person or a list; the page after it says what became of each line."""
    types = permissions.certifiable_types(request.user, timezone.now())
    if not types.exists():
        raise PermissionDenied
    last = request.session.pop(RESULTS, {}) if request.method != "POST" else {}
    form = _certify_form(request, types, last)
    if request.method == "POST" and form.is_valid():
        request.session[RESULTS] = _certify(form, request)
        return redirect("equipment:certify")
    page = {"form": form, "outcomes": last.get("outcomes")}
    return render(request, "equipment/certification_create.html", page)


@read_or_change
@login_required
@at_home
def certification_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    certification = permissions.certification_to_revoke(request.user, pk, now)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.revoke_certification(
            certification=certification, by=request.user, now=now, **form.cleaned_data
        )
        told = {"name": certification.member.name, "certification": certification.type}
        messages.info(request, _("%(name)s no longer holds “%(certification)s”.") % told)
        if is_staff(request.user):
            return redirect("desk:person", certification.member.public_id)
        return redirect("equipment:certify")
    page = {"form": form, "certification": certification}
    return render(request, "equipment/certification_revoke.html", page)


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


def _certify_form(request: MemberRequest, types: Any, last: dict[str, Any]) -> CertifyForm:
    """The form as asked for by the address, or with what the last list left open."""
    asked = request.GET.getlist("member")
    again = {"type": request.GET.get("type"), **last.get("again", {})}
    return CertifyForm(
        request.POST or None,
        types=types,
        people=tickable(
            [*asked, *last.get("candidates", ()), *request.POST.getlist("people")], request.user
        ),
        levels=permissions.levels_to_give(request.user),
        initial={**again, "people": asked},
    )


def _certify(form: CertifyForm, request: MemberRequest) -> dict[str, Any]:
    """Certify, and return what the next page shows: JSON, for the session."""
    given = form.cleaned_data
    terms = Terms(given["type"], given["level"], form.until, given["note"])
    outcomes = certify_roster(
        lines=given["lines"].splitlines(),
        people=given["people"],
        terms=terms,
        by=request.user,
        now=timezone.now(),
    )
    again: dict[str, Any] = {"type": terms.type.slug}
    if not all(outcome.done for outcome in outcomes):
        day = given["last_day"].isoformat() if given["last_day"] else ""
        again |= {"level": terms.level, "last_day": day, "note": terms.note}
    return {
        "outcomes": [{"line": o.line, "done": o.done, "words": o.words} for o in outcomes],
        "again": {**again, "lines": "\n".join(o.line for o in outcomes if _is_open(o))},
        "candidates": [str(person.public_id) for o in outcomes for person in o.candidates],
    }


def _is_open(outcome: Outcome) -> bool:
    """A line nobody was found for stays to be mended; several candidates are ticked instead."""
    return not outcome.done and not outcome.candidates


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
