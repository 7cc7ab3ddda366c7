"""Judges a whole file, then writes what is sound in short transactions."""

import time
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
# SQLite has one writer, and who waits looks every 1 to 100 ms whether it is free. Without a pause
# the next batch is always there first, and taps were seen to wait three seconds.
SHORTEST_PAUSE = 0.06  # seconds

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
    lines, outcomes, pause = prepared.judged.lines, Outcomes(), SHORTEST_PAUSE
    for start in range(0, len(lines), BATCH):
        if start:
            time.sleep(pause)
        began = time.monotonic()
        with transaction.atomic():
            outcomes += prepared.kind.write(lines[start : start + BATCH], now)
            transaction.set_rollback(dry_run)
        pause = max(SHORTEST_PAUSE, time.monotonic() - began)  # others get as long as we took
        progress(min(start + BATCH, len(lines)), len(lines))
    return outcomes


def _number(problem: Problem) -> int:
    return problem.number
