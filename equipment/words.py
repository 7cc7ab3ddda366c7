"""The one registry that gives reasons their words and remedies; knows languages, judges nothing.

Each room registers its own codes from its AppConfig. A test finds no code without both parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from string import Formatter

from django.urls import reverse
from django.utils import formats
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from equipment.models import Level
from equipment.reason import Reason

Text = str | Promise
Link = Callable[[Mapping[str, object]], str]
DISPLAY_LENGTH = 80  # characters, by docs/protocol.md


@dataclass(frozen=True, slots=True)
class Words:
    """How one code is told. Texts are templates over the reason's params."""

    text: Text
    remedy: Text
    label: Text = ""  # of the remedy's button
    link: Link | None = None
    display: Text = ""  # for a machine's small screen; the text where empty
    display_by: Callable[[Mapping[str, object]], Text] | None = None  # other words for it, or ""


@dataclass(frozen=True, slots=True)
class Told:
    """A reason as a page shows it: what is the matter, what to do next, and where."""

    code: str
    text: str
    remedy: str
    remedy_label: str = ""
    remedy_url: str = ""


REGISTRY: dict[str, Words] = {}


def register(
    code: str,
    text: Text,
    remedy: Text,
    *,
    label: Text = "",
    link: Link | None = None,
    display: Text = "",
    display_by: Callable[[Mapping[str, object]], Text] | None = None,
) -> None:
    """Give `code` its words; `link(params)` is the address behind the button `label`.

    `display_by(params)` may choose other words for the display than `display`.
    """
    REGISTRY[code] = Words(text, remedy, label, link, display, display_by)


def lead_on(code: str, label: Text, link: Link) -> None:
    """Give words that lead nowhere yet a button to a room that theirs does not know."""
    REGISTRY[code] = replace(REGISTRY[code], label=label, link=link)


def tell(reason: Reason, zone: tzinfo) -> Told:
    """The reason in the reader's language, its times in `zone`. KeyError for a wordless code."""
    words = REGISTRY[reason.code]
    values = _values(reason, zone)
    url = words.link(reason.params) if words.link else ""
    return Told(
        code=reason.code,
        text=_fill(words.text, values),
        remedy=_fill(words.remedy, values),
        remedy_label=_fill(words.label, values) if url else "",
        remedy_url=url,
    )


def display(reason: Reason, zone: tzinfo) -> str:
    """The reason in at most 80 characters, for a machine's display."""
    words, values = REGISTRY[reason.code], _values(reason, zone)
    chosen = words.display_by(reason.params) if words.display_by else ""
    text = _fill(chosen or words.display or words.text, values)
    if (over := len(text) - DISPLAY_LENGTH) > 0 and chosen:  # the date at its end has to stay
        name = values["certification"]
        text = text.replace(name, f"{name[: max(len(name) - over - 1, 1)]}…", 1)
    return text[:DISPLAY_LENGTH]


# The next step of one person, by the `way` it is taken.
OWN_STEPS: Mapping[object, Text] = {
    "theory": _("{certification}: theory test first, on your phone."),
    "theory-then": _("{certification}: theory test, then induction {taught}."),
    "theory-again": _("{certification}: theory test again from {taught}."),
    "induction": _("{certification}: next induction {taught}."),
    "seat": _("{certification}: your induction is {taught}."),
    "full": _("{certification}: induction {taught} is full, wait for a seat."),
    "refresher": _("{certification}: a refresher is enough, {taught}."),
    "suspended": _("{certification} is suspended. See staff."),
    "staff": _("{certification}: ask staff for the next induction."),
}


def own_step(params: Mapping[str, object]) -> Text:
    """What this one person does first, where it was asked; "" where not."""
    words = OWN_STEPS.get(params.get("way"), "")
    return format_lazy(_("First {step}"), step=words) if words and params.get("before") else words


def next_step(params: Mapping[str, object]) -> Text:
    """What whoever lacks a certification does first, where that is known."""
    if own := own_step(params):
        return own
    if params.get("theory") and params.get("taught"):
        return _("{certification}: theory test, then induction {taught}.")
    if params.get("theory"):
        return _("{certification}: theory test first, on your phone.")
    return next_session(params)


def next_session(params: Mapping[str, object]) -> Text:
    if own := own_step(params):
        return own
    return _("{certification}: next induction {taught}.") if params.get("taught") else ""


