"""Handing over a booking: proposed by its member, answered by the other."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import pages, services
from bookings.errors import Refused
from bookings.forms.hand_over import HandOverForm
from bookings.models import Booking, HandOver
from bookings.permissions import (
    booking_for,
    hand_over_for,
    hand_over_to_answer,
    hand_over_to_close,
    to_ask_for,
)
from bookings.responses import attempt, change_page, page, posted, say_refused, told
from bookings.services.handing_over import foreseen
from equipment.reason import Reason
from equipment.words import Told
from members.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hand_over_create(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Say to whom; `look` finds them first and shows what one could ask for in return."""
    booking, now = booking_for(request.user, public_id), timezone.now()
    form = HandOverForm(posted(request))
    hand_over: HandOver | None = None
    refusals: list[Told] = []
    if request.method == "POST" and "look" not in request.POST:
        act = partial(_propose, form, booking, request)
        hand_over, refusals = attempt(form, booking.machine, act)
    if hand_over is not None:
        words = _("%s is asked. It stays yours until they accept.")
        messages.success(request, words % hand_over.to.name)
        return redirect("bookings:booking_detail", booking.public_id)
    to = form.to if form.is_bound and form.is_valid() else None
    if to is not None:
        theirs = to_ask_for(to, booking, now)
        form.show_theirs([(one, pages.when_words(one)) for one in theirs])
    return change_page(request, "hand_over", booking, form, refusals, to=to)


def _propose(form: HandOverForm, booking: Booking, request: MemberRequest) -> HandOver:
    to, now = form.cleaned_data["who"], timezone.now()
    return services.propose_hand_over(
        booking=booking,
        to=to,
        by=request.user,
        now=now,
        in_return=_chosen(form, to_ask_for(to, booking, now)),
    )


def _chosen(form: HandOverForm, theirs: Iterable[Booking]) -> Booking | None:
    """Which of theirs is asked for; Refused where it is gone meanwhile, or never was theirs."""
    public_id: str = form.cleaned_data["in_return"]
    if not public_id:
        return None
    for booking in theirs:
        if str(booking.public_id) == public_id:
            return booking
    raise Refused(Reason("swap-gone", {"name": form.cleaned_data["who"].name}))


@require_safe
@login_required
def hand_over_detail(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """What is proposed, and what would stand against it; both of them may look."""
    hand_over, now = hand_over_for(request.user, public_id), timezone.now()
    stands = HandOver.objects.standing(now).filter(pk=hand_over.pk).exists()
    is_asked = hand_over.to_id == request.user.pk
    against = foreseen(hand_over=hand_over, by=request.user, now=now) if stands and is_asked else ()
    machine = hand_over.booking.machine
    shown = {
        "hand_over": hand_over,
        "stands": stands,
        "is_asked": is_asked,
        "is_proposer": hand_over.booking.member_id == request.user.pk,
        "refusals": told(against, machine.space.tz),
    }
    return page(request, "proposal", machine, shown)


@require_POST
@login_required
def hand_over_accept(request: MemberRequest, public_id: UUID) -> HttpResponse:
    hand_over = hand_over_to_answer(request.user, public_id)
    version = request.POST.get("version") or None
    try:
        booking = services.accept_hand_over(
            hand_over=hand_over, by=request.user, now=timezone.now(), version=version
        )
    except Refused as refused:
        say_refused(request, refused, hand_over.booking.machine)
        return redirect("bookings:hand_over_detail", hand_over.public_id)
    messages.success(request, _("%s is yours.") % booking.machine)
    return redirect("bookings:booking_detail", booking.public_id)


@require_POST
@login_required
def hand_over_decline(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Said no to, or taken back."""
    hand_over = hand_over_to_close(request.user, public_id)
    services.decline_hand_over(hand_over=hand_over, by=request.user, now=timezone.now())
    if hand_over.to_id == request.user.pk:
        messages.success(request, _("Declined. Everything stays as it was."))
        return redirect("bookings:booking_list")
    messages.success(request, _("Taken back. Everything stays as it was."))
    return redirect("bookings:booking_detail", hand_over.booking.public_id)
