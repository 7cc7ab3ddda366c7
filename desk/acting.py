"""An act upon somebody's standing, in two steps: what it would do and cost, then the button.

Whatever is typed is rehearsed; the bookings it would hit are listed before anything is done, and
listed again where they changed meanwhile. Knows no particular act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookings.effects import rehearse
from bookings.models import Booking
from bookings.services.disruptions import find_disruptions
from members.form_pages import refusals_in
from members.models import Member
from members.requests import MemberRequest


@dataclass(frozen=True, slots=True)
class Act:
    """What is done to whom, and how it is told. `tell` words what `do` returned."""

    person: Member
    do: Callable[[], Any]
    tell: Callable[[Any, datetime], Sequence[str]]
    title: str
    submit: str
    done: str
    danger: bool = False


def perform(request: MemberRequest, form: Form, act: Act, now: datetime) -> HttpResponse:
    """The form, then what it would do, then the deed and the way back."""
    if not form.is_valid():
        return _page(request, form, act)
    with refusals_in(form):
        result, lost = rehearse(member=act.person, act=act.do, now=now)
        if request.POST.get("seen") == _told(lost):
            return _done(request, act, now)
        effect = {"words": act.tell(result, now), "lost": lost, "seen": _told(lost)}
        return _page(request, form, act, effect)
    return _page(request, form, act)


def _told(lost: Sequence[Booking]) -> str:
    """What somebody saw, so that they agree to nothing else."""
    return " ".join(f"{booking.pk}.{booking.sequence}" for booking in lost)


def _done(request: MemberRequest, act: Act, now: datetime) -> HttpResponse:
    act.do()
    find_disruptions(now=now)
    messages.success(request, act.done)
    return redirect(way_back(request.user, act.person))


def way_back(reader: Member, person: Member) -> str:
    if reader.pk == person.pk:
        return reverse("desk:my_membership")
    return reverse("desk:person", args=[person.public_id])


def _page(
    request: MemberRequest, form: Form, act: Act, effect: dict[str, Any] | None = None
) -> HttpResponse:
    page = {
        "form": form,
        "act": act,
        "person": act.person,
        "is_own": act.person.pk == request.user.pk,
        "back": way_back(request.user, act.person),
        **(effect or {}),
    }
    status = 422 if form.is_bound and effect is None else 200
    return render(request, "desk/act.html", page, status=status)
