"""Memberships: a member's own page, and every act upon one, by its member or at the desk."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.permissions import person_to_serve
from desk import memberships as words
from desk.acting import Act, perform
from desk.membership_forms import (
    ChangeForm,
    DayForm,
    EndForm,
    GuestForm,
    PassesForm,
    PauseForm,
    RenewForm,
    StartForm,
    SureForm,
)
from desk.person_form import person_form
from desk.places import shown_space
from members.form_pages import form_page, refusals_in, refusals_told
from members.models import DayPass, Member, Membership, Pause, Plan
from members.permissions import is_staff, staff_required
from members.requests import MemberRequest
from members.services.changing_plans import change_plan
from members.services.day_passes import (
    give_day_passes,
    passes_of,
    take_back_day,
    take_back_passes,
    use_day_pass,
)
from members.services.guests import still_in, why_no_guest
from members.services.joining import ask_to_change
from members.services.memberships import (
    end_membership,
    renew_membership,
    sign_up_to_plan,
    take_back_membership,
)
from members.services.pauses import end_pause, start_pause
from members.standing import home_zone
from members.zones import at_home

Row = TypeVar("Row", bound=Model)


@require_safe
@login_required
@at_home
def my_membership(request: MemberRequest) -> HttpResponse:
    """Where I stand, what I can do about it, my passes and my guests."""
    now = timezone.now()
    guests = still_in(now).filter(host=request.user)
    space = shown_space(request)
    page = {
        "person": request.user,
        "guest_form": GuestForm(),
        "why_no_guest": why_no_guest(request.user, space, now) if space else "",
        "guests": guests.select_related("space").order_by("-came_at")[:10],
        "now": now,
    }
    return render(request, "desk/my_membership.html", page)


# --- beginning and going on ----------------------------------------------------------------------


@form_page
@staff_required
def membership_start(request: MemberRequest, public_id: UUID) -> HttpResponse:
    person, now = person_to_serve(public_id), timezone.now()
    zone = home_zone(person)
    today = {"first_day": now.astimezone(zone).date()}
    form = StartForm(request.POST or None, initial=today, zone=zone, now=now)
    if form.is_valid():
        with refusals_in(form):
            row = sign_up_to_plan(member=person, by=request.user, now=now, **form.told())
            messages.success(request, _("%(plan)s begins.") % {"plan": row.plan})
            return redirect("desk:person", person.public_id)
    title = _("Sign %s up to a plan") % person.name
    return person_form(request, person, form, title, _("Sign up"))


@form_page
@login_required
@at_home
def membership_renew(request: MemberRequest, pk: int) -> HttpResponse:
    row, now = _theirs(request, _memberships(), pk), timezone.now()
    seen = {"due": (row.due or row.until or row.starts).isoformat()}
    form = RenewForm(seen | request.POST.dict() if request.method == "POST" else None)
    act = Act(
        person=row.member,
        do=lambda: renew_membership(
            membership=row, by=request.user, now=now, due=form.cleaned_data["due"]
        ),
        tell=words.renewed_words,
        title=_("Renew %s") % row.plan,
        submit=_("Renew it"),
        done=_("%s is renewed.") % row.plan,
    )
    return perform(request, form, act, now)


@form_page
@login_required
@at_home
def membership_end(request: MemberRequest, pk: int) -> HttpResponse:
    row, now = _theirs(request, _memberships(), pk), timezone.now()
    form = EndForm(_typed(request), zone=home_zone(row.member), now=now)
    act = Act(
        person=row.member,
        do=lambda: end_membership(membership=row, by=request.user, now=now, **form.told()),
        tell=words.ended_words,
        title=_of(row, _("End %s") % row.plan, request.user),
        submit=_("End it"),
        done=_("%(plan)s ends.") % {"plan": row.plan},
        danger=True,
    )
    return perform(request, form, act, now)


@form_page
@login_required
@at_home
def membership_change(request: MemberRequest, pk: int) -> HttpResponse:
    """To what members may start themselves at once; for the rest they ask."""
    row, now = _theirs(request, _memberships(), pk), timezone.now()
    zone, plans = home_zone(row.member), words.plans_for(row, request.user)
    today = {"first_day": now.astimezone(zone).date()}
    form = ChangeForm(_typed(request), initial=today, zone=zone, now=now, plans=plans)
    if form.is_valid() and _has_to_ask(request.user, row, form.cleaned_data["plan"]):
        return _ask(request, row, form, now)
    act = Act(
        person=row.member,
        do=lambda: change_plan(membership=row, by=request.user, now=now, **form.told()),
        tell=words.changed_words,
        title=_of(row, _("Another plan"), request.user),
        submit=_("Change it"),
        done=_("The plan changes. It can be taken back until then."),
    )
    return perform(request, form, act, now)


def _has_to_ask(by: Member, row: Membership, plan: Plan) -> bool:
    return by.pk == row.member_id and plan.joining == Plan.Joining.ASK


def _ask(request: MemberRequest, row: Membership, form: ChangeForm, now: datetime) -> HttpResponse:
    with refusals_told(request):
        ask_to_change(member=row.member, plan=form.cleaned_data["plan"], now=now)
        words_ = _("You asked for %s. Staff change it, and you hear by mail.")
        messages.success(request, words_ % form.cleaned_data["plan"])
    return redirect("desk:my_membership")


@form_page
@login_required
@at_home
def membership_take_back(request: MemberRequest, pk: int) -> HttpResponse:
    row, now = _theirs(request, _memberships(), pk), timezone.now()
    act = Act(
        person=row.member,
        do=lambda: take_back_membership(membership=row, by=request.user, now=now),
        tell=words.taken_back_words,
        title=_("Take %s back before it begins") % row.plan,
        submit=_("Take it back"),
        done=_("%s does not begin.") % row.plan,
        danger=True,
    )
    return perform(request, _sure(request), act, now)


# --- resting -------------------------------------------------------------------------------------


@form_page
@login_required
@at_home
def membership_pause(request: MemberRequest, pk: int) -> HttpResponse:
    row, now = _theirs(request, _memberships(), pk), timezone.now()
    form = PauseForm(_typed(request), zone=home_zone(row.member), now=now)
    act = Act(
        person=row.member,
        do=lambda: start_pause(membership=row, by=request.user, now=now, **form.told()),
        tell=words.paused_words,
        title=_("Let %s rest") % row.plan,
        submit=_("Let it rest"),
        done=_("%s rests.") % row.plan,
    )
    return perform(request, form, act, now)


@form_page
@login_required
@at_home
def pause_end(request: MemberRequest, pk: int) -> HttpResponse:
    pauses = Pause.objects.filter(called_off_at=None).select_related("member__space", "membership")
    pause, now = _theirs(request, pauses, pk), timezone.now()
    act = Act(
        person=pause.member,
        do=lambda: end_pause(pause=pause, by=request.user, now=now),
        tell=words.went_on_words,
        title=_("Go on now") if pause.starts <= now else _("Call the pause off"),
        submit=_("Go on"),
        done=_("The pause is over."),
    )
    return perform(request, _sure(request), act, now)


# --- single days ---------------------------------------------------------------------------------


@form_page
@staff_required
def day_passes(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """Give some, or take back those that are unused."""
    person, now = person_to_serve(public_id), timezone.now()
    seen = {"seen": passes_of(person)}
    typed = seen | request.POST.dict() if request.method == "POST" else None
    form = PassesForm(typed, initial=seen, zone=home_zone(person), now=now)
    if "take_back" in request.POST:
        count = take_back_passes(member=person, by=request.user, now=now)
        messages.success(request, _("%s taken back.") % count)
        return redirect("desk:person", person.public_id)
    if form.is_valid():
        with refusals_in(form):
            give_day_passes(member=person, by=request.user, now=now, **form.told())
            messages.success(request, _("Given. They choose the days themselves."))
            return redirect("desk:person", person.public_id)
        form.look_again(passes_of(person))
    unused = DayPass.objects.filter(member=person, used_at=None).count()
    page = {"person": person, "form": form, "unused": unused}
    return render(request, "desk/day_passes.html", page, status=422 if form.is_bound else 200)


@form_page
@login_required
@at_home
def day_pass_use(request: MemberRequest, pk: int) -> HttpResponse:
    passes = DayPass.objects.select_related("member__space", "plan")
    row, now = _theirs(request, passes, pk), timezone.now()
    zone = home_zone(row.member)
    form = DayForm(
        _typed(request), initial={"day": now.astimezone(zone).date()}, zone=zone, now=now
    )
    act = Act(
        person=row.member,
        do=lambda: use_day_pass(
            day_pass=row, day=form.cleaned_data["day"], by=request.user, now=now
        ),
        tell=words.day_words,
        title=_("Use a day pass: %s") % row.plan,
        submit=_("Use it"),
        done=_("The day is chosen."),
    )
    return perform(request, form, act, now)


@form_page
@login_required
@at_home
def day_take_back(request: MemberRequest, pk: int) -> HttpResponse:
    passes = DayPass.objects.exclude(used_at=None).select_related("member__space", "plan")
    row, now = _theirs(request, passes, pk), timezone.now()
    act = Act(
        person=row.member,
        do=lambda: take_back_day(day_pass=row, by=request.user, now=now),
        tell=words.unused_words,
        title=_("Not that day"),
        submit=_("Keep the pass for another day"),
        done=_("The pass is unused again."),
    )
    return perform(request, _sure(request), act, now)


# --- what they share -----------------------------------------------------------------------------


def _of(row: Membership, what: str, reader: Member) -> str:
    """What is done, and of whom where it is not one's own."""
    if row.member_id == reader.pk:
        return what
    return _("%(what)s, of %(name)s") % {"what": what, "name": row.member.name}


def _memberships() -> "QuerySet[Membership]":
    return Membership.objects.select_related("plan", "member__space")


def _theirs(request: MemberRequest, rows: "QuerySet[Row]", pk: int) -> Row:
    """One's own, or anybody's for staff; 404 for others."""
    row: Any = get_object_or_404(rows, pk=pk)
    if row.member.pk != request.user.pk and not is_staff(request.user):
        raise Http404
    found: Row = row
    return found


def _typed(request: MemberRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _sure(request: MemberRequest) -> SureForm:
    """Nothing is typed: what is sent shows at once what the button would do."""
    return SureForm(_typed(request))
