"""How pages of bookings answer: in the machine's own time, with every refusal in words."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bookings.errors import Refused
from bookings.models import Booking
from equipment.models import Machine
from equipment.words import Told, tell
from members.requests import MemberRequest


def page(
    request: MemberRequest, verb: str, machine: Machine, shown: dict[str, Any]
) -> HttpResponse:
    """The template of a verb, in the clock of the machine's space."""
    with timezone.override(machine.space.tz):
        context = {"machine": machine, "space": machine.space, **shown}
        return render(request, f"bookings/booking_{verb}.html", context)


def change_page(
    request: MemberRequest, verb: str, booking: Booking, form: Form, refusals: list[Told]
) -> HttpResponse:
    """The page that asks how to change a booking, with all that stands against it."""
    shown = {"booking": booking, "form": form, "refusals": refusals}
    return page(request, verb, booking.machine, shown)


def attempt(
    form: Form, machine: Machine, act: Callable[[], Booking]
) -> tuple[Booking | None, list[Told]]:
    """What became of a form: the booking, or every reason against it; neither if it was flawed."""
    if not form.is_valid():
        return None, []
    try:
        return act(), []
    except Refused as refused:
        return None, [tell(reason, machine.space.tz) for reason in refused.reasons]


def done(
    request: MemberRequest, booking: Booking, act: Callable[[], Booking], words: str
) -> HttpResponse:
    """A button of a booking: back to it, with what became of it."""
    try:
        act()
    except Refused as refused:
        say_refused(request, refused, booking.machine)
    else:
        messages.success(request, words)
    return redirect("bookings:booking_detail", booking.public_id)


def say_refused(request: MemberRequest, refused: Refused, machine: Machine) -> None:
    for reason in refused.reasons:
        told = tell(reason, machine.space.tz)
        messages.error(request, f"{told.text} {told.remedy}")
