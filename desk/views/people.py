"""People, for staff: find one, see everything, and do the five things a desk does."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.permissions import person_to_serve
from desk import forms
from desk.acting import Act, perform
from desk.memberships import guardian_words, held_words
from desk.people import find, person_page, standing_of
from desk.person_form import person_form
from desk.places import shown_space
from members import services
from members.doubts import meant
from members.form_pages import form_page, refusals_in, refusals_told
from members.models import Badge, DocumentVersion, Hold, Member
from members.permissions import staff_required
from members.requests import MemberRequest, searched
from members.services.guardians import set_guardian
from members.services.people import make_member
from members.services.pins import remove_pin
from members.services.signing import unsigned
from members.twins import twins_of
from members.zones import zone_of

PER_PAGE = 40


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
    page = person_page(found, timezone.now(), zone_of(request.user), reader=request.user)
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
        with refusals_in(form):
            space, now = shown_space(request), timezone.now()
            made = make_member(space=space, by=request.user, now=now, **form.told())
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
            by=request.user,
            now=now,
            **form.told(zone_of(request.user)),
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
        number, now = form.cleaned_data["badge"], timezone.now()
        with refusals_in(form):
            badge = services.issue_badge(member=found, number=number, by=request.user, now=now)
            return _back(request, found, _("Badge %(badge)s is bound.") % {"badge": badge})
    title = _("Give %s a badge") % found.name
    return person_form(request, found, form, title, _("Bind the badge"))


@require_POST
@staff_required
def hold_lift(request: MemberRequest, pk: int) -> HttpResponse:
    """Any but that of a document, which only a signature lifts."""
    rows = Hold.objects.select_related("member")
    hold = get_object_or_404(rows, pk=pk, lifted_at=None, document=None)
    with refusals_told(request):
        services.lift_hold(hold=hold, by=request.user, now=timezone.now())
        messages.success(request, _("The hold is lifted."))
    return redirect("desk:person", hold.member.public_id)


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
    form.initial = forms.signer_of(found)

    def note() -> tuple[Member, list[DocumentVersion]]:
        told = {"email": form.cleaned_data["guardian"], "by": request.user, "now": now}
        person = set_guardian(member=found, adult_from=form.cleaned_data["adult_from"], **told)
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


def _back(request: MemberRequest, person: Member, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("desk:person", person.public_id)
