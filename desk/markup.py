"""The cells of a board as HTML, where there are too many for a template; decides nothing.

A template takes longer over one cell than everything that is known about it. Whatever was not
written here is escaped; a test feeds it names that would break out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape  # as Django's, but for text only, and soon: it looks for no lazy text

from django.utils.safestring import SafeString, mark_safe

ICON = '<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>'


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
