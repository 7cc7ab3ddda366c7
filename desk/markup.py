"""The cells of a board as HTML, where there are too many for a template; decides nothing.

A template takes longer over one cell than everything that is known about it. Whatever was not
written here is escaped; a test feeds it names that would break out.
"""

from collections.abc import Iterable
from html import escape  # as Django's, but for text only, and soon: it looks for no lazy text
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

ICON = '<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>'

# What a machine is doing as colour, icon and word together.
STATES = {
    "running": ("running", "play", gettext_noop("Running")),
    "armed": ("you", "armed", gettext_noop("Armed")),
    "grace": ("grace", "hour", gettext_noop("Finishing")),
    "fault": ("fault", "warn", gettext_noop("Fault")),
    "lockout": ("fault", "lock", gettext_noop("Locked out")),
    "offline": ("", "plug", gettext_noop("Not answering")),
    "free": ("", "free", gettext_noop("Free")),
    "mine": ("you", "key", gettext_noop("Yours")),
    "locked": ("", "lock", gettext_noop("Locked")),
}


class Slot(NamedTuple):
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


def lane(
    anchor: str, url: str, name: str, cells: Iterable[Slot], pill: SafeString | None
) -> SafeString:
    """One row of a board: its name, its state, its day."""
    anchor = escape(anchor)
    written = (
        f'<article class="lane" aria-labelledby="{anchor}">\n<header class="lane-name">'
        f'<h3 id="{anchor}"><a href="{escape(url)}">{escape(name)}</a></h3>{pill or ""}</header>\n'
        f'<ol class="slots">{items(cells)}</ol>\n</article>'
    )
    return mark_safe(written)  # noqa: S308  every part is escaped


def items(cells: Iterable[Slot]) -> SafeString:
    """One <li> per stretch of a lane: a cell of the day on a desk, a row on a phone."""
    written = "".join(f'<li class="seg {cell.css}">{_inside(cell)}</li>' for cell in cells)
    return mark_safe(written)  # noqa: S308  every part is escaped


def _inside(cell: Slot) -> str:
    if not cell.url and not cell.words:
        return f'<span class="vh">{escape(cell.label)}</span>'
    title = f' title="{escape(cell.title)}"' if cell.title else ""
    face = f"{icon(cell.icon)}<time>{cell.time}</time><b>{escape(cell.words)}</b>"
    if not cell.url:
        return f"<div{title}>{face}</div>"
    drag = f' data-from="{cell.starts}"' if cell.starts else ""
    act = f'<span class="act">{escape(cell.act)}</span>' if cell.act else ""
    label, url = escape(cell.label), escape(cell.url)
    return f'<a href="{url}" aria-label="{label}"{title}{drag}>{face}{act}</a>'


def icon(name: str) -> str:
    return ICON.format(name) if name else ""


def state(kind: str, word: str = "") -> SafeString:
    """A pill for one of STATES, in any case; an unknown one is as good as locked."""
    css, sign, usual = STATES.get(str(kind).lower(), STATES["locked"])
    words = escape(word or _(usual))
    pill = f'<span class="state {css}">{icon(sign)}<span>{words}</span></span>'
    return mark_safe(pill)  # noqa: S308  every part is escaped
