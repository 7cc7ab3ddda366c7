"""The list view: each machine's day as plain lines, one after the other; decides nothing.

Everything a cell says on hovering or to a screen reader stands here in the open.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from desk.lanes import Lane
from desk.markup import Slot

UNSAID = ("past", "was", "buffer")  # what nobody looks for in a list


@dataclass(frozen=True, slots=True)
class Line:
    time: str
    text: str
    icon: str
    url: str
    act: str
    label: str


def lines_of(lane: Lane) -> list[Line]:
    """What is still to come of a machine's day."""
    return [_line(slot) for slot in lane.slots if slot.css.split()[0] not in UNSAID]


def _line(slot: Slot) -> Line:
    is_free = bool(slot.starts)
    is_refused = slot.css.startswith("gap no")
    return Line(
        time=slot.time,
        text=_("Free, %s") % slot.words if is_free else _text(slot, is_refused),
        icon=slot.icon or ("none" if slot.css.startswith("closed") else "me"),
        url=slot.url,
        act=slot.act or (_("What to do") if slot.url else ""),
        label=slot.label,
    )


def _text(slot: Slot, is_refused: bool) -> str:
    if is_refused:
        return slot.title
    return slot.title if slot.css.startswith("closed") and slot.title else slot.words
