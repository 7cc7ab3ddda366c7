"""The history of a booking, as lines: who did what, when. Reads the record, words it."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Booking
from members.models import Change

VERBS = {
    "book": gettext_lazy("booked"),
    "move": gettext_lazy("moved it"),
    "extend": gettext_lazy("extended it"),
    "cancel": gettext_lazy("cancelled it"),
    "check_in": gettext_lazy("checked in"),
    "finish": gettext_lazy("finished"),
    "lapse": gettext_lazy("gave the time back: nobody came"),
    "offer": gettext_lazy("offered it"),
    "accept": gettext_lazy("took the offer"),
    "decline": gettext_lazy("declined the offer"),
    "disrupt": gettext_lazy("asked for another choice"),
}


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
    what = str(VERBS.get(change.verb, change.verb.replace("_", " ")))
    return Line(change.at, who, what, _detail(change, zone))


def _detail(change: Change, zone: tzinfo) -> str:
    """Where and when, for what set or changed it; why, for what ended it."""
    if why := change.after.get("why"):
        return str(why)
    if change.verb not in ("book", "offer", "move", "extend", "finish"):
        return ""
    return _span(change.after, zone)


def _span(told: dict[str, Any], zone: tzinfo) -> str:
    starts = datetime.fromisoformat(told["starts"]).astimezone(zone)
    ends = datetime.fromisoformat(told["ends"]).astimezone(zone)
    day = formats.date_format(starts, _("l j F"))
    return f"{told['machine']}, {day}, {starts:%H:%M}–{ends:%H:%M}"
