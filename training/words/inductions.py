"""The words of planning an induction, signing up for it and holding it."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.words import lead_on, register
from training.models import Induction


def inductions(_params: Mapping[str, object]) -> str:
    return reverse("training:induction_list")


# What an induction may be the next step from.
UNCERTIFIED = (
    "not-certified",
    "level-too-low",
    "certification-ended",
    "certification-ends",
    "certification-revoked",
    "certification-suspended",
)


def giving(params: Mapping[str, object]) -> str:
    """The inductions that give the certification a machine asks for."""
    return f"{inductions(params)}?gives={params.get('certification_slug', '')}"


def holder(params: Mapping[str, object]) -> str:
    """The induction that a booking belongs to; all of them where it is gone."""
    found = Induction.objects.filter(group=str(params["group"])).values_list("public_id", flat=True)
    public_id = found.first()
    if public_id is None:
        return inductions(params)
    return reverse("training:induction_detail", args=[public_id])


def register_inductions() -> None:
    for code in UNCERTIFIED:
        lead_on(code, _("Its inductions"), giving)
    lead_on("induction-holds-it", _("The induction"), holder)
    _register_signing_up()
    _register_planning()
    _register_holding()


def _register_signing_up() -> None:
    register(
        "induction-off",
        _("This induction does not take place any more."),
        _("Choose another one."),
        label=_("All inductions"),
        link=inductions,
    )
    register(
        "sign-up-closed",
        _("Sign-up closed {closed}."),
        _("Choose another one, or ask whoever gives it."),
        label=_("All inductions"),
        link=inductions,
    )
    register(
        "gives-it-oneself",
        _("You give this induction yourself."),
        _("Let another certifier give the one you want to take."),
    )
    register(
        "certified-already",
        _("You hold “{certification}” already, and it does not expire."),
        _("Book the machine instead."),
    )
    register(
        "needs-first",
        _("It takes “{certification}” first."),
        _("Choose an induction that gives it, and come back then."),
        label=_("All inductions"),
        link=inductions,
    )
    register(
        "suspended-first",
        _("“{certification}” is suspended."),
        _("Talk to staff; they lift it when the matter is settled."),
    )
    register(
        "refresher-only",
        _("This is a refresher for whoever held “{certification}” not long ago."),
        _("Choose an induction that begins from the start."),
        label=_("Its inductions"),
        link=giving,
    )
    register(
        "no-seat-left",
        _("It has begun, and no seat is left."),
        _("Offer more seats at the next one."),
        label=_("All inductions"),
        link=inductions,
    )
    register(
        "withdrawal-closed",
        _("It was possible to withdraw until {closed}."),
        _("Tell whoever gives it; they can still give your seat to somebody else."),
    )


def _register_planning() -> None:
    register(
        "may-not-certify",
        _("{name} may not give “{certification}” at that time."),
        _("Choose another certification or another certifier."),
    )
    register(
        "is-taught",
        _("{name} has a place at it."),
        _("Withdraw them first, or choose another certifier."),
    )
    register(
        "closes-too-soon",
        _("Nobody could sign up: that closed {closed}."),
        _("Let sign-up close fewer hours before, or choose a later day."),
    )
    register(
        "seats-taken",
        _("{taken} people have a seat already."),
        _("Leave as many seats, or withdraw somebody first."),
    )
    register(
        "minimum-above-seats",
        _("There are {seats} seats, and the minimum has to fit into them."),
        _("Offer more seats, or ask for fewer people."),
    )
    register(
        "induction-begun",
        _("This induction has begun already."),
        _("Mark who is there instead."),
    )


def _register_holding() -> None:
    register(
        "not-begun",
        _("It has not begun yet."),
        _("Mark who is there from {starts} on."),
    )
    register(
        "not-marked",
        _("Nobody said yet how it went for {names}."),
        _("Mark them as present or absent, then finish."),
    )
    register(
        "not-seated",
        _("{name} has no seat at this induction."),
        _("Load the page again to see who has."),
    )
    register(
        "passed-already",
        _("{name} has been certified for it."),
        _("Take the certification back on their page first."),
    )
    register(
        "not-certifiable",
        _("Nothing was written down for {name}: {why}"),
        _("Mark them as present or not yet, and pass them when it is settled."),
    )