def soon(moment: datetime, zone: tzinfo) -> str:
    """“Wed 17:00” within a week, else “24 Nov 17:00”: as short as a display asks."""
    local, today = moment.astimezone(zone), datetime.now(UTC).astimezone(zone).date()
    form = "D H:i" if 0 <= (local.date() - today).days < 7 else gettext("j M H:i")
    return formats.date_format(local, form)


def when(moment: datetime, zone: tzinfo) -> str:
    """“14:00” today, else “Tuesday 24 November, 14:00”, in `zone` and the active language."""
    local = moment.astimezone(zone)
    clock = formats.date_format(local, "H:i")
    if local.date() == datetime.now(UTC).astimezone(zone).date():
        return clock
    day = formats.date_format(local, gettext("l j F"))
    return f"{day}, {clock}"


def length(minutes: int) -> str:
    """“45 min”, “2 h”, “1 h 30”."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def _values(reason: Reason, zone: tzinfo) -> dict[str, str]:
    return {name: _worded(name, value, zone) for name, value in reason.params.items()}


def _worded(name: str, value: object, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        return soon(value, zone) if name == "taught" else when(value, zone)
    if name.endswith("minutes") and isinstance(value, int):
        return length(value)
    if name in ("level", "held") and isinstance(value, int):
        return force_str(Level(value).label)
    if name == "scope":  # what a limit is about; one on everything names nothing
        return force_str(value) or gettext("all machines together")
    return "" if value is None else force_str(value)


def _fill(template: Text, values: Mapping[str, str]) -> str:
    """Fill {names}; a template's own braces are its author's, values are only inserted."""
    text = force_str(template)
    names = {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}
    return text.format(**{name: values.get(name, "") for name in names}).strip()


def machine_page(params: Mapping[str, object]) -> str:
    return reverse("desk:machine", args=[params["machine_slug"]])


def register_eligibility() -> None:
    """The words of the judge's own codes."""
    register(
        "account-closed",
        _("This account is closed."),
        _("Ask staff to open it again."),
    )
    register(
        "no-membership",
        _("You are on no plan yet."),
        _("Ask staff at the desk to sign you up to a plan."),
        display=_("No membership. See staff."),
    )
    register(
        "membership-not-begun",
        _("Your membership begins on {starts}."),
        _("Choose a time after that, or ask staff for an earlier start."),
        display=_("Your membership begins on {starts}."),
    )
    register(
        "membership-ended",
        _("Your membership ended on {ended}."),
        _("Renew it with staff at the desk."),
        display=_("Membership ended. Renew with staff."),
    )
    register(
        "membership-paused",
        _("Your membership rests until {until}."),
        _("End the pause on your page, or choose a time after it."),
        label=_("Your page"),
        link=lambda params: reverse("members:profile"),
        display=_("Your membership rests until {until}."),
    )
    register(
        "on-hold",
        "{reason}",
        "{remedy}",
        label=_("Your page"),
        link=lambda params: reverse("members:profile"),
        display="{reason}",
    )
    register(
        "certification-suspended",
        _("Your certification “{certification}” is suspended: {why}"),
        _("Talk to staff; they lift it when the matter is settled."),
        display=_("“{certification}” is suspended. See staff."),
    )
    register(
        "not-certified",
        _("You still need the certification “{certification}”."),
        _("How to get it: {how}"),
        display=_("You need the certification “{certification}”."),
        display_by=next_step,
    )
    register(
        "certification-ended",
        _("Your certification “{certification}” ended on {ended}."),
        _("Renew it: {how}"),
        display=_("Your “{certification}” has ended. Renew it."),
        display_by=next_session,
    )
    register(
        "certification-revoked",
        _("Your certification “{certification}” was taken back on {ended}."),
        _("Talk to staff. How to earn it again: {how}"),
        display=_("Your “{certification}” was taken back. See staff."),
    )
    register(
        "level-too-low",
        _("You hold “{certification}” {held}; this machine asks for {level}."),
        _("The next step: {how}"),
        display=_("“{certification}”: {level} is needed."),
        display_by=own_step,
    )
    register(
        "locked-out",
        _("{machine} is locked out: {why}"),
        _("Staff clear it when it is safe. Book another machine, or look again later."),
        display=_("Locked out: {why}"),
    )
    register(
        "retired",
        _("{machine} is out of use for good."),
        _("Choose another machine on the board."),
        label=_("Open the board"),
        link=lambda params: reverse("desk:board"),
    )
