"""QR codes as SVG: on labels, and where a phone takes over an address from a screen."""

from itertools import groupby

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

QUIET = 4  # modules of white around the code, ISO/IEC 18004 section 9.1


def svg(text: str, label: str) -> SafeString:
    """Markup of a code that reads `text`, black on white in either theme; `label` is its name."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    size = len(rows) + 2 * QUIET
    return format_html(
        '<svg class="qr" viewBox="-{0} -{0} {1} {1}" role="img" aria-label="{2}"'
        ' shape-rendering="crispEdges"><path fill="#fff" d="M-{0}-{0}h{1}v{1}h-{1}z"/>'
        '<path fill="#13191a" d="{3}"/></svg>',
        QUIET,
        size,
        label,
        mark_safe("".join(_runs(rows))),  # noqa: S308 (digits and letters of our own)
    )


def _runs(rows: list[list[bool]]) -> list[str]:
    """One rectangle per run of dark modules in a row."""
    path = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return path
