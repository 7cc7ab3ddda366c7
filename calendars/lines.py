"""Content lines of iCalendar: escaped, folded, in UTF-8 (RFC 5545 section 3.1 and 3.3). PURE.

It knows no property's meaning. Written by hand since a library that builds an object for every
property makes three thousand events a second, and a space has ten thousand.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

LONGEST = 75  # octets, without the line end
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
# Overrides and isolates of direction: one left open turns round whatever an app shows after it.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PLAIN = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")  # what nearly every name is
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"})


def tidy(text: str) -> str:
    """`text` on one line, without what cannot be printed or turns the direction of writing."""
    if PLAIN.fullmatch(text):
        return text
    return " ".join(
        "".join(
            " " if unicodedata.category(each) in UNPRINTABLE or each in TURNS else each
            for each in text
        ).split()
    )


def text(value: str) -> str:
    """TEXT, section 3.3.11."""
    return tidy(value).translate(ESCAPED)


def quoted(value: str) -> str:
    """A parameter's value, section 3.2, which has no way to write a quotation mark."""
    return '"' + tidy(value).replace('"', "'") + '"'


def when(value: datetime | date) -> str:
    """DATE-TIME in UTC, section 3.3.5 form 2; DATE, section 3.3.4."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
        return (
            f"{value.year:04}{value.month:02}{value.day:02}"
            f"T{value.hour:02}{value.minute:02}{value.second:02}Z"
        )
    return f"{value.year:04}{value.month:02}{value.day:02}"


def duration(value: timedelta) -> str:
    """DURATION in whole minutes, section 3.3.6."""
    minutes = round(value.total_seconds() / 60)
    return f"{'-' if minutes < 0 else ''}PT{abs(minutes)}M"


def line(name: str, value: str, parameters: Mapping[str, str] | None = None) -> bytes:
    """One property; `value` is written as its type asks, `parameters` as they stand."""
    head = name + "".join(f";{key}={each}" for key, each in (parameters or {}).items())
    return fold(f"{head}:{value}".encode())


def fold(octets: bytes) -> bytes:
    """Lines of at most 75 octets, never cutting a character in two, section 3.1."""
    if len(octets) <= LONGEST:
        return octets + b"\r\n"
    pieces, at, room = [], 0, LONGEST
    while at < len(octets):
        end = _end_of_piece(octets, at + room)
        pieces.append(octets[at:end])
        at, room = end, LONGEST - 1  # the space that marks what goes on
    return b"\r\n ".join(pieces) + b"\r\n"


def _end_of_piece(octets: bytes, end: int) -> int:
    """At `end` or before it, where a character begins."""
    while end < len(octets) and octets[end] & 0xC0 == 0x80:
        end -= 1
    return end


def component(name: str, lines: Iterable[bytes]) -> bytes:
    return b"".join([b"BEGIN:%s\r\n" % name.encode(), *lines, b"END:%s\r\n" % name.encode()])
