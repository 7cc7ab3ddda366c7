"""The words of what stands against a change: a version, a role, consent, somebody else's turn."""

from django.utils.translation import gettext_lazy as _

from bookings.words.booking import own_bookings
from equipment.words import machine_page, register


def register_changing() -> None:
    _register_states()
    _register_hand_overs()


def _register_states() -> None:
    register(
        "awaits-approval",
        _("Staff have not approved this booking of {machine} yet."),
        _("Ask them; your booking's page says as soon as they have."),
        label=_("My bookings"),
        link=own_bookings,
        display=_("Not approved yet. Ask staff."),
    )
    register(
        "extension-needs-consent",
        _("Going on for that long takes the consent of staff."),
        _("Ask staff to extend it for you, or choose an earlier end."),
    )
    register(
        "staff-only",
        _("Only staff of {space} may do this."),
        _("Ask at the desk."),
    )
    register(
        "induction-holds-it",
        _("This time belongs to an induction."),
        _("Change the induction or call it off; its machines go with it."),
    )
    register(
        "begun-already",
        _("This booking began at {starts}."),
        _("Finish it on its page; the rest of the time is then free for others."),
    )


def _register_hand_overs() -> None:
    register(
        "hand-over-to-oneself",
        _("This booking is theirs already."),
        _("Choose somebody else."),
    )
    register(
        "hand-over-open",
        _("You have offered it to {name}, who has not answered yet."),
        _("Take that back first, on the page of the booking."),
    )
    register(
        "swap-gone",
        _("What you ask for in return is not {name}'s any more."),
        _("Choose another of their bookings, or ask for none."),
    )
    register(
        "proposal-closed",
        _("This proposal no longer stands: it was answered, or a booking has changed or begun."),
        _("Ask for a new one."),
        label=_("My bookings"),
        link=own_bookings,
    )
    register(
        "other-may-not",
        _("{name} may not have {machine} then."),
        _("Ask them: the page of the machine tells them why."),
    )
    register(
        "takes-consent",
        _("A booking of {machine} like this takes the consent of staff."),
        _("Ask staff to book it for you."),
        label=_("Open {machine}"),
        link=machine_page,
    )
