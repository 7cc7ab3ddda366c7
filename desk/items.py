"""One machine as a line of a list, with the one thing to do about it."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from desk.links import book_url, machine_url
from desk.states import State
from desk.when import moment_words
from equipment.models import Machine


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `post`: it changes something, so it is a form of its own."""

    word: str
    url: str
    icon: str = ""
    post: bool = False
    primary: bool = False
    label: str = ""  # for screen readers, where the word alone would not do


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    url: str
    text: str
    state: State
    act: Action | None


def item_of(
    machine: Machine,
    state: State,
    next_start: datetime | None,
    now: datetime,
    lacking: str = "",
) -> Item:
    """`next_start`: when the next claim begins, if one does; `lacking`: what the reader lacks."""
    return Item(
        name=machine.name,
        url=machine_url(machine.slug),
        text=_text(machine, state, next_start, now, lacking),
        state=state,
        act=_act(machine, state),
    )


def _text(
    machine: Machine, state: State, next_start: datetime | None, now: datetime, lacking: str
) -> str:
    if not state.is_free:
        return state.sentence
    until = _free_until(next_start, now, machine.space.tz)
    if lacking:
        return f"{until}. {lacking}"
    if not machine.tool_class.walk_up:
        return until
    how = _("tap to start") if machine.has_interlock else _("start it on its page")
    return f"{until}, {how}"


def _free_until(next_start: datetime | None, now: datetime, zone: tzinfo) -> str:
    if next_start is None or next_start.astimezone(zone).date() > now.astimezone(zone).date():
        return _("Free for the rest of the day")
    return _("Free until %s") % moment_words(next_start, now, zone)


def _act(machine: Machine, state: State) -> Action:
    if state.kind == "lockout":
        label = _("Why %s is out of service") % machine
        return Action(_("Why"), machine_url(machine.slug), label=label)
    return Action(_("Book"), book_url(machine.slug), label=_("Book %s") % machine)
