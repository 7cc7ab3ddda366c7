"""Certifications of members and types that are there already, given by nobody in particular.

One is known by member, type and day; without a day, it is the newest that is valid.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from desk.imports import cells
from desk.imports.batch import NEW, UNCHANGED, UPDATED, Outcomes, change, differing, update
from desk.imports.cells import Wrong
from desk.imports.known import People, by_name, zone_of
from desk.imports.lines import CertificationLine
from desk.imports.sheet import Problem, Row
from equipment.models import Certification, CertificationType, Level
from members.models import AccessEpoch, Change, Space
from members.zones import end_of

Holding = tuple[int, int]  # a member's id and a type's


class Certifications:
    required = ("type",)
    optional = ("email", "badge", "badge_format", "level", "given", "until")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people = People()
        self.types = by_name(CertificationType.objects.all())
        self.zone = zone_of(None, Space.objects.order_by("pk"))

    def judge(self, row: Row) -> CertificationLine:
        given, last = cells.day(row["given"]), cells.day(row["until"])
        line = CertificationLine(
            number=row.number,
            member_id=self._member(row),
            type=cells.one_of(row["type"], self.types, "certification"),
            level=cells.level(row["level"]),
            given=datetime.combine(given, time(), self.zone) if given else None,
            until=end_of(last, self.zone) if last else None,
        )
        if given and last and last < given:
            raise Wrong(_("The last day is before the day it was given."))
        if line.given and line.given > self.now:
            raise Wrong(_("It is given on a day to come."))
        if line.until and not line.given and line.until <= self.now:
            raise Wrong(_("The last day has passed. Write, too, when it was given."))
        return line

    def _member(self, row: Row) -> int:
        address = cells.email(row["email"])
        badge = cells.badge(row["badge"], row["badge_format"])
        if not address and not badge:
            raise Wrong(_("Write whose it is: a mail address or a badge."))
        found = self.people.by_email.get(address) if address else self.people.holder(badge)
        if found is None:
            words = _("There is no member “%s”. Bring members in first.")
            raise Wrong(words % (address or badge))
        return found

    def same(self, line: CertificationLine) -> Iterable[object]:
        yield line.member_id, line.type.pk, line.given

    def check(self, lines: list[CertificationLine]) -> list[Problem]:
        """What somebody took back is not given again by a file."""
        taken_back = set(
            Certification.objects.exclude(revoked_at=None).values_list(
                "member_id", "type_id", "given_at"
            )
        )
        words = _("This certification was revoked. Give a new one by hand.")
        return [
            Problem(line.number, words)
            for line in lines
            if (line.member_id, line.type.pk, line.given) in taken_back
        ]

    def write(self, lines: list[CertificationLine], now: datetime) -> Outcomes:
        there = _held(lines)
        new, changed = [], []
        for line in lines:
            held = self._fitting(line, there.get((line.member_id, line.type.pk), []))
            if held is None:
                new.append(_new(line, now))
            elif differs := differing(held, _wanted(line)):
                update(held, differs)
                changed.append(held)
        Certification.objects.bulk_create(new)
        Change.objects.bulk_create([_change(row, now) for row in [*new, *changed]])
        if changed:
            AccessEpoch.bump()  # an end that came nearer may end a session
        unchanged = len(lines) - len(new) - len(changed)
        return Outcomes({NEW: len(new), UPDATED: len(changed), UNCHANGED: unchanged})

    def _fitting(self, line: CertificationLine, rows: list[Certification]) -> Certification | None:
        if line.given:
            return next((row for row in rows if row.given_at == line.given), None)
        valid = [row for row in rows if row.until is None or row.until > self.now]
        return valid[-1] if valid else None


def _held(lines: list[CertificationLine]) -> dict[Holding, list[Certification]]:
    """What the members of these lines hold and nobody took back, oldest first."""
    ids = {line.member_id for line in lines}
    rows: dict[Holding, list[Certification]] = {}
    standing = Certification.objects.filter(member__in=ids, revoked_at=None).select_related("type")
    for row in standing.order_by("given_at"):
        rows.setdefault((row.member_id, row.type_id), []).append(row)
    return rows


def _wanted(line: CertificationLine) -> dict[str, Any]:
    """What the line says of the certification; an empty cell says nothing."""
    given = {"level": line.level, "until": line.until}
    return {field: value for field, value in given.items() if value is not None}


def _new(line: CertificationLine, now: datetime) -> Certification:
    """Without a last day it lasts as long as its type says, as one given by hand does.

    How long it was not used before, no file tells: that is counted from now.
    """
    given = line.given or now
    lasts = timedelta(days=line.type.valid_days) if line.type.valid_days else None
    awake = timedelta(days=line.type.disuse_days) if line.type.disuse_days else None
    return Certification(
        member_id=line.member_id,
        type=line.type,
        level=line.level or Level.FULL,
        given_at=given,
        until=line.until or (given + lasts if lasts else None),
        idle_until=now + awake if awake else None,
    )


def _change(row: Certification, now: datetime) -> Change:
    told = {"type": row.type.slug, "level": int(row.level), "until": row.until}
    return change(row, row.member_id, now, **told)
