"""People, for staff: find one, see everything, and do the five things a desk does."""

from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.permissions import person_to_serve
from desk import forms
from desk.acting import Act, perform
from desk.memberships import guardian_words, held_words
from desk.people import find, person_page, standing_of
from desk.places import shown_space
from members import services
from members.doubts import meant
from members.models import Badge, DocumentVersion, Hold, Member
from members.permissions import staff_required
from members.requests import MemberRequest, searched
from members.services.badges import BadgeError
from members.services.documents import unsigned
from members.services.guardians import PersonError, set_guardian
from members.services.holds import HoldError
from members.services.people import make_member
from members.services.pins import remove_pin
from members.twins import twins_of
from members.zones import end_of, zone_of

PER_PAGE = 40
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_required
def people(request: MemberRequest) -> HttpResponse:
    query = searched(request)
    page = Paginator(find(query, timezone.now()), PER_PAGE).get_page(request.GET.get("page"))
    found = [(person, standing_of(person)) for person in page]
    context = {"page": page, "people": found, "query": query, "search_url": reverse("desk:people")}
    return render(request, "desk/people.html", context)


@require_safe
@staff_required
def person(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Member, public_id=public_id)
    page = person_page(found, timezone.now(), _zone(request), reader=request.user)
    return render(request, "desk/person.html", page)


@form_page
@staff_required
def person_create(request: MemberRequest) -> HttpResponse:
    """Somebody stands at the desk and is in no list."""
    initial = {"language": request.user.language, "name": searched(request)}
    form = forms.PersonForm(request.POST or None, initial=initial)
    doubts = _doubts(form) if form.is_valid() and not form.cleaned_data["sure"] else {}
    if doubts:
        form.ask_whether()
    elif form.is_valid():
        told = form.cleaned_data
        try:
            made = make_member(
                name=told["name"],
                email=told["email"],
                guardian_email=told["guardian"],
                language=told["language"],
                adult_from=told["adult_from"],
                space=shown_space(request),
                by=request.user,
                now=timezone.now(),
            )
        except PersonError as error:
            form.add_error(error.field, str(error))
        else:
            return _back(request, made, _("%s is here. What is left stands below.") % made.name)
    status = 422 if form.errors or doubts else 200
    return render(request, "desk/person_create.html", {"form": form, **doubts}, status=status)


def _doubts(form: forms.PersonForm) -> dict[str, Any]:
    """Who may be the same person, and the address that may have been meant; {} where nothing is."""
    told = form.cleaned_data
    found = {"twins": twins_of(told["name"], told["email"]), "meant": meant(told["email"])}
    return found if any(found.values()) else {}


@form_page
@staff_required
def hold_place(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """What it would cost in bookings is shown before it stands."""
    found, now = person_to_serve(public_id), timezone.now()
    form = forms.HoldForm(request.POST if request.method == "POST" else None)
    act = Act(
        person=found,
        do=lambda: services.place_hold(
            member=found,
            reason=form.cleaned_data["reason"],
            remedy=form.cleaned_data["remedy"],
            until=_after(form, request),
            by=request.user,
            now=now,
        ),
        tell=held_words,
        title=_("Place a hold on %s") % found.name,
        submit=_("Place the hold"),
        done=_("%s is on hold; no machine unlocks.") % found.name,
        danger=True,
    )
    return perform(request, form, act, now)


@form_page
@staff_required
def badge_issue(request: MemberRequest, public_id: UUID) -> HttpResponse:
    found = person_to_serve(public_id)
    form = forms.BadgeForm(request.POST or None)
    if form.is_valid():
        number = form.cleaned_data["badge"]
        try:
            badge = services.issue_badge(
                member=found, number=number, by=request.user, now=timezone.now()
            )
        except BadgeError as error:
            form.add_error("number", str(error))
        else:
            return _back(request, found, _("Badge %(badge)s is bound.") % {"badge": badge})
    return _form(request, found, form, _("Give %s a badge") % found.name, _("Bind the badge"))


@require_POST
@staff_required
def hold_lift(request: MemberRequest, pk: int) -> HttpResponse:
    """Any but that of a document, which only a signature lifts."""
    rows = Hold.objects.select_related("member")
    hold = get_object_or_404(rows, pk=pk, lifted_at=None, document=None)
    try:
        services.lift_hold(hold=hold, by=request.user, now=timezone.now())
    except HoldError as error:
        messages.error(request, str(error))
        return redirect("desk:person", hold.member.public_id)
    return _back(request, hold.member, _("The hold is lifted."))


@require_POST
@staff_required
def badge_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    badge = get_object_or_404(Badge.objects.select_related("member"), pk=pk, revoked_at=None)
    services.revoke_badge(badge=badge, by=request.user, now=timezone.now())
    return _back(request, badge.member, _("Badge %s opens nothing any more.") % badge)


@form_page
@staff_required
def guardian_set(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Of a minor who signed up alone, or whose guardian is another now; or of nobody any more."""
    found, now = person_to_serve(public_id), timezone.now()
    form = forms.GuardianForm(request.POST if request.method == "POST" else None)
    address = found.guardian.email if found.guardian else ""
    form.initial = {"guardian": address, "adult_from": found.adult_from}

    def note() -> tuple[Member, list[DocumentVersion]]:
        told = form.cleaned_data
        person = set_guardian(
            member=found,
            email=told["guardian"],
            adult_from=told["adult_from"],
            by=request.user,
            now=now,
        )
        return person, unsigned(person)  # asked here, before a rehearsal is undone

    act = Act(
        person=found,
        do=note,
        tell=guardian_words,
        title=_("Who signs for %s") % found.name,
        submit=_("Save"),
        done=_("Saved."),
    )
    return perform(request, form, act, now)


@require_POST
@staff_required
def pin_remove(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Forgotten, or known to others: taken away. Only its owner sets another."""
    person = get_object_or_404(Member, public_id=public_id)
    remove_pin(member=person, by=request.user, now=timezone.now())
    words = _("%s has no PIN any more, and sets a new one on the page “You”.")
    return _back(request, person, words % person.name)


def _zone(request: MemberRequest) -> tzinfo:
    return zone_of(request.user)


def _after(form: Form, request: MemberRequest) -> datetime | None:
    """The first instant after the last day that was typed; None where the field stayed empty."""
    day = form.cleaned_data["last_day"]
    return end_of(day, _zone(request)) if day else None


def _back(request: MemberRequest, person: Member, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("desk:person", person.public_id)


def _form(
    request: MemberRequest,
    person: Member,
    form: Form,
    title: str,
    submit: str,
    danger: bool = False,
) -> HttpResponse:
    context = {"person": person, "form": form, "title": title, "submit": submit, "danger": danger}
    status = 422 if form.is_bound else 200
    return render(request, "desk/person_form.html", context, status=status)
