"""Members sign up for inductions; whoever gives one plans it and says how it went.

Whoever may not run the one asked for gets 404, as for one that is not there; who may plan none
gets 403.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.errors import Refused
from bookings.responses import posted, told
from equipment.models import CertificationType
from equipment.permissions import certifiable_types
from equipment.words import Told
from members.models import Space
from members.requests import MemberRequest
from members.zones import at_home
from training import permissions, services
from training.forms.inductions import (
    AttendanceForm,
    CallOffForm,
    ChangeForm,
    NewPlanForm,
    SignUpForm,
)
from training.models import Attendee, Induction
from training.pages import inductions as pages

read_or_change = require_http_methods(["GET", "HEAD", "POST"])
Made = TypeVar("Made")


@require_safe
@login_required
@at_home
def induction_list(request: MemberRequest) -> HttpResponse:
    """What comes, by certification; and what is to be finished by those who gave it."""
    now, type = timezone.now(), request.GET.get("gives", "").replace("\0", "")
    shown = {
        "lines": pages.coming(request.user, now, type),
        "to_finish": pages.to_finish(request.user, now),
        "types": pages.types_offered(now),
        "type": type,
        "chosen": CertificationType.objects.filter(slug=type).first() if type else None,
        "may_plan": permissions.may_plan(request.user, now),
    }
    return render(request, "training/induction_list.html", shown)


@require_safe
@login_required
def induction_detail(request: MemberRequest, public_id: UUID) -> HttpResponse:
    return _detail(request, permissions.induction_to_see(public_id))


@read_or_change
@login_required
def induction_create(request: MemberRequest) -> HttpResponse:
    """Plan one in the space that the address names."""
    now, by = timezone.now(), request.user
    space = permissions.space_to_plan_in(by, request.GET.get("space", "").replace("\0", ""), now)
    form = NewPlanForm(
        posted(request),
        space=space,
        machines=permissions.machines_to_hold(by, space, now),
        types=certifiable_types(by, now),
        certifiers=permissions.certifiers_for(by, space, now),
        initial={"certifier": by.public_id},
    )
    made, refusals = _attempt(form, space, lambda: _plan(form, space, request))
    if made is not None:
        messages.success(request, _("Planned. Members can sign up for it now."))
        return redirect("training:induction_detail", made.public_id)
    spaces = permissions.spaces_to_plan_in(by, now)
    shown = {"form": form, "refusals": refusals, "space": space, "spaces": spaces}
    return _page(request, space, "training/induction_create.html", shown)


@read_or_change
@login_required
def induction_change(request: MemberRequest, public_id: UUID) -> HttpResponse:
    now, by = timezone.now(), request.user
    induction = permissions.induction_to_run(by, public_id)
    space, held = induction.space, pages.machines_of(induction)
    machines = permissions.machines_to_hold(by, space, now)
    initial = _as_it_is(induction) | {"machines": [machine.slug for machine in held]}
    form = ChangeForm(
        posted(request),
        space=space,
        machines=machines,
        certifiers=permissions.certifiers_for(by, space, now),
        initial=initial,
    )
    made, refusals = _attempt(
        form,
        space,
        lambda: services.change_induction(
            induction=induction,
            plan=form.plan(induction.type.name),
            certifier=form.cleaned_data["certifier"],
            by=by,
            now=now,
        ),
    )
    if made is not None:
        messages.success(request, _("Changed."))
        return redirect("training:induction_detail", public_id)
    shown = {"form": form, "refusals": refusals, "space": space, "induction": induction}
    return _page(request, space, "training/induction_change.html", shown)


@read_or_change
@login_required
def induction_cancel(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Asks why, as everybody is told."""
    induction = permissions.induction_to_run(request.user, public_id)
    form, now = CallOffForm(posted(request)), timezone.now()
    made, refusals = _attempt(
        form,
        induction.space,
        lambda: services.cancel_induction(
            induction=induction, by=request.user, now=now, why=form.cleaned_data["why"]
        ),
    )
    if made is not None:
        messages.success(request, _("Called off. Everybody who signed up is told."))
        return redirect("training:induction_detail", public_id)
    shown = {"form": form, "refusals": refusals, "induction": induction}
    return _page(request, induction.space, "training/induction_cancel.html", shown)


