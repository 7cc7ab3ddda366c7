"""Judges a whole file, then writes what is sound in short transactions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from desk.imports.batch import Judged, Kind, Outcomes, judge
from desk.imports.certifications import Certifications
from desk.imports.machines import Machines
from desk.imports.members import Members
from desk.imports.sheet import Problem, read

KINDS: dict[str, Callable[[datetime], Kind[Any]]] = {
    "members": Members,
    "machines": Machines,
    "certifications": Certifications,
}
BATCH = 50  # lines per transaction, 10 to 30 ms of it: a tap at a machine may have to wait so long

Progress = Callable[[int, int], None]  # lines done, lines in all


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read and judged, and not yet written."""

    kind: Kind[Any]
    judged: Judged[Any]
    unknown: list[str]  # columns that mean nothing here
    encoding: str


def prepare(raw: bytes, kind_name: str, now: datetime) -> Prepared:
    """Read and judge; writes nothing. Raises sheet.Unreadable."""
    kind = KINDS[kind_name](now)
    sheet = read(raw, kind.required, kind.optional)
    judged = judge(kind, sheet.rows)
    judged.problems.extend(sheet.problems)
    judged.problems.sort(key=_number)
    return Prepared(kind, judged, sheet.unknown, sheet.encoding)


def write(
    prepared: Prepared, now: datetime, progress: Progress, *, dry_run: bool = False
) -> Outcomes:
    """Bring the tables in line with the sound lines; a dry run takes each batch back."""
    lines, outcomes = prepared.judged.lines, Outcomes()
    for start in range(0, len(lines), BATCH):
        with transaction.atomic():
            outcomes += prepared.kind.write(lines[start : start + BATCH], now)
            transaction.set_rollback(dry_run)
        progress(min(start + BATCH, len(lines)), len(lines))
    return outcomes


def _number(problem: Problem) -> int:
    return problem.number
