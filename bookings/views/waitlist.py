"""Pages of the waitlist: what one waits for, what is offered, and the queue as staff see it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import waiting
from bookings.errors import Refused
from bookings.forms.booking import once
from bookings.forms.waitlist import TakeForm, WaitForm, asked_for
from bookings.models import Booking, Wait
from bookings.permissions import booking_for, wish_for
from bookings.responses import attempt, change_page, say_refused
from bookings.services import waitlist as services
from bookings.services.answering import questions_of
from bookings.wanting import targets
from equipment.words import Told, tell
from members.permissions import staff_required
from members.requests import MemberRequest
from members.zones import at_home

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
@at_home
def waitlist(request: MemberRequest) -> HttpResponse:
    """What is offered to me, what I wait for, and what became of the rest."""
    return render(request, "bookings/waitlist.html", waiting.mine(request.user, timezone.now()))


@read_or_change
@login_required
@at_home
def wait_create(request: MemberRequest) -> HttpResponse:
    """Ask for time in a window. A taken slot fills the form in; a refusal leaves what was typed."""
    known = targets()
    refusals: list[Told] = []
    if request.method == "POST":
        form = WaitForm(request.POST, targets=known)
        if form.is_valid():
            try:
                return _waits(request, _wait(form, request))
            except Refused as refused:
                zone = form.target.space.tz
                refusals = [tell(reason, zone) for reason in refused.reasons]
    else:
        form = WaitForm(targets=known, initial=asked_for(request.GET.dict(), known))
    shown = {"form": form, "refusals": refusals, "nothing": not known}
    return render(request, "bookings/wait_create.html", shown)


def _wait(form: WaitForm, request: MemberRequest) -> Wait:
    return services.wait(
        member=request.user,
        tool_class=form.target.tool_class,
        space=form.target.space,
        machine=form.target.machine,
        starts=form.at("starts"),
        ends=form.at("ends"),
        minutes=form.cleaned_data["minutes"],
        by=request.user,
        now=timezone.now(),
        key=once(form),
    )


def _waits(request: MemberRequest, wish: Wait) -> HttpResponse:
    """Where something is free already, it is offered by now."""
    wish.refresh_from_db(fields=["state"])
    if wish.state == Wait.State.OFFERED:
        messages.success(request, _("That time is free: it is offered to you."))
    else:
        messages.success(request, _("You are on the waitlist. We write when it is your turn."))
    return redirect("bookings:waitlist")


@require_POST
@login_required
def wait_withdraw(request: MemberRequest, public_id: UUID) -> HttpResponse:
    wish = wish_for(request.user, public_id)
    services.withdraw(wish=wish, by=request.user, now=timezone.now())
    messages.success(request, _("You wait for it no longer."))
    return redirect("bookings:waitlist")


@read_or_change
@login_required
def offer_take(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """One press takes it; where the kind asks something, or the rules do, a page says so."""
    offer = booking_for(request.user, public_id)
    form = TakeForm(
        request.POST if request.method == "POST" else None,
        questions=questions_of([offer.machine.tool_class_id]),
    )
    refusals: list[Told] = []
    if request.method == "POST":
        taken, refusals = attempt(form, offer.machine, partial(_take, form, offer, request))
        if taken is not None:
            messages.success(request, _("%s is yours.") % offer.machine)
            return redirect("bookings:booking_detail", offer.public_id)
    return change_page(request, "take", offer, form, refusals)


def _take(form: TakeForm, offer: Booking, request: MemberRequest) -> Booking:
    return services.accept(offer=offer, by=request.user, now=timezone.now(), answers=form.answers)


@require_POST
@login_required
def offer_decline(request: MemberRequest, public_id: UUID) -> HttpResponse:
    offer = booking_for(request.user, public_id)
    try:
        services.decline(offer=offer, by=request.user, now=timezone.now())
    except Refused as refused:
        say_refused(request, refused, offer.machine)
    else:
        messages.success(request, _("It goes to the next person. You still wait for other time."))
    return redirect("bookings:waitlist")


@require_safe
@staff_required
@at_home
def waitlist_queue(request: MemberRequest) -> HttpResponse:
    """Who waits for what, in the order in which they are asked."""
    queues = waiting.queues(request.user, timezone.now())
    return render(request, "bookings/waitlist_queue.html", {"queues": queues})
