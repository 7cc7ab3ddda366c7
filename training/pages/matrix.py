"""The training matrix in words, for the page and for the file; never by colour alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.pages import Pill
from equipment.models import Level, ToolClass
from members.models import Member
from members.zones import last_day
from training import matrix
from training.cells import Cell, Kind

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run

PILLS = {
    Kind.HELD: ("", "check"),
    Kind.ENDING: ("grace", "hour"),
    Kind.SUSPENDED: ("fault", "lock"),
    Kind.IDLE: ("", "x"),
    Kind.LAPSED: ("", "x"),
    Kind.REVOKED: ("fault", "x"),
    Kind.THEORY: ("you", "school"),
}


@dataclass(frozen=True, slots=True)
class Square:
    """One cell as the page shows it; without a pill where there is nothing to say."""

    column: str
    pill: Pill | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    member: Member
    squares: list[Square]


def lines(rows: Iterable[matrix.Row], kinds: Sequence[ToolClass], zone: tzinfo) -> list[Line]:
    return [
        Line(
            row.member,
            [_square(kind, cell, zone) for kind, cell in zip(kinds, row.cells, strict=True)],
        )
        for row in rows
    ]


def file_rows(
    batches: Iterable[Sequence[matrix.Row]], kinds: Sequence[ToolClass], zone: tzinfo
) -> Iterator[list[str]]:
    """The head, then everybody; no cell begins like a formula."""
    names = [kind.name for kind in kinds]
    yield [safe(word) for word in (_("Name"), _("Mail address"), _("Space"), *names)]
    for batch in batches:
        for row in batch:
            who = row.member.name, row.member.email or "", str(row.member.space or "")
            said = (_file_words(cell, zone) for cell in row.cells)
            yield [safe(word) for word in (*who, *said)]


def safe(text: str) -> str:
    """A name that begins like a formula stays a name."""
    return f"'{text}" if text.startswith(FORMULA) else text


def word_of(cell: Cell) -> str:
    """What is so, in a word or two."""
    if cell.kind in (Kind.HELD, Kind.ENDING):
        return capfirst(str(Level(cell.level).label))
    return {
        Kind.SUSPENDED: _("Suspended"),
        Kind.IDLE: _("Not used for long"),
        Kind.LAPSED: _("Has ended"),
        Kind.REVOKED: _("Taken back"),
        Kind.THEORY: _("Theory only"),
    }.get(cell.kind, "")


def _square(kind: ToolClass, cell: Cell, zone: tzinfo) -> Square:
    if cell.kind == Kind.NONE:
        return Square(kind.name, None)
    return Square(kind.name, Pill(*PILLS[cell.kind], word_of(cell)), _when(cell, zone))


def _when(cell: Cell, zone: tzinfo) -> str:
    if cell.ends is None:
        return ""
    day = formats.date_format(last_day(cell.ends, zone), _("j M Y"))
    if cell.kind in (Kind.HELD, Kind.ENDING, Kind.SUSPENDED):
        return _("until %s") % day
    return pgettext("day", "on %s") % day


def _file_words(cell: Cell, zone: tzinfo) -> str:
    """The same with a day that every spreadsheet reads."""
    if cell.ends is None:
        return word_of(cell)
    return f"{word_of(cell)} {last_day(cell.ends, zone).isoformat()}"
