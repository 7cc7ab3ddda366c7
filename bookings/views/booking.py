"""Pages of bookings: made, seen, moved, extended, cancelled, begun and finished.

Every page goes by the clock of the machine's space. What may be is the rules' to say.
"""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import disrupted, pages, services
from bookings.errors import Refused
from bookings.forms.booking import BookingForm, CancelForm, ExtendForm, MoveForm
from bookings.models import Booking
from bookings.offers import extensions, offer
from bookings.permissions import booking_for, bookings_of, machine_to_book, siblings_of
from bookings.policy import sentences
from bookings.responses import attempt, change_page, done, page, posted, say_refused
from bookings.timeline import history_of
from bookings.wanting import wait_url, worth_waiting
from equipment.models import Machine
from equipment.words import Told
from members.models import Member
from members.requests import MemberRequest
from members.zones import at_home

read_or_change = require_http_methods(["GET", "HEAD", "POST"])
PAST = 20  # bookings on one page


@read_or_change
@login_required
def booking_create(request: MemberRequest, slug: str) -> HttpResponse:
    """Book a machine. A gap of the board fills the form in; a refusal leaves all that was typed."""
    machine, now = machine_to_book(slug), timezone.now()
    asking = partial(offer, member=request.user, machine=machine, now=now)
    if request.method == "POST":
        form = BookingForm(request.POST, zone=machine.space.tz)
        booking, refusals = attempt(form, machine, partial(_book, form, request.user, machine))
        if booking is not None:
            _say_booked(request, booking, form.twice)
            return redirect("bookings:booking_detail", booking.public_id)
        offered = asking(request.POST)
    else:
        offered = asking(request.GET)
        form = BookingForm(zone=machine.space.tz, initial=offered.initial)
        refusals = offered.refusals()
    form.show_lengths(offered.choices)
    shown = {
        "form": form,
        "refusals": refusals,
        "rules": sentences(machine.tool_class, request.user, now),
    }
    if worth_waiting(refusals):
        shown["wait_url"] = wait_url(machine.slug, offered.slot)
    return page(request, "create", machine, shown)


def _book(form: BookingForm, member: Member, machine: Machine) -> Booking:
    return services.book(
        member=member,
        machine=machine,
        starts=form.slot.starts,
        ends=form.slot.ends,
        by=member,
        now=timezone.now(),
        note=form.cleaned_data["note"],
        key=form.cleaned_data["key"],
    )


def _say_booked(request: MemberRequest, booking: Booking, twice: bool) -> None:
    messages.success(request, _("%s is booked.") % booking.machine)
    if twice:
        starts = f"{booking.starts.astimezone(booking.machine.space.tz):%H:%M}"
        words = _("The clocks go back that night: %s comes twice, and you have the first.")
        messages.warning(request, words % starts)


@require_safe
@login_required
@at_home
def booking_list(request: MemberRequest) -> HttpResponse:
    """What is ahead of me, and what was."""
    now = timezone.now()
    coming = bookings_of(request.user).coming(now).order_by("starts")
    past = bookings_of(request.user).exclude(pk__in=coming.values("pk")).order_by("-starts")
    sheet = Paginator(past, PAST).get_page(request.GET.get("page"))
    shown = {"coming": pages.rows(coming, now), "past": pages.rows(sheet, now), "page": sheet}
    return render(request, "bookings/booking_list.html", shown)


@require_safe
@login_required
def booking_detail(request: MemberRequest, public_id: UUID) -> HttpResponse:
    booking, now = booking_for(request.user, public_id), timezone.now()
    zone = booking.machine.space.tz
    shown = {
        "booking": booking,
        "is_mine": booking.member_id == request.user.pk,
        "pill": pages.pill(booking, now),
        "hint": pages.hint(booking, now),
        "actions": pages.actions_of(booking, now),
        "history": history_of(booking, zone),
        "together": pages.together_with(booking),
        "disruption": disrupted.open_for(booking),
    }
    return page(request, "detail", booking.machine, shown)


