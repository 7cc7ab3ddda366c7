"""The words of taps that another person, a class, a PIN or leave to mend comes into."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.words import machine_page, register


def register_grounds() -> None:
    register_two()
    register_class()
    register_pins()


def register_two() -> None:
    """Two people at one machine."""
    register(
        "granted-supervised",
        _("{name}, with {other} beside you. Yours until {until}."),
        _("Press start on the machine. Whoever supervises stays."),
        display=_("{name}, {other} stays with you. Until {until}, press start."),
    )
    register(
        "granted-together",
        _("{name} and {other}. Yours until {until}."),
        _("Press start on the machine. Both of you stay."),
        display=_("{name} and {other}, both stay. Until {until}, press start."),
    )
    register(
        "needs-supervisor",
        _("{machine} unlocks with somebody beside you who may certify."),
        _("Tap, then ask somebody who may certify to tap within 30 seconds."),
        display=_("Ask somebody who may certify to tap within 30 s."),
    )
    register(
        "trainee-first",
        _("{holder} has begun alone, and you may work here only beside {holder}."),
        _("{holder} taps to end it. Then you tap first, and {holder} within 30 seconds."),
        display=_("{holder} ends it by a tap. Then you tap first, {holder} second."),
    )
    register(
        "needs-second",
        _("{machine} unlocks for two people only."),
        _("Tap, then somebody else who may use it taps within 30 seconds. Both of you stay."),
        display=_("A second person who may use it taps within 30 s."),
    )
    register(
        "companion-may-not",
        _("{name} may not use it any more, and you work here together."),
        _("Stop. Ask staff what is the matter."),
        display=_("{name} may not go on, so this ends. Ask staff."),
    )


def register_class() -> None:
    """An induction's machine, and one that is being mended."""
    register(
        "class-not-begun",
        _("The induction at {machine} has not begun: {host} begins it."),
        _("Ask {host} to tap here; then your badge works until it ends."),
        label=_("See inductions"),
        link=lambda _params: reverse("training:induction_list"),
        display=_("{host} begins the induction with a tap. Then tap again."),
    )
    register(
        "granted-maintenance",
        _("Hello {name}. Yours to mend until {until}."),
        _("Press start on the machine. Whatever you do is on record."),
        display=_("Hello {name}. Yours to mend until {until}, press start."),
    )
    register(
        "do-not-energise",
        _("{machine} is locked out and must not be switched on, not even to mend it."),
        _("Whoever locked it out clears that first."),
        label=_("See the machine"),
        link=machine_page,
        display=_("Locked out: not to be switched on by anybody."),
    )


def register_pins() -> None:
    """Something only the member knows."""
    register(
        "needs-pin",
        _("{machine} asks for your badge and your PIN."),
        _("Type your PIN at the reader, then tap."),
        display=_("Type your PIN, then tap."),
    )
    register(
        "no-keypad",
        _("{machine} asks for your badge and your PIN, and this reader has no keys to type one."),
        _("Tell staff: the reader needs keys, or the machine another policy."),
        label=_("See the machine"),
        link=machine_page,
        display=_("It asks for a PIN, and here are no keys. Tell staff."),
    )
    register(
        "no-pin",
        _("This machine asks for a PIN, and you have none yet."),
        _("Set one on your own page, then type it at the reader and tap."),
        label=_("Set a PIN"),
        link=lambda _params: reverse("members:pin_set"),
        display=_("You have no PIN yet. Set one on your page, then tap."),
    )
    register(
        "wrong-pin",
        _("That was not your PIN."),
        _("Type it again and tap. Forgotten? Set a new one on your own page."),
        label=_("Set a PIN"),
        link=lambda _params: reverse("members:pin_set"),
        display=_("Wrong PIN. Type it again, or set a new one on your page."),
    )
    register(
        "pin-locked",
        _("Your PIN was typed wrong five times. It is not asked until {until}."),
        _("Wait until {until}. If it was not you, report your badge as lost."),
        label=_("Your badges"),
        link=lambda _params: reverse("members:profile"),
        display=_("Wrong PIN five times. Try again at {until}."),
    )
