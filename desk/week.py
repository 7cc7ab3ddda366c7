"""The week of many machines: rows of a table, in words; composes, judges nothing.

A row is put together here, not by a template: 200 machines have 1,400 cells, and a template
spends longer on one than all the rules together. Whatever was not written here is escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.availability import Week
from bookings.models import Booking
from bookings.weeks import Day
from desk.links import machine_url, waitlist_url
from desk.markup import icon
from desk.when import day_name, length, moment_words
from equipment.models import Machine
from equipment.reason import Reason
from equipment.words import tell

ICONS = {"gap-no": "lock", "lock": "lock"}


@dataclass(frozen=True, slots=True)
class Face:
    """What cells of one kind show and say, escaped."""

    css: str
    shown: str
    said: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One day: [starts, ends), and the address of its own board."""

    starts: datetime
    ends: datetime
    url: str


class Rows:
    """Writes the rows of one board; what many cells share is worded once."""

    def __init__(self, columns: Sequence[Column], now: datetime, zone: tzinfo) -> None:
        self.columns, self.now, self.zone = columns, now, zone
        names = [day_name(column.starts.astimezone(zone).date()) for column in columns]
        self.heads = [
            (escape(name), escape(column.url)) for name, column in zip(names, columns, strict=True)
        ]
        self.label = escape(_("%(machine)s, %(day)s: %(words)s"))
        self.free: dict[timedelta, Face] = {}
        self.none: dict[tuple[str, int], Face] = {}

    def of(self, machines: Iterable[Machine], week: Week) -> SafeString:
        """The machines as <tr>, one under the other."""
        rows = [self._row(one, week.days[one.pk], week.own.get(one.pk, ())) for one in machines]
        return mark_safe("\n".join(rows))  # noqa: S308  every part is escaped

    def _row(self, machine: Machine, week: Sequence[Day], own: Sequence[Booking]) -> str:
        name, slug = escape(machine.name), escape(machine.slug)
        pills = self._pills(own) if own else [""] * len(self.heads)
        cells: list[str] = []
        for day, (day_words, url), pill in zip(week, self.heads, pills, strict=True):
            face = self._free(day.free) if day.kind == "free" else self._none(day)
            label = self.label % {"machine": name, "day": day_words, "words": face.said}
            cells.append(
                f'<td class="{face.css}"><a href="{url}#m-{slug}" aria-label="{label}"'
                f"{face.title}>{face.shown}</a>{pill}</td>"
            )
        head = f'<tr><th scope="row"><a href="{machine_url(slug)}">{name}</a></th>'
        return f"{head}{''.join(cells)}</tr>"

    def _free(self, free: timedelta) -> Face:
        if free not in self.free:
            words = length(free)
            self.free[free] = Face("free", escape(words), escape(_("%s free") % words))
        return self.free[free]

    def _none(self, day: Day) -> Face:
        key = day.kind, id(day.reasons)  # of a tuple that lives as long as the board
        if key not in self.none:
            self.none[key] = self._word(day)
        return self.none[key]

    def _word(self, day: Day) -> Face:
        words, why = short(day), self._why(day.reasons)
        said = f"{words}. {why}" if why else words
        title = f' title="{escape(why)}"' if why else ""
        return Face(day.kind, icon(ICONS.get(day.kind, "")) + escape(words), escape(said), title)

    def _why(self, reasons: Sequence[Reason]) -> str:
        told = [tell(reason, self.zone) for reason in reasons]
        return " ".join(part for one in told for part in (one.text, one.remedy) if part)

    def _pills(self, own: Sequence[Booking]) -> list[str]:
        """For each day how many bookings are the member's, and what is offered to them."""
        return [
            self._pill([one for one in own if one.starts < day.ends and day.starts < one.ends])
            for day in self.columns
        ]

    def _pill(self, own: Sequence[Booking]) -> str:
        offers = [one for one in own if one.state == Booking.State.OFFERED]
        pills = [self._offer(one) for one in offers]
        if mine := len(own) - len(offers):
            words = escape(ngettext("%d yours", "%d yours", mine) % mine)
            pills.append(f' <span class="state you">{icon("key")}<span>{words}</span></span>')
        return "".join(pills)

    def _offer(self, offer: Booking) -> str:
        by = moment_words(offer.lapses_at, self.now, self.zone) if offer.lapses_at else ""
        words = escape(_("Take by %s") % by)
        return (
            f' <a class="state you" href="{waitlist_url()}">{icon("gift")}<span>{words}</span></a>'
        )


def short(day: Day) -> str:
    """Why nothing of the day is to be had, in two or three words."""
    if day.kind == "gap-no":
        return _not_for_you(day.reasons)
    return {
        "lock": _("Locked out"),
        "shut": _("Closed"),
        "closed": _("Closed"),
        "full": _("Full"),
        "past": _("Over"),
    }[day.kind]


def _not_for_you(reasons: Sequence[Reason]) -> str:
    """Some gaps nobody could have; the others only this reader cannot."""
    first = reasons[0].code
    if first == "gap-too-short":
        return _("Too short")
    return _("Not yet open") if first == "too-far-ahead" else _("Not for you yet")
