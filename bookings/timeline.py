"""The history of a booking, as lines: who did what, when. Reads the record, words it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Booking
from bookings.services.history import read
from equipment.words import tell
from members.models import Change

# Names in brackets are filled in from what the record tells.
VERBS = {
    "book": gettext_lazy("booked"),
    "request": gettext_lazy("asked for it"),
    "approve": gettext_lazy("approved it"),
    "decline_request": gettext_lazy("declined it"),
    "move": gettext_lazy("moved it"),
    "extend": gettext_lazy("extended it"),
    "swap": gettext_lazy("swapped it with %(other)s"),
    "propose": gettext_lazy("offered it to %(to)s"),
    "withdraw": gettext_lazy("no longer offers it to %(to)s"),
    "decline_hand_over": gettext_lazy("did not take it"),
    "hand_over": gettext_lazy("took it over for %(to)s"),
    "cancel": gettext_lazy("cancelled it"),
    "check_in": gettext_lazy("checked in"),
    "finish": gettext_lazy("finished"),
    "lapse": gettext_lazy("gave the time back: nobody came"),
    "offer": gettext_lazy("offered it"),
    "accept": gettext_lazy("took the offer"),
    "decline": gettext_lazy("declined the offer"),
    "disrupt": gettext_lazy("asked for another choice"),
    "pass_on": gettext_lazy("passed it on to others"),
}
# What time did to something that was never the member's.
LAPSES = {
    Booking.State.OFFERED: gettext_lazy("gave the time back: nobody took the offer"),
    Booking.State.REQUESTED: gettext_lazy("gave the time back: nobody approved it"),
}
PLACED = ("book", "request", "offer", "move", "extend", "swap", "finish")  # tell when and where


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    who: str
    what: str
    detail: str


def history_of(booking: Booking, zone: tzinfo) -> list[Line]:
    """Everything that was done to it, oldest first."""
    changes = Change.objects.filter(subject_kind=Booking._meta.label, subject_id=booking.pk)
    return [_line(change, zone) for change in changes.select_related("actor")]


def _line(change: Change, zone: tzinfo) -> Line:
    who = change.actor.name if change.actor else "Benchkey"
    return Line(change.at, who, _what(change), " · ".join(_details(change, zone)))


def _what(change: Change) -> str:
    if change.verb == "lapse" and (words := LAPSES.get(change.before.get("state", ""))):
        return str(words)
    words = VERBS.get(change.verb)
    return str(words) % change.after if words else change.verb.replace("_", " ")


def _details(change: Change, zone: tzinfo) -> Iterator[str]:
    """When and where, for what set or changed it; then why, and above which rules."""
    told = change.after
    if change.verb in PLACED and "starts" in told:
        yield _span(told, zone)
    if "series" in told:
        yield _("with its series")
    if "group" in told:
        yield _("together with other machines")
    if kind := told.get("any_of"):
        yield _("the first that was free of %s") % kind
    if giver := told.get("giver"):
        yield _("handed over by %s") % giver
    if told.get("late"):
        yield _("later than the notice asked for")
    for row in told.get("set_aside", ()):
        yield _("Set aside: %s") % tell(read(row), zone).text
    for row in told.get("refused", ()):
        yield tell(read(row), zone).text
    if why := told.get("why"):
        yield str(why)


def _span(told: dict[str, Any], zone: tzinfo) -> str:
    starts = datetime.fromisoformat(told["starts"]).astimezone(zone)
    ends = datetime.fromisoformat(told["ends"]).astimezone(zone)
    day = formats.date_format(starts, _("l j F"))
    return f"{told['machine']}, {day}, {starts:%H:%M}–{ends:%H:%M}"
