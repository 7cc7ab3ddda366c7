"""A tool class's policy: for everybody to read, for staff to change after seeing whom it hits.

It holds in every space, so only those who work at every desk may change it.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.errors import Refused
from bookings.forms.policy import AcrossForms, PolicyForms
from bookings.permissions import tool_class_to_read
from bookings.policy import Whole, whole, whole_sentences
from bookings.replay import Refusal, replay
from bookings.services.limits import remove_limit, remove_shared, set_limit, set_shared
from bookings.services.policy import fingerprint, set_policy
from equipment.words import Told, tell, when
from members.models import Member
from members.permissions import organisation_required, runs_organisation
from members.requests import MemberRequest
from members.zones import zone_of

SHOWN = 8  # bookings that a preview names at once; more unfold
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A booking that the new policy would have refused, as the preview shows it."""

    who: str
    machine: str
    starts: str
    why: str


@require_safe
def policy_show(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole policy in plain sentences; the reader's own plans first."""
    kind = tool_class_to_read(slug)
    reader = request.user if isinstance(request.user, Member) else None
    machines = kind.machines.filter(retired_at=None).select_related("space")
    shown = {
        "kind": kind,
        "sentences": whole_sentences(whole(kind, reader, timezone.now())),
        "machines": machines,
        "may_change": runs_organisation(request.user),
    }
    return render(request, "bookings/policy_show.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@organisation_required
def policy_edit(request: MemberRequest, slug: str) -> HttpResponse:
    """First a preview of whom it would have refused; what was previewed, and no other, is saved."""
    kind = tool_class_to_read(slug)
    today = whole(kind)
    forms = PolicyForms(today, request.POST if request.method == "POST" else None)
    shown = {"kind": kind, "forms": forms, "seen": fingerprint(today)}
    if request.method == "POST" and forms.is_valid():
        draft = forms.draft()
        if request.POST.get("previewed") != fingerprint(draft):
            shown |= _preview(request.user, draft, today)
        elif refusals := _save(request, draft):
            shown |= {"refusals": refusals}
        else:
            messages.success(request, _("The policy is saved, and holds from now on."))
            return redirect("bookings:policy_show", kind.slug)
    return render(request, "bookings/policy_edit.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@organisation_required
def limits_edit(request: MemberRequest) -> HttpResponse:
    """Limits over all machines together, and what machines share."""
    forms = AcrossForms(request.POST if request.method == "POST" else None)
    if request.method == "POST" and forms.is_valid():
        _save_across(forms, request.user)
        messages.success(request, _("Saved, and it holds from now on."))
        return redirect("bookings:limits_edit")
    return render(request, "bookings/limits_edit.html", {"forms": forms})


@transaction.atomic
def _save_across(forms: AcrossForms, by: Member) -> None:
    """Row by row, those that were touched."""
    now = timezone.now()
    for form in forms.limits.forms:
        if form.cleaned_data.get("DELETE") and form.instance.pk:
            remove_limit(limit=form.instance, by=by, now=now)
        elif form.has_changed():
            set_limit(limit=form.instance, by=by, now=now)
    for form in forms.shared.forms:
        if form.cleaned_data.get("DELETE") and form.instance.pk:
            remove_shared(shared=form.instance, by=by, now=now)
        elif form.has_changed():
            machines = list(form.cleaned_data["machines"])
            set_shared(shared=form.instance, machines=machines, by=by, now=now)


def _save(request: MemberRequest, draft: Whole) -> list[Told]:
    seen = request.POST.get("seen", "")
    try:
        set_policy(policy=draft, seen=seen, by=request.user, now=timezone.now())
    except Refused as refused:
        return [tell(reason, zone_of(request.user)) for reason in refused.reasons]
    return []


def _preview(reader: Member, draft: Whole, today: Whole) -> dict[str, object]:
    found = replay(draft, today, timezone.now())
    return {
        "previewed": fingerprint(draft),
        "is_same": fingerprint(draft) == fingerprint(today),
        "found": found,
        "rows": [_row(refusal) for refusal in found.refusals[:SHOWN]],
        "more_rows": [_row(refusal) for refusal in found.refusals[SHOWN:MOST_SHOWN]],
        "not_shown": max(0, len(found.refusals) - MOST_SHOWN),
        "sentences": whole_sentences(draft),
    }


def _row(refusal: Refusal) -> Row:
    booking = refusal.booking
    zone = booking.machine.space.tz
    return Row(
        who=booking.member.name,
        machine=booking.machine.name,
        starts=when(booking.starts, zone),
        why=" ".join(tell(reason, zone).text for reason in refusal.reasons),
    )
