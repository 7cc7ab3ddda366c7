"""Members sit theory tests: every page of answers is kept as it is sent."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.errors import Refused
from equipment.words import length
from members.requests import MemberRequest
from members.zones import at_home
from training import permissions
from training.models import TheoryAttempt, TheoryTest
from training.pages import theory as pages
from training.services import sitting

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
@at_home
def theory_list(request: MemberRequest) -> HttpResponse:
    """What there is to sit, what one has sat, and what one may write."""
    now = timezone.now()
    shown = {
        "lines": pages.tests_for(request.user, now),
        "sittings": pages.sittings_of(request.user),
        "types": pages.types_to_write(request.user, now),
    }
    return render(request, "training/theory_list.html", shown)


@require_safe
@login_required
@at_home
def theory_test(request: MemberRequest, slug: str) -> HttpResponse:
    return _test(request, permissions.test_to_take(slug))


@require_POST
@login_required
@at_home
def theory_begin(request: MemberRequest, slug: str) -> HttpResponse:
    """Begin, or go on with what is open."""
    test = permissions.test_to_take(slug)
    try:
        attempt = sitting.begin_test(test=test, member=request.user, now=timezone.now())
    except Refused:
        return _test(request, test)  # says what stands against it
    return redirect("training:theory_attempt", attempt.public_id)


@read_or_change
@login_required
@at_home
@never_cache
def theory_attempt(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """The questions while it is open, and then what it was worth."""
    attempt, now = permissions.attempt_of(request.user, public_id), timezone.now()
    if request.method == "POST":
        return _answered(request, attempt)
    if attempt.finished_at is None and attempt.closes_at <= now:
        attempt = sitting.answer_test(attempt=attempt, sent={}, now=now)
    if attempt.finished_at is not None:
        shown = {"attempt": attempt, "rows": pages.result(attempt)}
        return render(request, "training/theory_result.html", shown)
    shown = {"attempt": attempt, "rows": pages.sheet(attempt)}
    return render(request, "training/theory_attempt.html", shown)


def _answered(request: MemberRequest, attempt: TheoryAttempt) -> HttpResponse:
    """Keep what was sent; the button says whether that is all. A page that keeps as it goes gets
    no page back."""
    act = sitting.finish_test if request.POST.get("do") == "finish" else sitting.answer_test
    sent = pages.sent_of(attempt, dict(request.POST.lists()))
    was_over = attempt.finished_at is not None
    attempt = act(attempt=attempt, sent=sent, now=timezone.now())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    if was_over:
        messages.info(request, _("It was finished already; this is what it was worth."))
    elif attempt.finished_at is None:
        messages.info(request, _("Kept. Go on whenever you like until the time is up."))
    return redirect("training:theory_attempt", attempt.public_id)


def _test(request: MemberRequest, test: TheoryTest) -> HttpResponse:
    now, zone = timezone.now(), timezone.get_current_timezone()
    open_one, refusal, passed = pages.standing(test, request.user, now, zone)
    shown: dict[str, Any] = {
        "test": test,
        "open": open_one,
        "passed": passed,
        "refusals": [refusal] if refusal and not open_one and not passed else [],
        "may_begin": refusal is None,
        "retake": length(test.retake_minutes),
    }
    return render(request, "training/theory_test.html", shown)
