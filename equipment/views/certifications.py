"""Certifying one person or a list; who may certify nothing at all gets 403."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from equipment import permissions
from equipment.forms.certifications import CertifyForm
from equipment.rosters import Outcome, certify_roster, tickable
from equipment.services.certifications import Terms, sees_all_types
from members.requests import MemberRequest, searched
from members.search import find_people
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
    query = searched(request)
    found = find_people(query)
    form = _certify_form(request, types, last, [str(person.public_id) for person in found])
    if request.method == "POST" and form.is_valid():
        request.session[RESULTS] = _certify(form, request)
        return redirect("equipment:certify")
    page = {"form": form, "outcomes": last.get("outcomes"), "query": query, "found": found}
    page["type_asked"] = request.GET.get("type")
    return render(request, "equipment/certification_create.html", page)


def _certify_form(
    request: MemberRequest, types: Any, last: dict[str, Any], found: list[str]
) -> CertifyForm:
    """The form as asked for by the address, or with what the last list left open."""
    asked = request.GET.getlist("member")
    again = {"type": request.GET.get("type"), **last.get("again", {})}
    open_still = last.get("candidates", ())
    return CertifyForm(
        request.POST or None,
        types=types,
        people=tickable(
            [*asked, *found, *open_still, *request.POST.getlist("people")], request.user
        ),
        levels=permissions.levels_to_give(request.user),
        may_set_aside=sees_all_types(request.user),
        initial={**again, "people": asked or (found if len(found) == 1 else ())},
    )


def _certify(form: CertifyForm, request: MemberRequest) -> dict[str, Any]:
    """Certify, and return what the next page shows: JSON, for the session."""
    given = form.cleaned_data
    aside = given.get("set_aside", "")
    terms = Terms(given["type"], given["level"], form.until, given["note"], aside)
    outcomes = certify_roster(
        lines=given["lines"].splitlines(),
        people=given["people"],
        terms=terms,
        by=request.user,
        now=timezone.now(),
        all_or_none=given["all_or_none"],
    )
    again: dict[str, Any] = {"type": terms.type.slug}
    if not all(outcome.done for outcome in outcomes):
        day = given["last_day"].isoformat() if given["last_day"] else ""
        again |= {"level": terms.level, "last_day": day, "note": terms.note, "set_aside": aside}
    return {
        "outcomes": [{"line": o.line, "done": o.done, "words": o.words} for o in outcomes],
        "again": {**again, "lines": "\n".join(o.line for o in outcomes if _is_open(o))},
        "candidates": [str(person.public_id) for o in outcomes for person in o.candidates],
    }


def _is_open(outcome: Outcome) -> bool:
    """A line nobody was found for stays to be mended; several candidates are ticked instead."""
    return not outcome.done and not outcome.candidates
