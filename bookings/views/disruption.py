"""Pages of bookings that have to make way: where a member chooses, and where staff see who did."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import disrupted
from bookings.alternatives import alternatives_to
from bookings.errors import Refused
from bookings.forms.disruption import AnswerForm
from bookings.models import Disruption
from bookings.permissions import disruption_for, siblings_of, space_to_run
from bookings.services.disruptions import answer_disruption
from equipment.words import Told, tell
from members.permissions import staff_required
from members.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def disruption_show(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """What is in the way, and every way out as one button."""
    disruption = disruption_for(request.user, public_id)
    siblings = siblings_of(disruption.booking.machine)
    form = AnswerForm(request.POST if request.method == "POST" else None, siblings=siblings)
    refusals: list[Told] = []
    if form.is_valid():
        refusals = _answer(form, disruption, request)
        if not refusals:
            messages.success(request, disrupted.thanks(disruption))
            return redirect("bookings:booking_detail", disruption.booking.public_id)
    return _page(request, disruption, form, refusals)


def _answer(form: AnswerForm, disruption: Disruption, request: MemberRequest) -> list[Told]:
    """Everything against it; nothing where it is done."""
    try:
        answer_disruption(disruption=disruption, by=request.user, now=timezone.now(), to=form.place)
    except Refused as refused:
        zone = disruption.booking.machine.space.tz
        return [tell(reason, zone) for reason in refused.reasons]
    return []


def _page(
    request: MemberRequest, disruption: Disruption, form: AnswerForm, refusals: list[Told]
) -> HttpResponse:
    booking = disruption.booking
    is_open = disruption.answered_at is None
    shown = {
        "disruption": disruption,
        "booking": booking,
        "machine": booking.machine,
        "cause": disrupted.cause_of(disruption),
        "own": disrupted.own_cause(disruption) if disruption.is_personal else None,
        "is_mine": disrupted.is_mine(disruption, request.user),
        "ways": alternatives_to(booking, timezone.now()) if is_open else None,
        "others": disrupted.others_of(disruption),
        "form": form,
        "refusals": refusals,
    }
    with timezone.override(booking.machine.space.tz):
        return render(request, "bookings/disruption_show.html", shown)


@require_safe
@staff_required
def disruption_list(request: MemberRequest, slug: str) -> HttpResponse:
    """Whose bookings had to make way in a space, and who has answered how."""
    space = space_to_run(request.user, slug)
    waiting = disrupted.waiting_in(space).count()
    with timezone.override(space.tz):
        groups = disrupted.groups(space, timezone.now())
        shown = {"space": space, "groups": groups, "waiting": waiting}
        return render(request, "bookings/disruption_list.html", shown)
