"""Pages of several machines booked at once, and of any machine of a kind.

Every page goes by the clock of the space. What may be is the rules' to say.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import services
from bookings.forms.booking import CancelForm, carried
from bookings.forms.group import AnyForm, GroupForm, GroupMoveForm
from bookings.models import Booking
from bookings.offers import Offer, offer
from bookings.pages import together_with
from bookings.permissions import (
    kind_to_book,
    machine_to_book,
    machines_beside,
    machines_of,
    of_a_group,
    to_book_for,
)
from bookings.policy import sentences
from bookings.responses import attempt, page, posted
from bookings.services.answering import questions_of
from equipment.models import Feature, Machine, ToolClass
from equipment.words import Told
from members.models import Member, Space
from members.requests import MemberRequest

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@read_or_change
@login_required
def group_create(request: MemberRequest, slug: str) -> HttpResponse:
    """More machines of the space beside this one, for the time the booking form held."""
    machine, now = machine_to_book(slug), timezone.now()
    member = to_book_for(request.user, machine, request.GET.get("member", ""))
    offered = _offered(request, member, machine, now)
    is_ours = "several" in request.POST
    form = GroupForm(
        request.POST if is_ours else None,
        zone=machine.space.tz,
        machines=machines_beside(machine),
        initial=_typed(request, offered) | {"machines": [machine.slug]},
    )
    form.show_lengths(offered.choices)
    refusals: list[Told] = []
    if is_ours:
        booked, refusals = attempt(form, machine, partial(_book, form, request, member))
        if booked:
            names = ", ".join(booking.machine.name for booking in booked)
            messages.success(request, _("%s are booked.") % names)
            return redirect("bookings:booking_detail", booked[0].public_id)
    form.show_questions(questions_of(form.kinds or [machine.tool_class_id]))
    booked_for = member if member != request.user else None
    shown = {"form": form, "refusals": refusals, "booked_for": booked_for}
    return page(request, "several", machine, shown)


def _offered(request: MemberRequest, member: Member, machine: Machine, now: datetime) -> Offer:
    return offer(request.POST or request.GET, member=member, machine=machine, now=now)


def _typed(request: MemberRequest, offered: Offer) -> dict[str, object]:
    """What the booking form held, so that nothing is typed twice."""
    return offered.initial | carried(request.POST or request.GET)


def _book(form: GroupForm, request: MemberRequest, member: Member) -> list[Booking]:
    return services.book_group(
        member=member,
        machines=form.cleaned_data["machines"],
        starts=form.slot.starts,
        ends=form.slot.ends,
        by=request.user,
        now=timezone.now(),
        note=form.cleaned_data["note"],
        key=form.once,
        answers=form.answers,
    )


@read_or_change
@login_required
def group_move(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """All of them to another time."""
    booking = of_a_group(request.user, public_id)
    zone = booking.machine.space.tz
    as_it_is = {"starts": booking.starts.isoformat(), "ends": booking.ends.isoformat()}
    asked = request.POST or as_it_is | request.GET.dict()
    now, machine = timezone.now(), booking.machine
    offered = offer(asked, member=booking.member, machine=machine, now=now, changing=booking)
    form = GroupMoveForm(posted(request), zone=zone, initial=offered.initial)
    form.show_lengths(offered.choices)
    refusals: list[Told] = []
    if request.method == "POST":
        moved, refusals = attempt(form, machine, partial(_move, form, request, booking))
        if moved:
            messages.success(request, _("Moved. Your calendar follows."))
            return redirect("bookings:booking_detail", booking.public_id)
    shown = {"booking": booking, "together": together_with(booking)}
    return page(request, "group_move", machine, shown | {"form": form, "refusals": refusals})


def _move(form: GroupMoveForm, request: MemberRequest, booking: Booking) -> list[Booking]:
    return services.move_group(
        booking=booking,
        starts=form.slot.starts,
        ends=form.slot.ends,
        by=request.user,
        now=timezone.now(),
        sequence=form.seen,
    )


@read_or_change
@login_required
def group_cancel(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks once; staff who cancel somebody else's say why."""
    booking, now = of_a_group(request.user, public_id), timezone.now()
    form = CancelForm(posted(request), others=booking.member_id != request.user.pk)
    refusals: list[Told] = []
    if request.method == "POST":
        cancel = partial(services.cancel_group, booking=booking, by=request.user, now=now)
        cancelled, refusals = attempt(form, booking.machine, lambda: cancel(**form.told()))
        if cancelled is not None:
            messages.success(request, _("Cancelled. The time is free for others."))
            return redirect("bookings:booking_list")
    shown = {"booking": booking, "together": together_with(booking), "form": form}
    return page(request, "group_cancel", booking.machine, shown | {"refusals": refusals})


@read_or_change
@login_required
def any_create(request: MemberRequest, slug: str) -> HttpResponse:
    """Any machine of a kind: the least used one that has what is asked for."""
    kind, spaces = kind_to_book(slug)
    space = _space(request, spaces)
    machines, now = machines_of(kind, space), timezone.now()
    member = to_book_for(request.user, machines[0], request.GET.get("member", ""))
    offered = _offered(request, member, machines[0], now)
    is_ours = "space" in request.POST
    form = AnyForm(
        request.POST if is_ours else None,
        zone=space.tz,
        spaces=spaces,
        features=Feature.objects.filter(machines__in=machines).distinct(),
        initial=_typed(request, offered) | {"space": space.slug},
    )
    form.show_lengths(offered.choices)
    form.show_questions(offered.facts.questions)
    refusals: list[Told] = []
    if is_ours:
        act = partial(_any, form, request, member, kind)
        booking, refusals = attempt(form, machines[0], act)
        if booking is not None:
            messages.success(request, _("%s is booked.") % booking.machine)
            return redirect("bookings:booking_detail", booking.public_id)
    shown = {
        "kind": kind,
        "spaces": spaces,
        "form": form,
        "refusals": refusals,
        "rules": sentences(kind, member, now),
        "booked_for": member if member != request.user else None,
    }
    return page(request, "any", machines[0], shown)


def _space(request: MemberRequest, spaces: QuerySet[Space]) -> Space:
    """The one asked for, else the member's own, else the first."""
    asked = request.POST.get("space") or request.GET.get("space")
    by_slug = {space.slug: space for space in spaces}
    home = request.user.space.slug if request.user.space else None
    return by_slug.get(asked or "") or by_slug.get(home or "") or spaces[0]


def _any(form: AnyForm, request: MemberRequest, member: Member, kind: ToolClass) -> Booking:
    given, slot = form.cleaned_data, form.slot
    return services.book_any(
        member=member,
        tool_class=kind,
        space=given["space"],
        starts=slot.starts,
        ends=slot.ends,
        by=request.user,
        now=timezone.now(),
        features=given["features"],
        note=given["note"],
        key=form.once,
        answers=form.answers,
    )
