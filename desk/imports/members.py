"""Members with their badge, plan and guardian. One row is one person.

A person is known by mail address; one without it by badge. Empty cells leave things as they are.
"""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.conf import settings
from django.utils.translation import gettext as _

from desk.imports import cells
from desk.imports.batch import Outcomes
from desk.imports.cells import Wrong
from desk.imports.guardians import Guardians
from desk.imports.known import People, by_name, zone_of
from desk.imports.lines import MemberLine
from desk.imports.member_tables import MemberTables
from desk.imports.sheet import Problem, Row
from members.models import Plan, Space
from members.zones import end_of


class Members:
    required = ("name",)
    optional = (
        "email",
        "badge",
        "badge_format",
        "plan",
        "starts",
        "until",
        "language",
        "guardian",
        "adult_from",
        "space",
    )

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people = People()
        self.plans = by_name(Plan.objects.all())
        self.spaces = by_name(Space.objects.order_by("pk"))
        self.languages = {code: code for code, _name in settings.LANGUAGES}

    # --- judging ---

    def judge(self, row: Row) -> MemberLine:
        space = cells.one_of(row["space"], self.spaces, "space") if row["space"] else None
        zone = zone_of(space, self.spaces.values())
        first, last = cells.day(row["starts"]), cells.day(row["until"])
        line = MemberLine(
            number=row.number,
            name=cells.person(row["name"]),
            email=cells.email(row["email"]),
            badge=cells.badge(row["badge"], row["badge_format"]),
            plan=cells.one_of(row["plan"], self.plans, "plan") if row["plan"] else None,
            starts=datetime.combine(first, time(), zone) if first else None,
            until=end_of(last, zone) if last else None,
            language=self._language(row["language"]),
            guardian=cells.email(row["guardian"]),
            adult_from=cells.day(row["adult_from"]),
            space=space,
        )
        self._sound(line, first, last)
        return line

    def _language(self, text: str) -> str:
        return cells.one_of(text, self.languages, "language") if text else ""

    def _sound(self, line: MemberLine, first: date | None, last: date | None) -> None:
        if not line.name:
            raise Wrong(_("The name is missing."))
        if not line.email and not line.badge:
            raise Wrong(
                _("Write a mail address or a badge, so that the person can be found again.")
            )
        if (first or last) and not line.plan:
            raise Wrong(_("There are days, and no plan they belong to."))
        if first and last and last < first:
            raise Wrong(_("The last day is before the first."))
        if line.until and not line.starts and line.until <= self.now:
            raise Wrong(_("The last day has passed. Write the first day, too, to keep it as past."))
        if line.guardian and line.guardian == line.email:
            raise Wrong(_("Nobody is their own guardian."))
        if line.adult_from and line.adult_from <= self.now.date():
            raise Wrong(_("The day of coming of age has come. Leave it empty for a grown-up."))
        self._badge_is_free(line)

    def _badge_is_free(self, line: MemberLine) -> None:
        """A badge that somebody holds may only be that of the person with the same address."""
        holder = self.people.holder(line.badge) if line.badge else None
        if holder and line.email and self.people.by_email.get(line.email) != holder:
            raise Wrong(_("The badge is somebody else's. Revoke it there first."))

    def same(self, line: MemberLine) -> Iterable[object]:
        if line.email:
            yield "email", line.email
        if line.badge:
            yield "badge", line.badge

    def check(self, lines: list[MemberLine]) -> list[Problem]:
        """Guardians are there, in the tables or in this file, grown up and nobody's ward."""
        guardians = Guardians(lines, self.people, self.now)
        found = [Problem(line.number, guardians.what_is_wrong(line)) for line in lines]
        # guardians come first, so that their wards find them
        lines.sort(key=lambda line: bool(line.guardian))
        return [problem for problem in found if problem.reason]

    def write(self, lines: list[MemberLine], now: datetime) -> Outcomes:
        return MemberTables(lines, now).write()
