"""Pages of series: made after a look at every day, seen, moved and cancelled in one piece.

Every page goes by the clock of the machine's space. What may be is the rules' to say.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings import pages, services
from bookings.errors import Refused
from bookings.forms.booking import carried
from bookings.forms.series import (
    ONE,
    SeriesCancelForForm,
    SeriesCancelForm,
    SeriesForm,
    SeriesMoveForm,
)
from bookings.models import Booking, Series
from bookings.offers import Choices, offer
from bookings.permissions import (
    machine_to_book,
    of_a_series,
    series_for,
    siblings_of,
    to_book_for,
)
from bookings.policy import sentences
from bookings.repeating import Preview, preview, sentence
from bookings.responses import attempt, page, posted, told
from bookings.services.changing_series import Scope
from equipment.models import Machine
from equipment.words import Told
from members.models import Member
from members.requests import MemberRequest

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@read_or_change
@login_required
def series_create(request: MemberRequest, slug: str) -> HttpResponse:
    """Choose a rhythm, see each day with what stands against it, then book.

    What the booking form was filled in with comes along, and each step keeps all that was typed.
    """
    machine, now = machine_to_book(slug), timezone.now()
    member = to_book_for(request.user, machine, request.GET.get("member", ""))
    form = _form(request, member, machine, now)
    refusals: list[Told] = []
    seen = None
    if form.is_bound and form.is_valid():
        if "book" in request.POST:
            series, refusals = _book(form, request, member, machine)
            if series is not None:
                return redirect("bookings:series_detail", series.public_id)
        seen, flaws = _look(form, member, machine, now)
        refusals = refusals or flaws
    shown = {
        "form": form,
        "refusals": refusals,
        "preview": seen,
        "tried": "book" in request.POST,
        "rules": sentences(machine.tool_class, member, now),
        "booked_for": member if member != request.user else None,
    }
    return page(request, "repeat", machine, shown)


def _form(request: MemberRequest, member: Member, machine: Machine, now: datetime) -> SeriesForm:
    """Bound once a rhythm was sent; before, filled in with what the booking form held."""
    zone = machine.space.tz
    asked = request.POST or request.GET
    offered = offer(asked, member=member, machine=machine, now=now)
    if "rhythm" in request.POST:
        form = SeriesForm(request.POST, zone=zone)
    else:
        form = SeriesForm(zone=zone, initial=offered.initial | carried(asked))
    form.show_lengths(offered.choices)
    form.show_questions(offered.facts.questions)
    return form


def _look(
    form: SeriesForm, member: Member, machine: Machine, now: datetime
) -> tuple[Preview | None, list[Told]]:
    """Every day of it, or what is wrong with the series itself."""
    zone = machine.space.tz
    try:
        days = services.preview_series(
            member=member,
            machine=machine,
            rule=form.rule(zone),
            now=now,
            skip=form.cleaned_data["skip"],
            answers=form.answers,
        )
    except Refused as refused:
        return None, told(refused.reasons, zone)
    seen = preview(days, zone)
    return seen, seen.common


def _book(
    form: SeriesForm, request: MemberRequest, member: Member, machine: Machine
) -> tuple[Series | None, list[Told]]:
    """The series, or what stands against all of it; what stands against a day is told there."""
    zone, given = machine.space.tz, form.cleaned_data
    try:
        series = services.book_series(
            member=member,
            machine=machine,
            rule=form.rule(zone),
            by=request.user,
            now=timezone.now(),
            skip=given["skip"],
            note=given["note"],
            key=form.once,
            answers=form.answers,
        )
    except Refused as refused:
        of_no_day = [reason for reason in refused.reasons if "on_day" not in reason.params]
        return None, told(of_no_day, zone)
    messages.success(request, _("The series on %s is booked.") % machine)
    return series, []


@require_safe
@login_required
def series_detail(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """The rule, what is ahead of it, and what was."""
    series, now = series_for(request.user, public_id), timezone.now()
    rows = series.bookings.select_related("machine__space", "machine__tool_class")
    own = rows.filter(member=series.member_id)
    coming = own.coming(now).order_by("starts")
    past = own.exclude(pk__in=coming.values("pk")).order_by("-starts")
    begins_next = coming.filter(starts__gt=now).first()
    shown = {
        "series": series,
        "sentence": sentence(series),
        "is_mine": series.member_id == request.user.pk,
        "coming": pages.rows(coming, now),
        "past": pages.rows(past, now),
        "next": begins_next,
    }
    return page(request, "series", series.machine, shown)


@read_or_change
@login_required
def series_move(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Another time, length, day or machine for one booking of a series, or for more of them."""
    booking = of_a_series(request.user, public_id)
    zone, siblings = booking.machine.space.tz, siblings_of(booking.machine)
    form = SeriesMoveForm(
        posted(request),
        zone=zone,
        siblings=siblings,
        initial=_as_it_is(request, booking),
    )
    form.show_lengths(_lengths(request, booking))
    refusals: list[Told] = []
    if request.method == "POST":
        moved, refusals = attempt(form, booking.machine, partial(_move, form, request, booking))
        if moved is not None:
            messages.success(request, _("Moved. Your calendar follows."))
            return redirect("bookings:series_detail", moved.public_id)
    shown = {"booking": booking, "form": form, "refusals": refusals}
    return page(request, "series_move", booking.machine, shown)


