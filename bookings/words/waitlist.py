"""The words of every reason the waitlist gives, each with what to do next."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings.words.booking import board
from equipment.words import register


def waitlist(_params: Mapping[str, object]) -> str:
    return reverse("bookings:waitlist")


def register_waitlist() -> None:
    register(
        "window-too-short",
        _("Your window is shorter than the {asked_minutes} you ask for."),
        _("Choose a later end, or ask for less."),
    )
    register(
        "window-too-long",
        _("A window is at most {days} days long."),
        _("Choose an earlier end."),
    )
    register(
        "nothing-to-wait-for",
        _("There is no machine of the kind “{tool_class}” here any more."),
        _("Look on the board for another one."),
        label=_("Open the board"),
        link=board,
    )
    register(
        "most-wishes",
        _("You wait for {limit} things already, which is the most."),
        _("Withdraw one of them first."),
        label=_("My waitlist"),
        link=waitlist,
    )
    register(
        "offer-open",
        _("This time is offered to you, and not yours yet."),
        _("Take it until {until}, then do anything else with it."),
        label=_("My waitlist"),
        link=waitlist,
    )
    register(
        "not-offered",
        _("This is not on offer."),
        _("Your waitlist shows what is."),
        label=_("My waitlist"),
        link=waitlist,
    )
