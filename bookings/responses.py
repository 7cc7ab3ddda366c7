"""How pages of bookings answer: in the machine's own time, with every refusal in words."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, tzinfo
from typing import Any, TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from bookings.errors import Refused
from bookings.models import Booking
from equipment.models import Machine
from equipment.reason import Reason
from equipment.words import Told, tell
from members.requests import MemberRequest

Made = TypeVar("Made")  # a booking, a series, or several bookings


def page(
    request: MemberRequest, verb: str, machine: Machine, shown: dict[str, Any]
) -> HttpResponse:
    """The template of a verb, in the clock of the machine's space."""
    with timezone.override(machine.space.tz):
        context = {"machine": machine, "space": machine.space, **shown}
        return render(request, f"bookings/booking_{verb}.html", context)


def change_page(
    request: MemberRequest,
    verb: str,
    booking: Booking,
    form: Form,
    refusals: list[Told],
    **more: Any,
) -> HttpResponse:
    """The page that asks how to change a booking, with all that stands against it."""
    shown = {"booking": booking, "form": form, "refusals": refusals, **more}
    return page(request, verb, booking.machine, shown)


def posted(request: MemberRequest) -> QueryDict | None:
    """What a form is bound to: an empty post is one, too."""
    return request.POST if request.method == "POST" else None


def attempt(
    form: Form, machine: Machine, act: Callable[[], Made]
) -> tuple[Made | None, list[Told]]:
    """What became of a form: the booking, or every reason against it; neither if it was flawed."""
    if not form.is_valid():
        return None, []
    try:
        return act(), []
    except Refused as refused:
        return None, told(refused.reasons, machine.space.tz)


def told(reasons: Iterable[Reason], zone: tzinfo) -> list[Told]:
    """The reasons in words; of several bookings, each begins with the day or machines it is about.

    Those are `on_day` and `on_machine`, as the services of several bookings note them.
    """
    return [_named(reason, tell(reason, zone)) for reason in reasons]


def _named(reason: Reason, words: Told) -> Told:
    name = reason.params.get("on_day") or reason.params.get("on_machine")
    if isinstance(name, date):
        name = formats.date_format(name, _("l j F"))
    return replace(words, text=f"{name}: {words.text}") if name else words


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