def _as_it_is(request: MemberRequest, booking: Booking) -> dict[str, object]:
    took = booking.ends - booking.starts
    return {
        "starts": booking.starts,
        "minutes": str(int(took.total_seconds()) // 60),
        "machine": booking.machine.slug,
        "scope": request.GET.get("scope", Scope.FOLLOWING),
    }


def _lengths(request: MemberRequest, booking: Booking) -> Choices:
    as_it_is = {"starts": booking.starts.isoformat(), "ends": booking.ends.isoformat()}
    asked = request.POST or as_it_is | request.GET.dict()
    now, machine = timezone.now(), booking.machine
    return offer(asked, member=booking.member, machine=machine, now=now, changing=booking).choices


def _move(form: SeriesMoveForm, request: MemberRequest, booking: Booking) -> Series:
    given, by, now = form.cleaned_data, request.user, timezone.now()
    if given["scope"] == ONE:
        slot, machine = form.slot, given["machine"]
        services.move(
            booking=booking,
            starts=slot.starts,
            ends=slot.ends,
            machine=machine,
            by=by,
            now=now,
            sequence=form.seen,
        )
        return Series.objects.get(bookings=booking)
    return services.change_series(
        booking=booking,
        scope=Scope(given["scope"]),
        shift=form.shift(booking.starts.astimezone(booking.machine.space.tz)),
        by=by,
        now=now,
        include_changed=given["include_changed"],
        sequence=form.seen,
    )


@read_or_change
@login_required
def series_cancel(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks which, once; staff who cancel somebody else's say why."""
    booking = of_a_series(request.user, public_id)
    is_mine = booking.member_id == request.user.pk
    form_class = SeriesCancelForm if is_mine else SeriesCancelForForm
    form = form_class(
        posted(request),
        initial={"scope": request.GET.get("scope", Scope.FOLLOWING)},
    )
    refusals: list[Told] = []
    if request.method == "POST":
        cancelling = partial(_cancel, form, request, booking)
        series, refusals = attempt(form, booking.machine, cancelling)
        if series is not None:
            messages.success(request, _("Cancelled. The time is free for others."))
            return redirect("bookings:series_detail", series.public_id)
    shown = {"booking": booking, "form": form, "refusals": refusals}
    return page(request, "series_cancel", booking.machine, shown)


def _cancel(form: SeriesCancelForm, request: MemberRequest, booking: Booking) -> Series:
    scope, why = form.cleaned_data["scope"], form.cleaned_data.get("why", "")
    seen = {"by": request.user, "now": timezone.now(), "why": why, "sequence": form.seen}
    if scope == ONE:
        services.cancel(booking=booking, **seen)
        return Series.objects.get(bookings=booking)
    return services.cancel_series(booking=booking, scope=Scope(scope), **seen)
