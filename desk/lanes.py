"""Turns a machine's stretches of time into the cells of a board: form, icon, words, link.

Availability says what each stretch is; this file says how it looks, and rounds it outwards to
quarter hours for drawing. It decides nothing about who may have it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from bookings.segments import Claim, Segment
from desk.links import book_url, booking_url, machine_url
from desk.ruler import QUARTER, Ruler
from desk.states import State
from desk.when import clock, day_name, length, moment_words, span
from equipment.models import Machine
from equipment.words import tell

CLAIMS = ("was", "other", "mine", "offer")  # drawn outwards, and never narrower than a quarter
CSS = {"gap-no": "gap no"}
ICONS = {"mine": "key", "offer": "gift", "gap": "plus", "gap-no": "lock", "lock": "lock"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell. Without `url` it leads nowhere; without `words` only `label` is read out."""

    css: str
    time: str
    label: str
    icon: str = ""
    words: str = ""
    url: str = ""
    act: str = ""
    title: str = ""
    starts: str = ""  # of a gap that can be booked: where a drag over it begins


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: a machine's day, or one day of a machine's week."""

    anchor: str
    url: str
    name: str
    slots: list[Slot]
    state: State | None = None


def lane_of(
    machine: Machine,
    segments: Iterable[Segment],
    ruler: Ruler,
    now: datetime,
    state: State | None,
    named: bool = True,
) -> Lane:
    """A machine's row on the board."""
    return Lane(
        anchor=f"m-{machine.slug}",
        url=machine_url(machine.slug),
        name=machine.name,
        slots=slots_of(machine, segments, ruler, now, named),
        state=state,
    )


def slots_of(
    machine: Machine, segments: Iterable[Segment], ruler: Ruler, now: datetime, named: bool = True
) -> list[Slot]:
    """The cells of one row; their quarters add up to those of the ruler.

    Not `named`: for strangers, who see that a time is taken, not by whom.
    """
    pieces = list(segments)
    cells = Cells(machine, ruler.zone, now, named)
    slots, drawn = [], ruler.starts
    for piece, quarters in zip(pieces, widths(pieces, ruler), strict=True):
        if quarters:
            slots.append(cells.cell(piece, quarters, drawn))
        drawn += quarters * QUARTER
    return slots


def widths(segments: list[Segment], ruler: Ruler) -> list[int]:
    """Quarters per stretch: claims are rounded outwards, what is between them gets the rest."""
    found, drawn = [], 0
    for place, segment in enumerate(segments):
        follows = segments[place + 1] if place + 1 < len(segments) else None
        if follows is not None and follows.kind in CLAIMS:
            edge = ruler.down(follows.starts)
        elif segment.kind in (*CLAIMS, "buffer", "past"):
            edge = ruler.up(segment.ends)
        else:
            edge = ruler.near(segment.ends)
        if follows is None:
            edge = ruler.quarters_long
        least = drawn + 1 if segment.kind in CLAIMS else drawn
        edge = min(max(edge, least), ruler.quarters_long)
        found.append(edge - drawn)
        drawn = edge
    return found


