"""A CSV file as whoever saved it saved it: encodings, separators, line numbers.

Knows nothing of what the columns mean, and no database.
"""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

SEPARATORS = ",;\t"  # German Excel writes semicolons
LONGEST_CELL = 10_000  # characters; a missing quote makes a cell of the rest of the file
SYNONYMS = {"e_mail": "email", "mail": "email"}


class Unreadable(Exception):
    """The file as a whole cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # the line on which it begins, counted from 1 as editors do
    cells: dict[str, str]  # by column, stripped

    def __getitem__(self, column: str) -> str:
        """The cell; "" where it, or the whole column, is left out."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Problem:
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    rows: list[Row]
    problems: list[Problem]
    unknown: list[str]  # columns that mean nothing here
    encoding: str


def read(raw: bytes, required: Collection[str], optional: Collection[str]) -> Sheet:
    """Rows with the columns asked for. Raises Unreadable, naming the columns that are missing."""
    text, encoding = decode(raw)
    lines = _lines(text)
    _number, heads = next(lines, (0, []))
    columns = [_column(head) for head in heads]
    _check_columns(columns, required, optional)
    rows, problems = [], []
    for number, cells in lines:
        problem = _misshapen(number, cells, columns)
        if problem:
            problems.append(problem)
        else:
            rows.append(_row(number, cells, columns))
    unknown = [column for column in columns if column not in {*required, *optional, ""}]
    return Sheet(rows, problems, unknown, encoding)


def decode(raw: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: by its mark, as UTF-8, else as Windows wrote it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(raw, "utf-16"), "UTF-16"
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return _decode(raw, "cp1252"), "Windows-1252"


def _decode(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        message = _("This is not text in UTF-8, UTF-16 or Windows-1252. Save it as “CSV UTF-8”.")
        raise Unreadable(message) from error


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that is not blank; the first is the header."""
    if "\0" in text:
        raise Unreadable(_("This is no CSV file: it holds zero bytes. Save it as “CSV UTF-8”."))
    header = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(header), strict=True)
    number = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        words = _("Line %(number)d cannot be read: %(error)s. Look for a quotation mark too many.")
        raise Unreadable(words % {"number": number, "error": error}) from error


def _separator(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def _column(head: str) -> str:
    name = head.strip().lower().replace("-", "_").replace(" ", "_")
    return SYNONYMS.get(name, name)


def _check_columns(
    columns: list[str], required: Collection[str], optional: Collection[str]
) -> None:
    if not any(columns):
        raise Unreadable(_("The file is empty. Its first line must name the columns."))
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise Unreadable(_("These columns are there twice: %s.") % ", ".join(twice))
    missing = [column for column in required if column not in columns]
    if missing:
        words = _(
            "These columns are missing: %(missing)s. The first line must name all of"
            " %(required)s, and may name %(optional)s."
        )
        raise Unreadable(
            words
            % {
                "missing": ", ".join(missing),
                "required": ", ".join(required),
                "optional": ", ".join(optional),
            }
        )


def _misshapen(number: int, cells: list[str], columns: list[str]) -> Problem | None:
    if any(cell.strip() for cell in cells[len(columns) :]):
        words = _("It has %(cells)d cells, and the first line names %(columns)d columns.")
        return Problem(number, words % {"cells": len(cells), "columns": len(columns)})
    if any(len(cell) > LONGEST_CELL for cell in cells):
        words = _(
            "A cell is longer than %d characters. Look for a quotation mark without its pair."
        )
        return Problem(number, words % LONGEST_CELL)
    return None


def _row(number: int, cells: list[str], columns: list[str]) -> Row:
    stripped = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
    return Row(number, dict(zip(columns, stripped, strict=False)))
