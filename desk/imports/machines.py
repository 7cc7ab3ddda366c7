"""Machines of spaces and tool classes that are there already. A machine is known by its slug."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils.text import slugify
from django.utils.translation import gettext as _

from desk.imports import cells
from desk.imports.batch import NEW, UNCHANGED, UPDATED, Outcomes, change, differing, update
from desk.imports.cells import Wrong
from desk.imports.known import by_name
from desk.imports.lines import MachineLine
from desk.imports.sheet import Problem, Row
from equipment.limits import LONGEST_FINISH, LONGEST_IDLE, MOST_MA
from equipment.models import Machine, ToolClass
from members.models import AccessEpoch, Change, Space

SENSING = ("feedback", "run_above_ma", "idle_seconds", "finish_fixed_seconds")
FIELDS = ("name", "space", "tool_class", "place", "notes", "drawing", *SENSING)


class Machines:
    required = ("name", "space", "tool_class")
    optional = ("slug", "place", "notes", "drawing", *SENSING, "risk")

    def __init__(self, now: datetime) -> None:
        self.spaces = by_name(Space.objects.all())
        self.tool_classes = by_name(ToolClass.objects.all())
        self.drawings = {
            key.lower(): drawing
            for drawing in Machine.Drawing
            for key in (drawing.value, str(drawing.label))
        }
        self.feedbacks = {feedback.value: feedback for feedback in Machine.Feedback}
        self.risks = {risk.value: risk for risk in ToolClass.Risk}
        rows = Machine.objects.values_list("slug", "space_id", "name")
        self.slugs = {(space_id, name.lower()): slug for slug, space_id, name in rows}

    def judge(self, row: Row) -> MachineLine:
        name = cells.short(row["name"], 60, "name")
        if not name:
            raise Wrong(_("The name is missing."))
        space = cells.one_of(row["space"], self.spaces, "space")
        drawing, feedback, risk = row["drawing"], row["feedback"], row["risk"]
        return MachineLine(
            number=row.number,
            name=name,
            slug=self._slug(row["slug"], name, space),
            space=space,
            tool_class=cells.one_of(row["tool_class"], self.tool_classes, "tool class"),
            place=cells.short(row["place"], 80, "place"),
            notes=cells.short(row["notes"], 2000, "notes"),
            drawing=cells.one_of(drawing, self.drawings, "drawing") if drawing else None,
            feedback=cells.one_of(feedback, self.feedbacks, "feedback") if feedback else None,
            run_above_ma=cells.whole(row["run_above_ma"], 0, MOST_MA, "run_above_ma"),
            idle_seconds=cells.whole(row["idle_seconds"], 1, LONGEST_IDLE, "idle_seconds"),
            finish_fixed_seconds=cells.whole(
                row["finish_fixed_seconds"], 0, LONGEST_FINISH, "finish_fixed_seconds"
            ),
            risk=cells.one_of(risk, self.risks, "risk") if risk else None,
        )

    def _slug(self, text: str, name: str, space: Space) -> str:
        """The one written; that of the machine of this name in the space; else made of the name."""
        slug = text or self.slugs.get((space.pk, name.lower())) or slugify(name)
        if not slug or slug != slugify(slug) or len(slug) > 40:
            words = _("“%s” cannot stand in an address. Write a slug of a to z, 0 to 9 and -.")
            raise Wrong(words % (text or name))
        return slug

    def same(self, line: MachineLine) -> Iterable[object]:
        yield "slug", line.slug
        yield "name", line.space.pk, line.name.lower()

    def check(self, lines: list[MachineLine]) -> list[Problem]:
        """No slug is taken by a machine elsewhere, no name by another machine here."""
        homes = dict(Machine.objects.values_list("slug", "space_id"))
        problems = []
        for line in lines:
            if homes.get(line.slug, line.space.pk) != line.space.pk:
                words = _("The slug “%s” is a machine's in another space. Write one of its own.")
                problems.append(Problem(line.number, words % line.slug))
            elif self.slugs.get((line.space.pk, line.name.lower()), line.slug) != line.slug:
                words = _("Another machine there is called “%s”. Choose another name.")
                problems.append(Problem(line.number, words % line.name))
        return [*problems, *_blind(lines), *_at_odds(lines)]

    def write(self, lines: list[MachineLine], now: datetime) -> Outcomes:
        there = Machine.objects.in_bulk([line.slug for line in lines], field_name="slug")
        new, changed, outcomes = [], [], Outcomes()
        for line in lines:
            wanted = _wanted(line)
            machine = there.get(line.slug)
            if machine is None:
                new.append(Machine(slug=line.slug, **wanted))
            elif differs := differing(machine, wanted):
                update(machine, differs)
                changed.append(machine)
        _set_risks(lines, now)
        Machine.objects.bulk_create(new)
        Change.objects.bulk_create(
            [change(machine, None, now, machine_name=machine.name) for machine in [*new, *changed]]
        )
        if changed:
            AccessEpoch.bump()  # another tool class may ask for another certification
        outcomes.update({NEW: len(new), UPDATED: len(changed)})
        outcomes[UNCHANGED] = len(lines) - len(new) - len(changed)
        return outcomes


def _wanted(line: MachineLine) -> dict[str, object]:
    """What the line says of the machine; an empty cell says nothing."""
    given = {field: getattr(line, field) for field in FIELDS}
    return {field: value for field, value in given.items() if value not in (None, "")}


def _blind(lines: list[MachineLine]) -> Iterator[Problem]:
    """Those that would look for a job by current without knowing from what on."""
    there = Machine.objects.in_bulk([line.slug for line in lines], field_name="slug")
    for line in lines:
        machine = there.get(line.slug) or Machine()
        for field, value in _wanted(line).items():
            setattr(machine, field, value)
        if machine.feedback == Machine.Feedback.CURRENT and not machine.may_sense:
            words = _("By current a job runs from some milliamperes on. Write a run_above_ma.")
            yield Problem(line.number, words)


def _at_odds(lines: list[MachineLine]) -> Iterator[Problem]:
    """A risk is the kind's, so no two lines may give it two."""
    risks: dict[int, str] = {}
    for line in lines:
        if line.risk and risks.setdefault(line.tool_class.pk, line.risk) != line.risk:
            words = _("Another line gives “%s” another risk. It is one for the whole kind.")
            yield Problem(line.number, words % line.tool_class)


def _set_risks(lines: list[MachineLine], now: datetime) -> None:
    for line in lines:
        kind, risk = line.tool_class, line.risk
        if risk and kind.risk != risk:
            update(kind, {"risk": risk})
            change(kind, None, now, risk=risk).save()
            AccessEpoch.bump()
