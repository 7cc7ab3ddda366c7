"""What every kind of file shares: the judged lines, and what became of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from desk.imports.cells import Wrong
from desk.imports.sheet import Problem, Row
from members.models import Change

NEW, UPDATED, UNCHANGED = "new", "updated", "unchanged"
Outcomes = Counter[str]


class Numbered(Protocol):
    """A judged line."""

    @property
    def number(self) -> int: ...


Line = TypeVar("Line", bound=Numbered)


class Kind(Protocol[Line]):
    """One kind of file. Made anew for each file: it reads what the file may refer to."""

    @property
    def required(self) -> tuple[str, ...]: ...

    @property
    def optional(self) -> tuple[str, ...]: ...

    def judge(self, row: Row) -> Line:
        """The line a row means; Wrong where it means none."""

    def same(self, line: Line) -> Iterable[object]:
        """What no two lines of one file may share, such as a mail address."""

    def check(self, lines: list[Line]) -> list[Problem]:
        """What is wrong between lines that are sound by themselves."""

    def write(self, lines: list[Line], now: datetime) -> Outcomes:
        """Bring the tables in line with `lines`; in the caller's transaction."""


@dataclass
class Judged(Generic[Line]):
    lines: list[Line]
    problems: list[Problem]


def judge(kind: Kind[Line], rows: Iterable[Row]) -> Judged[Line]:
    """Every row as a line or as a problem, those that repeat an earlier one included."""
    judged: Judged[Line] = Judged([], [])
    seen: dict[object, int] = {}
    for row in rows:
        try:
            line = kind.judge(row)
            _once(kind, line, seen)
        except Wrong as wrong:
            judged.problems.append(Problem(row.number, str(wrong)))
        else:
            judged.lines.append(line)
    return _between(kind, judged)


def _once(kind: Kind[Line], line: Line, seen: dict[object, int]) -> None:
    marks = list(kind.same(line))
    for mark in marks:
        if mark in seen:
            raise Wrong(_("It repeats line %d. Keep one of the two.") % seen[mark])
    seen.update(dict.fromkeys(marks, line.number))


def _between(kind: Kind[Line], judged: Judged[Line]) -> Judged[Line]:
    found = kind.check(judged.lines)
    bad = {problem.number for problem in found}
    sound = [line for line in judged.lines if line.number not in bad]
    return Judged(sound, sorted([*judged.problems, *found], key=lambda each: each.number))


def differing(row: Model, wanted: dict[str, Any]) -> dict[str, Any]:
    """Those values of `wanted` that `row` does not have."""
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}


def update(row: Model, differs: dict[str, Any]) -> None:
    """One statement per row: bulk_update spends many times that on building its CASEs."""
    for name, value in differs.items():
        setattr(row, name, value)
    type(row)._base_manager.filter(pk=row.pk).update(**differs)


def change(subject: Model, member_id: int | None, now: datetime, **after: Any) -> Change:
    """An unsaved record that an import, and no person, wrote `subject`; values are made JSON."""
    return Change(
        actor=None,
        on_behalf_of_id=member_id,
        verb="imported",
        subject_kind=subject._meta.label,
        subject_id=subject.pk,
        after={name: _plain(value) for name, value in after.items()},
        at=now,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.pk if isinstance(value, Model) else value
