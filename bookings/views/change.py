"""What is done to one booking: moved, extended, given back, begun and finished.

Staff do it for others and say why. A form says which version of the booking it was made for.
"""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings import services
from bookings.forms.booking import CancelForm, ExtendForm, MoveForm
from bookings.models import Booking
from bookings.offers import extensions, offer
from bookings.permissions import booking_for, siblings_of
from bookings.responses import attempt, change_page, done, posted
from bookings.services.cancelling import would_be_late
from equipment.words import Told, length
from members.permissions import is_staff
from members.requests import MemberRequest

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@read_or_change
@login_required
def booking_move(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Another time, or another machine of the kind, with the same care as a new booking."""
    booking, now = booking_for(request.user, public_id), timezone.now()
    siblings, zone = siblings_of(booking.machine), booking.machine.space.tz
    asking = partial(offer, member=booking.member, now=now, changing=booking)
    making = partial(MoveForm, zone=zone, siblings=siblings, others=_is_others(request, booking))
    if request.method == "POST":
        form = making(request.POST)
        moved, refusals = attempt(form, booking.machine, partial(_move, form, booking, request))
        if moved is not None:
            _say_moved(request, moved)
            return redirect("bookings:booking_detail", moved.public_id)
        offered = asking(request.POST, machine=form.chosen_machine or booking.machine)
        refusals = refusals or (offered.refusals() if form.is_ticked else [])
    else:
        machine = siblings.filter(slug=request.GET.get("machine")).first() or booking.machine
        offered = asking(request.GET or _as_it_is(booking), machine=machine)
        form = making(initial={**offered.initial, "machine": machine.slug})
        refusals = offered.refusals() if "starts" in request.GET else []
    form.show_lengths(offered.choices)
    if is_staff(request.user, booking.machine.space):
        form.show_overridable(refusals)
    return change_page(request, "move", booking, form, refusals)


def _is_others(request: MemberRequest, booking: Booking) -> bool:
    return booking.member_id != request.user.pk


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
        sequence=form.seen,
        **form.set_aside,
    )


def _say_moved(request: MemberRequest, booking: Booking) -> None:
    if booking.state == Booking.State.REQUESTED:
        messages.success(request, _("Moved. Staff look at it first."))
    else:
        messages.success(request, _("Moved. Your calendar follows."))


@read_or_change
@login_required
def booking_extend(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Offers only the ends that fit; says why where none does."""
    booking, now = booking_for(request.user, public_id), timezone.now()
    at_desk = is_staff(request.user, booking.machine.space)
    choices, against = extensions(booking, now, at_desk)
    form = ExtendForm(posted(request), choices=choices, others=_is_others(request, booking))
    if request.method != "POST":
        return change_page(request, "extend", booking, form, against)
    extending = partial(_extend, form, booking, request)
    extended, refusals = attempt(form, booking.machine, extending)
    if extended is None:
        if at_desk:
            form.show_overridable(refusals)
        return change_page(request, "extend", booking, form, refusals or against)
    messages.success(request, _("Extended."))
    return redirect("bookings:booking_detail", booking.public_id)


def _extend(form: ExtendForm, booking: Booking, request: MemberRequest) -> Booking:
    return services.extend(
        booking=booking,
        ends=form.cleaned_data["until"],
        by=request.user,
        now=timezone.now(),
        sequence=form.seen,
        **form.set_aside,
    )


@read_or_change
@login_required
def booking_cancel(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks once, and says whether it comes late; staff who cancel somebody else's say why."""
    booking, now = booking_for(request.user, public_id), timezone.now()
    form = CancelForm(posted(request), others=_is_others(request, booking))
    cancelled: Booking | None = None
    refusals: list[Told] = []
    if request.method == "POST":
        cancel = partial(services.cancel, booking=booking, by=request.user, now=now)
        cancelled, refusals = attempt(form, booking.machine, lambda: cancel(**form.told()))
    if cancelled is not None:
        messages.success(request, _("Cancelled. The time is free for others."))
        return redirect("bookings:booking_list")
    shown = {
        "late": would_be_late(booking, request.user, now),
        "has_begun": booking.starts <= now,
        "notice": length(booking.machine.tool_class.cancel_notice_minutes),
    }
    return change_page(request, "cancel", booking, form, refusals, **shown)


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
