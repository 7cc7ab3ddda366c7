"""An act upon somebody's standing, in two steps: what it would do and cost, then the button.

Whatever is typed is rehearsed; the bookings and inductions it would hit are listed before anything
is done, and listed again where they changed meanwhile. Knows no particular act.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

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
from training.services.keeping_out import Missed, missed_by

Result = TypeVar("Result")


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
        (result, missed), lost = rehearse(
            member=act.person, act=and_missed(act.person, act.do, now), now=now
        )
        seen = _told(lost, missed)
        if request.POST.get("seen") == seen:
            return _done(request, act, now)
        words = act.tell(result, now)
        effect = {"words": words, "lost": lost, "missed": missed, "seen": seen}
        return _page(request, form, act, effect)
    return _page(request, form, act)


def and_missed(
    person: Member, do: Callable[[], Result], now: datetime
) -> Callable[[], tuple[Result, Missed]]:
    """The same act; it also returns the inductions that it keeps the person from."""

    def act() -> tuple[Result, Missed]:
        before = missed_by(person, now)
        result = do()
        return result, missed_by(person, now).beyond(before)

    return act


def _told(lost: Sequence[Booking], missed: Missed) -> str:
    """What somebody saw, so that they agree to nothing else."""
    bookings = (f"{booking.pk}.{booking.sequence}" for booking in lost)
    gives = (f"g{one.pk}.{one.sequence}" for one in missed.gives)
    seats = (f"s{seat.pk}" for seat in missed.seats)
    return " ".join((*bookings, *gives, *seats))


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