@require_POST
@login_required
def sign_up(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Take a seat; the page says it where one has to wait, and why not."""
    induction, member = permissions.induction_to_see(public_id), request.user
    now = timezone.now()
    try:
        place = services.sign_up(induction=induction, member=member, by=member, now=now)
    except Refused:
        return _detail(request, induction)  # says all that stands against it
    if place.state == Attendee.State.WAITING:
        messages.info(request, _("It is full. You are told as soon as a seat is yours."))
    else:
        messages.success(request, _("You have a seat."))
    return redirect("training:induction_detail", public_id)


@require_POST
@login_required
def sign_up_other(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Whoever runs it signs somebody up; what was typed stays where that cannot be."""
    induction = permissions.induction_to_run(request.user, public_id)
    form, now = SignUpForm(request.POST), timezone.now()
    made, refusals = _attempt(
        form,
        induction.space,
        lambda: services.sign_up(
            induction=induction, member=form.cleaned_data["member"], by=request.user, now=now
        ),
    )
    if made is None:
        return _detail(request, induction, marking=refusals, adding=form)
    words = {
        Attendee.State.WAITING: _("It is full: %s waits for a seat and is told."),
    }.get(Attendee.State(made.state), _("%s has a seat."))
    messages.success(request, words % made.member.name)
    return redirect("training:induction_detail", public_id)


@require_POST
@login_required
def withdraw(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Give up a seat or a place in line: one's own, or for those who run it, anybody's."""
    attendee = permissions.attendee_for(request.user, public_id)
    induction = attendee.induction
    try:
        services.withdraw(attendee=attendee, by=request.user, now=timezone.now())
    except Refused as refused:
        for one in told(refused.reasons, induction.space.tz):
            messages.error(request, f"{one.text} {one.remedy}")
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("training:induction_detail", induction.public_id)


@require_POST
@login_required
def attendance(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Save who was there; the button says whether all the rest were, or whether it is finished."""
    induction = permissions.induction_to_run(request.user, public_id)
    form = _attendance_form(induction, request)
    if not form.is_valid():
        return _detail(request, induction, form)
    refusals = _mark(form, induction, request)
    if refusals:
        return _detail(request, induction, form, refusals)
    messages.success(request, _("Saved. Whoever passed just now is certified and told."))
    return redirect("training:induction_detail", public_id)


def _mark(form: AttendanceForm, induction: Induction, request: MemberRequest) -> list[Told]:
    """Each person by themselves: what stands against one keeps nobody else back."""
    now, by, zone = timezone.now(), request.user, induction.space.tz
    acts: list[Callable[[], object]] = [
        lambda attendee=attendee, mark=mark: services.mark(  # type: ignore[misc]
            attendee=attendee, mark=mark, by=by, now=now
        )
        for attendee, mark in form.marks()
    ]
    if request.POST.get("do") == "present":
        acts.append(lambda: services.mark_everybody(induction=induction, by=by, now=now))
    if request.POST.get("do") == "finish":
        acts.append(lambda: services.finish(induction=induction, by=by, now=now))
    refusals: list[Told] = []
    for act in acts:
        try:
            act()
        except Refused as refused:
            refusals += told(refused.reasons, zone)
    return refusals


def _detail(
    request: MemberRequest,
    induction: Induction,
    form: AttendanceForm | None = None,
    marking: list[Told] | None = None,
    adding: SignUpForm | None = None,
) -> HttpResponse:
    shown = pages.detail(induction, request.user, timezone.now())
    if shown["runs"] and shown["has_begun"]:
        shown["form"] = form or _attendance_form(induction)
    if shown["may_add"]:
        shown["adding"] = adding or SignUpForm()
    shown["marking"] = marking
    return _page(request, induction.space, "training/induction_detail.html", shown)


def _attendance_form(induction: Induction, request: MemberRequest | None = None) -> AttendanceForm:
    attendees = list(
        induction.attendees.seated().select_related("member", "induction", "certification")
    )
    lacking = pages.lacks_of(induction, attendees, timezone.now())
    return AttendanceForm(request.POST if request else None, attendees=attendees, lacking=lacking)


def _plan(form: NewPlanForm, space: Space, request: MemberRequest) -> Induction:
    given = form.cleaned_data
    return services.plan_induction(
        space=space,
        type=given["type"],
        level=given["level"],
        needs=given["needs"],
        is_refresher=given["is_refresher"],
        certifier=given["certifier"],
        plan=form.plan(given["type"].name),
        by=request.user,
        now=timezone.now(),
    )


def _as_it_is(induction: Induction) -> dict[str, Any]:
    names = ("title", "starts", "ends", "capacity", "minimum", "notes")
    hours = {"closes_hours": induction.closes_at, "cancel_hours": induction.cancel_until}
    as_it_is = {name: getattr(induction, name) for name in names}
    as_it_is["certifier"] = induction.certifier.public_id
    return as_it_is | {
        name: int((induction.starts - moment).total_seconds()) // 3600
        for name, moment in hours.items()
    }


def _attempt(form: Any, space: Space, act: Callable[[], Made]) -> tuple[Made | None, list[Told]]:
    """What became of a form: what it made, or every reason against it."""
    if not form.is_valid():
        return None, []
    try:
        return act(), []
    except Refused as refused:
        return None, told(refused.reasons, space.tz)


def _page(
    request: MemberRequest, space: Space, template: str, shown: dict[str, Any]
) -> HttpResponse:
    """In the clock of the space."""
    with timezone.override(space.tz):
        return render(request, template, shown)
