"""Turns a machine's stretches of time into the cells of a board: form, icon, words, link.

Availability says what each stretch is; this file says how it looks, and rounds it outwards to
quarter hours for drawing. It decides nothing about who may have it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.rules import Slot as Stretch
from bookings.segments import Claim, Segment
from bookings.wanting import wait_url
from desk import markup
from desk.links import book_url, booking_url, machine_url, waitlist_url
from desk.markup import Slot
from desk.ruler import QUARTER, Ruler
from desk.states import State
from desk.when import Days, clock, length, moment_words, span
from equipment.models import Machine
from equipment.reason import Reason
from equipment.words import tell

# drawn outwards, and never narrower than a quarter
CLAIMS = ("was", "other", "held", "mine", "offer")
CSS = {"gap-no": "gap no"}
ICONS = {
    "mine": "key",
    "offer": "gift",
    "held": "gift",
    "gap": "plus",
    "gap-no": "lock",
    "lock": "lock",
    "shut": "none",
}
# What keeps everybody from a gap, not only this reader.
FOR_NOBODY = ("gap-too-short", "too-far-ahead", "too-little-notice", "shared-taken", "not-staffed")


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: a machine's day, or one day of a machine's week."""

    anchor: str
    url: str
    name: str
    slots: list[Slot]
    state: State | None = None

    @property
    def row(self) -> SafeString:
        pill = markup.state(self.state.kind, self.state.word) if self.state else None
        return markup.lane(self.anchor, self.url, self.name, self.slots, pill)


def slots_of(
    machine: Machine, segments: Iterable[Segment], ruler: Ruler, now: datetime, named: bool = True
) -> list[Slot]:
    """The cells of one row; their quarters add up to those of the ruler.

    Not `named`: for strangers, who see that a time is taken, not by whom.
    """
    return Rows(ruler, now, named).slots(machine, segments)


class Words:
    """What most cells say, in the reader's language: looked up once for all of them."""

    def __init__(self) -> None:
        self.hours = _("%(from)s to %(to)s")
        self.gap = _("Book %(machine)s, %(when)s, %(free)s free")
        self.book = _("Book")
        self.waiting = _("%(machine)s, %(when)s is taken (%(what)s). Wait for it")
        self.wait = _("Wait for it")
        self.taken = _("Booked")
        self.kept = _("kept free")
        self.past = _("past")
        self.closed = _("Closed")


