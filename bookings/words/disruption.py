"""The words of the reasons around bookings that have to make way."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.words import register


def register_disruption() -> None:
    register(
        "disruption-settled",
        _("This is settled: nothing waits for an answer any more."),
        _("Look at the booking; it can be moved or cancelled like any other."),
        label=_("Open the booking"),
        link=booking_page,
    )
    register(
        "still-in-the-way",
        _("At that time {machine} cannot be used: it is what has to change."),
        _("Choose another machine or another time, or give it back."),
    )


def booking_page(params: Mapping[str, object]) -> str:
    return reverse("bookings:booking_detail", args=[params["booking"]])
