"""Staff see every device and bind new badges. Whoever is not staff gets 403, or 404 for a thing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access.forms import AssignForm
from access.models import Candidate
from access.overview import beats, lines_for
from access.permissions import candidate_for, candidates_for
from access.services import assign_candidate
from members.permissions import CARETAKERS, caretaker_required, staff_required
from members.requests import MemberRequest
from members.services.badges import BadgeError
from members.zones import at_home


@require_safe
@caretaker_required
@at_home
def devices(request: MemberRequest) -> HttpResponse:
    """Every device, desired beside observed, and whether the gatekeeper lives."""
    now = timezone.now()
    page = {"lines": lines_for(request.user, CARETAKERS), "beats": beats(now), "now": now}
    return render(request, "access/device_list.html", page)


@require_safe
@staff_required
@at_home
def enrol(request: MemberRequest) -> HttpResponse:
    """The new badges that wait for their person."""
    page = {"candidates": candidates_for(request.user), "now": timezone.now()}
    return render(request, "access/candidate_list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@at_home
def enrol_assign(request: MemberRequest, pk: int) -> HttpResponse:
    """Say whose a new badge is."""
    candidate = candidate_for(request.user, pk)
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _assign(request, candidate, form):
        return redirect("access:enrol")
    return render(request, "access/candidate_assign.html", {"form": form, "candidate": candidate})


def _assign(request: MemberRequest, candidate: Candidate, form: AssignForm) -> bool:
    person = form.cleaned_data["person"]
    try:
        assign_candidate(candidate=candidate, member=person, by=request.user, now=timezone.now())
    except BadgeError as error:
        form.add_error(None, str(error))
        return False
    told = {"hint": candidate.hint, "name": person.name}
    messages.info(request, _("The badge that ends in %(hint)s is %(name)s's now.") % told)
    return True
