"""Requests, for staff of their space: what waits, and the answer to one."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings import pages, services
from bookings.forms.hand_over import AnswerForm
from bookings.models import Booking
from bookings.permissions import request_to_answer, requests_for
from bookings.responses import attempt, change_page, posted
from bookings.timeline import history_of
from equipment.words import Told
from members.permissions import staff_required
from members.requests import MemberRequest
from members.zones import at_home


@require_safe
@staff_required
@at_home
def request_list(request: MemberRequest) -> HttpResponse:
    """What waits for an answer at the desks of this member, the soonest first."""
    waiting = requests_for(request.user, timezone.now())
    return render(request, "bookings/request_list.html", {"waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def booking_answer(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Approve or decline, with words that the member reads."""
    booking, now = request_to_answer(request.user, public_id), timezone.now()
    form = AnswerForm(posted(request))
    answered: Booking | None = None
    refusals: list[Told] = []
    if request.method == "POST":
        act = partial(_answer, form, booking, request)
        answered, refusals = attempt(form, booking.machine, act)
    if answered is not None:
        words = _("Approved.") if form.approves else _("Declined. The time is free for others.")
        messages.success(request, words)
        return redirect("bookings:request_list")
    shown = {
        "pill": pages.pill(booking, now),
        "answers": booking.answers.select_related("question"),
        "history": history_of(booking, booking.machine.space.tz),
        "waits": pages.state_at(booking, now) == Booking.State.REQUESTED,
    }
    return change_page(request, "answer", booking, form, refusals, **shown)


def _answer(form: AnswerForm, booking: Booking, request: MemberRequest) -> Booking:
    act = services.approve if form.approves else services.decline
    return act(
        booking=booking,
        by=request.user,
        now=timezone.now(),
        words=form.cleaned_data["words"],
        sequence=form.seen,
    )
