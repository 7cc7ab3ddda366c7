"""Pages of bookings: made, listed and seen; what is done to one is in change.

Every page goes by the clock of the machine's space. What may be is the rules' to say.
"""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import disrupted, pages, services
from bookings.errors import Refused
from bookings.forms.booking import BookingForm
from bookings.models import Booking, HandOver
from bookings.offers import Offer, offer
from bookings.permissions import (
    booking_for,
    bookings_of,
    hand_overs_of,
    machine_to_book,
    requests_for,
    to_book_for,
)
from bookings.policy import sentences
from bookings.responses import attempt, page, say_refused
from bookings.timeline import history_of
from bookings.wanting import wait_url, worth_waiting
from equipment.models import Machine
from equipment.words import Told
from members.models import Member
from members.permissions import is_staff
from members.requests import MemberRequest
from members.zones import at_home

read_or_change = require_http_methods(["GET", "HEAD", "POST"])
PAST = 20  # bookings on one page


@read_or_change
@login_required
def booking_create(request: MemberRequest, slug: str) -> HttpResponse:
    """Book a machine, at the desk for anybody (`member` in the address).

    A gap of the board fills the form in; a refusal leaves all that was typed.
    """
    machine, now = machine_to_book(slug), timezone.now()
    member = to_book_for(request.user, machine, request.GET.get("member", ""))
    asking = partial(offer, member=member, machine=machine, now=now)
    if request.method == "POST":
        form = BookingForm(request.POST, zone=machine.space.tz)
        act = partial(_book, form, member, machine, request.user)
        booking, refusals = attempt(form, machine, act)
        if booking is not None:
            _say_booked(request, booking, form.twice)
            return redirect("bookings:booking_detail", booking.public_id)
        offered = asking(request.POST)
        refusals = refusals or (offered.refusals() if form.is_ticked else [])
    else:
        offered = asking(request.GET)
        form = BookingForm(zone=machine.space.tz, initial=offered.initial)
        refusals = offered.refusals()
    return _ask(request, machine, member, form, offered, refusals)


def _ask(
    request: MemberRequest,
    machine: Machine,
    member: Member,
    form: BookingForm,
    offered: Offer,
    refusals: list[Told],
) -> HttpResponse:
    """The form, with what is offered, what is asked, and what stands in the way."""
    form.show_lengths(offered.choices)
    form.show_questions(offered.facts.questions)
    if is_staff(request.user, machine.space):
        form.show_overridable(refusals)
    is_own = member == request.user
    shown = {
        "form": form,
        "refusals": refusals,
        "rules": sentences(machine.tool_class, member, offered.facts.now),
        "booked_for": None if is_own else member,
    }
    if is_own and worth_waiting(refusals):
        shown["wait_url"] = wait_url(machine.slug, offered.slot)
    return page(request, "create", machine, shown)


def _book(form: BookingForm, member: Member, machine: Machine, by: Member) -> Booking:
    return services.book(
        member=member,
        machine=machine,
        starts=form.slot.starts,
        ends=form.slot.ends,
        by=by,
        now=timezone.now(),
        note=form.cleaned_data["note"],
        key=form.once,
        origin=Booking.Origin.PAGE if by == member else Booking.Origin.STAFF,
        answers=form.answers,
        overrides=form.cleaned_data["overrides"],
        override_why=form.cleaned_data["why"],
    )


def _say_booked(request: MemberRequest, booking: Booking, twice: bool) -> None:
    if booking.state == Booking.State.REQUESTED:
        messages.success(request, _("Asked for. Staff look at it first."))
    else:
        messages.success(request, _("%s is booked.") % booking.machine)
    if twice:
        starts = f"{booking.starts.astimezone(booking.machine.space.tz):%H:%M}"
        words = _("The clocks go back that night: %s comes twice, and you have the first.")
        messages.warning(request, words % starts)


@require_safe
@login_required
@at_home
def booking_list(request: MemberRequest) -> HttpResponse:
    """What is ahead of me, what others propose, what waits for my answer, and what was."""
    now = timezone.now()
    coming = bookings_of(request.user).coming(now).order_by("starts")
    past = bookings_of(request.user).exclude(pk__in=coming.values("pk")).order_by("-starts")
    sheet = Paginator(past, PAST).get_page(request.GET.get("page"))
    shown = {
        "coming": pages.rows(coming, now),
        "past": pages.rows(sheet, now),
        "page": sheet,
        "proposals": hand_overs_of(request.user, now),
        "waiting": requests_for(request.user, now).count() if is_staff(request.user) else 0,
    }
    return render(request, "bookings/booking_list.html", shown)


@require_safe
@login_required
def booking_detail(request: MemberRequest, public_id: UUID) -> HttpResponse:
    booking, now = booking_for(request.user, public_id), timezone.now()
    zone = booking.machine.space.tz
    proposals = HandOver.objects.standing(now).filter(booking=booking)
    shown = {
        "booking": booking,
        "is_mine": booking.member_id == request.user.pk,
        "pill": pages.pill(booking, now),
        "hint": pages.hint(booking, now),
        "actions": pages.actions_of(booking, now, is_staff(request.user, booking.machine.space)),
        "answers": booking.answers.select_related("question"),
        "proposal": proposals.select_related("to").first(),
        "history": history_of(booking, zone),
        "together": pages.together_with(booking),
        "disruption": disrupted.open_for(booking),
    }
    return page(request, "detail", booking.machine, shown)


@require_POST
@login_required
def walk_up(request: MemberRequest, slug: str) -> HttpResponse:
    """Start at a machine without an interlock: one's own booking, else a new one."""
    machine, now = machine_to_book(slug), timezone.now()
    own = pages.own_booking_now(request.user, machine, now)
    start = (
        partial(services.check_in, booking=own)
        if own
        else partial(services.walk_up, member=request.user, machine=machine)
    )
    try:
        booking = start(by=request.user, now=now)
    except Refused as refused:
        say_refused(request, refused, machine)
        return redirect("desk:machine", machine.slug)
    messages.success(request, _("%s is yours. Finish here when you are done.") % machine)
    return redirect("bookings:booking_detail", booking.public_id)
