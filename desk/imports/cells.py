"""What one cell means: days, addresses, levels. Raises Wrong in words for whoever made the file."""

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from equipment.models import Level
from members.fields import EARLIEST, LATEST
from members.names import tidy
from members.services import normalise_badge
from members.services.badges import FORMATS, BadgeError

T = TypeVar("T")

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
SHOWN = 60  # characters of a wrong cell that are repeated to its author
LEVELS = {
    "1": Level.PROVISIONAL,
    "provisional": Level.PROVISIONAL,
    "under supervision": Level.PROVISIONAL,
    "2": Level.FULL,
    "full": Level.FULL,
    "3": Level.MAY_CERTIFY,
    "may certify": Level.MAY_CERTIFY,
}


class Wrong(Exception):
    """A cell, or a row, that cannot be used."""


def day(text: str) -> date | None:
    """2026-11-24 or 24.11.2026; None for an empty cell."""
    if not text:
        return None
    if match := ISO.fullmatch(text):
        parts = tuple(map(int, match.groups()))
    elif match := DOTTED.fullmatch(text):
        parts = tuple(map(int, reversed(match.groups())))
    else:
        words = _("“%s” is not a day. Write 2026-11-24 or 24.11.2026.")
        raise Wrong(words % text[:SHOWN])
    try:
        found = date(*parts)
        if not EARLIEST <= found <= LATEST:
            raise ValueError(found)
        return found
    except ValueError as error:
        raise Wrong(_("There is no day “%s”.") % text[:SHOWN]) from error


def email(text: str) -> str:
    """In lower case; "" for an empty cell."""
    address = text.lower()
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise Wrong(_("“%s” is not a mail address.") % text[:SHOWN]) from error
    return address


def badge(text: str, fmt: str) -> str:
    """Normalised; "" for an empty cell. The format is hex where the file says nothing."""
    if not text:
        return ""
    if fmt and fmt.lower() not in FORMATS:
        words = _("“%(format)s” is not a badge format. Write one of: %(formats)s.")
        raise Wrong(words % {"format": fmt[:SHOWN], "formats": ", ".join(FORMATS)})
    try:
        return normalise_badge(text, fmt.lower() or "hex")
    except BadgeError as error:
        raise Wrong(str(error)) from error


def level(text: str) -> Level | None:
    """1, 2, 3 or their words; None for an empty cell."""
    if not text:
        return None
    try:
        return LEVELS[" ".join(text.lower().replace("-", " ").split())]
    except KeyError as error:
        words = _("“%s” is not a level. Write 1 (under supervision), 2 (full) or 3 (may certify).")
        raise Wrong(words % text[:SHOWN]) from error


def whole(text: str, least: int, most: int, column: str) -> int | None:
    """A whole number; None for an empty cell."""
    if not text:
        return None
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
    if found is None or not least <= found <= most:
        words = _("“%(text)s” is no %(column)s. Write a whole number from %(least)d to %(most)d.")
        told = {"text": text[:SHOWN], "column": column, "least": least, "most": most}
        raise Wrong(words % told)
    return found


def short(text: str, most: int, column: str) -> str:
    if len(text) > most:
        words = _("The %(column)s is %(length)d characters long; %(most)d fit.")
        raise Wrong(words % {"column": column, "length": len(text), "most": most})
    return text


def person(text: str) -> str:
    """A person's name, tidied."""
    name = tidy(text)
    if not name:
        raise Wrong(_("The name is missing."))
    return short(name, 80, "name")


def one_of(text: str, known: Mapping[str, T], column: str) -> T:
    """What `text` names, by its slug or its name in any case."""
    try:
        return known[text.lower()]
    except KeyError as error:
        there = ", ".join(sorted({str(each) for each in known.values()})[:12]) or _("none yet")
        words = _("There is no %(column)s “%(text)s”. There are: %(there)s.")
        raise Wrong(words % {"column": column, "text": text[:SHOWN], "there": there}) from error