class Cells:
    """Words and links of one machine's stretches."""

    def __init__(self, machine: Machine, zone: tzinfo, now: datetime, named: bool) -> None:
        self.machine = machine
        self.zone = zone
        self.now = now
        self.named = named

    def cell(self, segment: Segment, quarters: int, drawn_from: datetime) -> Slot:
        """`drawn_from`: the quarter hour at the cell's left edge, where a drag begins."""
        make = {
            "gap": self._gap,
            "gap-no": self._gap_no,
            "mine": self._mine,
            "offer": self._offer,
            "other": self._other,
            "was": self._other,
            "lock": self._lock,
            "closed": self._closed,
        }.get(segment.kind, self._silent)
        if segment.first is not None:  # of a gap, what counts is from when one may begin
            segment = replace(segment, starts=segment.first.starts)
        return Slot(
            css=f"{CSS.get(segment.kind, segment.kind)} q{quarters}",
            time=span(segment.starts, segment.ends, self.zone),
            icon=ICONS.get(segment.kind, ""),
            starts=drawn_from.isoformat() if segment.kind == "gap" else "",
            **make(segment),
        )

    def _gap(self, segment: Segment) -> dict[str, str]:
        free = length(segment.ends - segment.starts)
        label = _("Book %(machine)s, %(when)s, %(free)s free") % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "free": free,
        }
        return {
            "label": label,
            "words": free,
            "url": book_url(self.machine.slug, segment.starts),
            "act": _("Book"),
        }

    def _gap_no(self, segment: Segment) -> dict[str, str]:
        """Free, but not for this person: the reason, and the way to mend it."""
        told = [tell(reason, self.zone) for reason in segment.reasons]
        why = told[0].text if told else _("Not to be booked")
        remedy = told[0].remedy if told else ""
        label = _("%(machine)s, %(when)s is free, but not for you: %(why)s %(remedy)s") % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "why": why,
            "remedy": remedy,
        }
        url = next((one.remedy_url for one in told if one.remedy_url), "")
        return {
            "label": label.strip(),
            "words": why,
            "url": url or machine_url(self.machine.slug),
            "title": f"{why} {remedy}".strip(),
        }

    def _mine(self, segment: Segment) -> dict[str, str]:
        claim = _claim(segment)
        label = _("Your booking: %(machine)s, %(when)s. Move, extend or give back") % {
            "machine": self.machine.name,
            "when": self._when(segment),
        }
        url = booking_url("detail", claim.public_id)
        return {"label": label, "words": claim.note or _("You"), "url": url, "act": _("Change")}

    def _offer(self, segment: Segment) -> dict[str, str]:
        claim = _claim(segment)
        by = moment_words(claim.lapses_at, self.now, self.zone) if claim.lapses_at else ""
        label = _("Offered to you: %(machine)s, %(when)s. Answer by %(by)s") % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "by": by,
        }
        url = booking_url("detail", claim.public_id)
        return {"label": label, "words": _("Take by %s") % by, "url": url, "act": _("Take it")}

    def _other(self, segment: Segment) -> dict[str, str]:
        claim = _claim(segment)
        named = f"{claim.who}, {claim.note}" if claim.note else claim.who
        who = named if self.named else _("Booked")
        return {"label": who, "words": who, "title": f"{self._hours(segment)} {who}"}

    def _lock(self, segment: Segment) -> dict[str, str]:
        why = _("Locked out: %s") % segment.reasons[0].params["why"]
        expected = segment.reasons[0].params["expected"]
        if isinstance(expected, datetime):
            back = _("Expected back %s.") % moment_words(expected, self.now, self.zone)
            why = f"{why.rstrip('.')}. {back}"
        url = machine_url(self.machine.slug)
        return {"label": f"{self.machine.name}: {why}", "words": why, "url": url, "title": why}

    def _closed(self, segment: Segment) -> dict[str, str]:
        why = tell(segment.reasons[0], self.zone).text if segment.reasons else _("Closed")
        return {"label": why, "words": _("Closed"), "title": why}

    def _silent(self, segment: Segment) -> dict[str, str]:
        what = _("kept free") if segment.kind == "buffer" else _("past")
        return {"label": f"{self._hours(segment)}, {what}"}

    def _hours(self, segment: Segment) -> str:
        return _("%(from)s to %(to)s") % {
            "from": clock(segment.starts, self.zone),
            "to": clock(segment.ends, self.zone),
        }

    def _when(self, segment: Segment) -> str:
        """“Tuesday 24 November, 13:30 to 18:00”."""
        day = day_name(segment.starts.astimezone(self.zone).date())
        return f"{day}, {self._hours(segment)}"


def _claim(segment: Segment) -> Claim:
    assert segment.claim is not None  # noqa: S101  by the kinds this is asked for
    return segment.claim