class Rows:
    """Makes the rows of one board; day names, said in every cell, are worded once."""

    def __init__(self, ruler: Ruler, now: datetime, named: bool) -> None:
        self.ruler, self.now, self.named = ruler, now, named
        self.days, self.words = Days(ruler.zone), Words()

    def lane(self, machine: Machine, segments: Iterable[Segment], state: State | None) -> Lane:
        """A machine's row on the board."""
        return Lane(
            anchor=f"m-{machine.slug}",
            url=machine_url(machine.slug),
            name=machine.name,
            slots=self.slots(machine, segments),
            state=state,
        )

    def slots(
        self, machine: Machine, segments: Iterable[Segment], ruler: Ruler | None = None
    ) -> list[Slot]:
        ruler = ruler or self.ruler
        pieces = list(segments)
        cells = Cells(machine, self.days, self.words, self.now, self.named)
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

    def __init__(
        self, machine: Machine, days: Days, words: Words, now: datetime, named: bool
    ) -> None:
        self.machine = machine
        self.days = days
        self.words = words
        self.zone = days.zone
        self.now = now
        self.named = named
        self.make = {
            "gap": self._gap,
            "gap-no": self._gap_no,
            "mine": self._mine,
            "offer": self._offer,
            "held": self._held,
            "other": self._other,
            "was": self._was,
            "lock": self._lock,
            "shut": self._shut,
            "closed": self._closed,
        }

    def cell(self, segment: Segment, quarters: int, drawn_from: datetime) -> Slot:
        """`drawn_from`: the quarter hour at the cell's left edge, where a drag begins."""
        make = self.make.get(segment.kind, self._silent)
        if segment.first is not None:  # of a gap, what counts is from when one may begin
            segment = segment._replace(starts=segment.first.starts)
        values = {"icon": ICONS.get(segment.kind, ""), **make(segment)}
        return Slot(
            css=f"{CSS.get(segment.kind, segment.kind)} q{quarters}",
            time=span(segment.starts, segment.ends, self.zone),
            starts=drawn_from.isoformat() if segment.kind == "gap" else "",
            **values,
        )

    def _gap(self, segment: Segment) -> dict[str, str]:
        free = length(segment.ends - segment.starts)
        label = self.words.gap % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "free": free,
        }
        url = book_url(self.machine.slug, segment.starts)
        return {"label": label, "words": free, "url": url, "act": self.words.book}

    def _gap_no(self, segment: Segment) -> dict[str, str]:
        """Free, but not for this person: every reason, and the way to mend the first."""
        told = [tell(reason, self.zone) for reason in segment.reasons]
        why = " ".join(part for one in told for part in (one.text, one.remedy) if part)
        label = _free_but(segment.reasons) % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "why": why,
        }
        url = next((one.remedy_url for one in told if one.remedy_url), "")
        return {
            "label": label,
            "words": told[0].text,
            "url": url or machine_url(self.machine.slug),
            "title": why,
        }

    def _mine(self, segment: Segment) -> dict[str, str]:
        claim = _claim(segment)
        label = _("Your booking: %(machine)s, %(when)s. Move, extend or give back") % {
            "machine": self.machine.name,
            "when": self._when(segment),
        }
        url = booking_url("detail", claim.public_id)
        told = {"label": label, "words": claim.note or _("You"), "url": url, "act": _("Change")}
        if claim.state == "requested":
            told |= {"icon": "hour", "words": _("Waits for approval")}
        return told

    def _offer(self, segment: Segment) -> dict[str, str]:
        by = self._by(segment)
        label = _("Offered to you: %(machine)s, %(when)s. Answer by %(by)s") % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "by": by,
        }
        words = _("Take by %s") % by
        return {"label": label, "words": words, "url": waitlist_url(), "act": _("Take it")}

    def _held(self, segment: Segment) -> dict[str, str]:
        return self._waiting(segment, _("Offered to somebody until %s") % self._by(segment))

    def _other(self, segment: Segment) -> dict[str, str]:
        return self._waiting(segment, self._who(segment))

    def _was(self, segment: Segment) -> dict[str, str]:
        who = self._who(segment)
        return {"label": who, "words": who, "title": f"{self._hours(segment)} {who}"}

    def _waiting(self, segment: Segment, words: str) -> dict[str, str]:
        """Taken; whoever is signed in may wait for it."""
        title = f"{self._hours(segment)} {words}"
        if not self.named:
            return {"label": words, "words": words, "title": title}
        claim = _claim(segment)
        label = self.words.waiting % {
            "machine": self.machine.name,
            "when": self._when(segment),
            "what": words,
        }
        slot = Stretch(max(claim.starts, self.now), claim.ends)
        url = wait_url(self.machine.slug, slot)
        return {"label": label, "words": words, "title": title, "url": url, "act": self.words.wait}

    def _lock(self, segment: Segment) -> dict[str, str]:
        why = _("Locked out: %s") % segment.reasons[0].params["why"]
        expected = segment.reasons[0].params["expected"]
        if isinstance(expected, datetime):
            back = _("Expected back %s.") % moment_words(expected, self.now, self.zone)
            why = f"{why.rstrip('.')}. {back}"
        url = machine_url(self.machine.slug)
        return {"label": f"{self.machine.name}: {why}", "words": why, "url": url, "title": why}

    def _shut(self, segment: Segment) -> dict[str, str]:
        """This machine is closed, though the space is open."""
        why = _("Closed: %s") % segment.reasons[0].params["why"]
        title = f"{self._hours(segment)} {why}"
        return {"label": f"{self.machine.name}: {why}", "words": why, "title": title}

    def _closed(self, segment: Segment) -> dict[str, str]:
        why = tell(segment.reasons[0], self.zone).text if segment.reasons else self.words.closed
        return {"label": why, "words": self.words.closed, "title": why}

    def _silent(self, segment: Segment) -> dict[str, str]:
        what = self.words.kept if segment.kind == "buffer" else self.words.past
        return {"label": f"{self._hours(segment)}, {what}"}

    def _who(self, segment: Segment) -> str:
        claim = _claim(segment)
        named = f"{claim.who}, {claim.note}" if claim.note else claim.who
        return named if self.named else self.words.taken

    def _by(self, segment: Segment) -> str:
        lapses_at = _claim(segment).lapses_at
        return moment_words(lapses_at, self.now, self.zone) if lapses_at else ""

    def _hours(self, segment: Segment) -> str:
        return self.words.hours % {
            "from": clock(segment.starts, self.zone),
            "to": clock(segment.ends, self.zone),
        }

    def _when(self, segment: Segment) -> str:
        """“Tuesday 24 November, 13:30 to 18:00”."""
        return f"{self.days.name(segment.starts)}, {self._hours(segment)}"


def _free_but(reasons: Iterable[Reason]) -> str:
    if all(reason.code in FOR_NOBODY for reason in reasons):
        return _("%(machine)s, %(when)s is free, but cannot be booked: %(why)s")
    return _("%(machine)s, %(when)s is free, but not for you: %(why)s")


def _claim(segment: Segment) -> Claim:
    assert segment.claim is not None  # noqa: S101  by the kinds this is asked for
    return segment.claim