@read_or_change
@login_required
def booking_move(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Another time, or another machine of the kind, with the same care as a new booking."""
    booking, now = booking_for(request.user, public_id), timezone.now()
    siblings, zone = siblings_of(booking.machine), booking.machine.space.tz
    asking = partial(offer, member=booking.member, now=now, changing=booking)
    if request.method == "POST":
        form = MoveForm(request.POST, zone=zone, siblings=siblings)
        moved, refusals = attempt(form, booking.machine, partial(_move, form, booking, request))
        if moved is not None:
            messages.success(request, _("Moved. Your calendar follows."))
            return redirect("bookings:booking_detail", moved.public_id)
        offered = asking(request.POST, machine=form.chosen_machine or booking.machine)
    else:
        machine = siblings.filter(slug=request.GET.get("machine")).first() or booking.machine
        offered = asking(request.GET or _as_it_is(booking), machine=machine)
        initial = {**offered.initial, "machine": machine.slug}
        form = MoveForm(zone=zone, siblings=siblings, initial=initial)
        refusals = []
    form.show_lengths(offered.choices)
    return change_page(request, "move", booking, form, refusals)


def _as_it_is(booking: Booking) -> dict[str, str]:
    return {"starts": booking.starts.isoformat(), "ends": booking.ends.isoformat()}


def _move(form: MoveForm, booking: Booking, request: MemberRequest) -> Booking:
    return services.move(
        booking=booking,
        starts=form.slot.starts,
        ends=form.slot.ends,
        machine=form.cleaned_data["machine"],
        by=request.user,
        now=timezone.now(),
    )


@read_or_change
@login_required
def booking_extend(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Offers only the ends that fit; says why where none does."""
    booking, now = booking_for(request.user, public_id), timezone.now()
    choices, against = extensions(booking, now)
    form = ExtendForm(posted(request), choices=choices)
    if request.method != "POST":
        return change_page(request, "extend", booking, form, against)
    extending = partial(_extend, form, booking, request)
    extended, refusals = attempt(form, booking.machine, extending)
    if extended is None:
        return change_page(request, "extend", booking, form, refusals or against)
    messages.success(request, _("Extended."))
    return redirect("bookings:booking_detail", booking.public_id)


def _extend(form: ExtendForm, booking: Booking, request: MemberRequest) -> Booking:
    ends = booking.ends + form.added
    return services.extend(booking=booking, ends=ends, by=request.user, now=timezone.now())


@read_or_change
@login_required
def booking_cancel(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks once; staff who cancel somebody else's booking say why."""
    booking = booking_for(request.user, public_id)
    form_class = Form if booking.member_id == request.user.pk else CancelForm
    form = form_class(posted(request))
    refusals: list[Told] = []
    if request.method == "POST":
        cancelled, refusals = attempt(
            form, booking.machine, partial(_cancel, form, booking, request)
        )
        if cancelled is not None:
            messages.success(request, _("Cancelled. The time is free for others."))
            return redirect("bookings:booking_list")
    return change_page(request, "cancel", booking, form, refusals)


def _cancel(form: Form, booking: Booking, request: MemberRequest) -> Booking:
    why = form.cleaned_data.get("why", "")
    return services.cancel(booking=booking, by=request.user, now=timezone.now(), why=why)


@require_POST
@login_required
def booking_check_in(request: MemberRequest, public_id: UUID) -> HttpResponse:
    booking = booking_for(request.user, public_id)
    act = partial(services.check_in, booking=booking, by=request.user, now=timezone.now())
    return done(request, booking, act, _("Checked in. It is yours."))


@require_POST
@login_required
def booking_finish(request: MemberRequest, public_id: UUID) -> HttpResponse:
    booking = booking_for(request.user, public_id)
    act = partial(services.finish, booking=booking, by=request.user, now=timezone.now())
    return done(request, booking, act, _("Finished. The rest is free for others."))


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
