"""The page that finds a slot on any machine of a kind."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.finding import search
from bookings.forms.finding import FindForm, usual
from bookings.rules import Slot
from bookings.rules.finding import Search, Wanted
from bookings.wanting import Target, targets, wait_url, with_features
from equipment.models import Machine
from equipment.words import tell
from members.models import Member
from members.requests import MemberRequest
from members.zones import at_home

MOST = 8  # slots shown


@require_safe
@login_required
@at_home
def find(request: MemberRequest) -> HttpResponse:
    """Asks, and answers: the best slots as links to the booking form, or why there is none."""
    now, known = timezone.now(), targets()
    asking = partial(FindForm, targets=known, today=timezone.localdate(now))
    if "what" in request.GET and "minutes" in request.GET:
        form = asking(request.GET)
    else:
        form = asking(initial=usual(timezone.localdate(now)) | request.GET.dict())
    shown: dict[str, Any] = {"form": form, "nothing": not known}
    if form.is_bound and form.is_valid():
        shown |= _looked(form, request.user, now)
    return render(request, "bookings/find.html", shown)


def _looked(form: FindForm, member: Member, now: datetime) -> dict[str, Any]:
    target, wanted = form.target, form.wanted(now)
    machines = with_features(target.machines, form.cleaned_data.get("features", ()))
    done = search(member=member, machines=machines, wanted=wanted, now=now, most=MOST)
    return {
        "looked": True,
        "space": target.space,
        "found": _rows(done, machines),
        "refusals": [tell(reason, target.space.tz) for reason in done.reasons],
        "wait_url": "" if done.reasons else _wait_instead(target, wanted),
        "lacking": not machines,
    }


def _rows(done: Search, machines: list[Machine]) -> list[dict[str, Any]]:
    by_id = {machine.pk: machine for machine in machines}
    return [
        {
            "machine": by_id[found.machine_id],
            "slot": found.slot,
            "minutes": int(found.slot.length.total_seconds()) // 60,
            "whole": not found.stranded,
        }
        for found in done.found
    ]


def _wait_instead(target: Target, wanted: Wanted) -> str:
    slot = Slot(wanted.starts, wanted.starts + wanted.length)
    return wait_url(target.value, slot, wanted.ends)
