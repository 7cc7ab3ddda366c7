"""Writes judged members to their tables: people, badges, memberships, and the record of it.

One batch is about twenty statements, however many lines it has.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models.functions import Lower

from desk.imports.batch import NEW, UNCHANGED, UPDATED, Outcomes, change, differing, update
from desk.imports.lines import MemberLine
from members.models import AccessEpoch, Badge, Change, Member, Membership
from members.services import badge_hash
from members.services.badges import seal_number


class MemberTables:
    """One batch of lines on its way into the tables."""

    def __init__(self, lines: Sequence[MemberLine], now: datetime) -> None:
        self.lines, self.now = lines, now
        self.hashes = {line.number: badge_hash(line.badge) for line in lines if line.badge}
        self.outcomes: dict[int, str] = {}  # by line number
        self.changes: list[Change] = []

    def write(self) -> Outcomes:
        self.people: dict[int, Member] = {}  # by line number
        self._write_people([line for line in self.lines if not line.guardian])
        self._write_people([line for line in self.lines if line.guardian])
        self._write_badges()
        self._write_memberships()
        Change.objects.bulk_create(self.changes)
        return Outcomes(self.outcomes.get(line.number, UNCHANGED) for line in self.lines)

    # --- people ---

    def _write_people(self, lines: list[MemberLine]) -> None:
        """Make or update the member of each line; guardians before their wards."""
        by_email = _by_email({line.email for line in lines} | {line.guardian for line in lines})
        by_badge = _by_badge(self.hashes.values())
        new, changed = [], []
        for line in lines:
            wanted = _wanted(line, by_email.get(line.guardian))
            there = by_email.get(line.email) or by_badge.get(self.hashes.get(line.number, b""))
            if there is None:
                there = _new_member(line, wanted)
                new.append((line, there))
            elif differs := differing(there, wanted):
                update(there, differs)
                changed.append((line, there))
            self.people[line.number] = there
        Member.objects.bulk_create([member for _line, member in new])
        self._note(NEW, new)
        self._note(UPDATED, changed)

    def _note(self, outcome: str, rows: list[tuple[MemberLine, Member]]) -> None:
        for line, member in rows:
            self.outcomes[line.number] = outcome
            self.changes.append(change(member, member.pk, self.now, name=member.name))

    # --- badges ---

    def _write_badges(self) -> None:
        """A badge that nobody holds yet becomes the member's, beside those they have."""
        live = _by_badge(self.hashes.values())
        new = []
        for line in self.lines:
            number_hash = self.hashes.get(line.number)
            if number_hash and number_hash not in live:
                badge = Badge(
                    member=self.people[line.number],
                    number_hash=number_hash,
                    number_sealed=seal_number(line.badge),
                    hint=line.badge[-4:],
                    issued_at=self.now,
                )
                new.append((line, badge))
        Badge.objects.bulk_create([badge for _line, badge in new])
        for line, badge in new:
            self.outcomes.setdefault(line.number, UPDATED)
            self.changes.append(change(badge, badge.member_id, self.now))

    # --- memberships ---

    def _write_memberships(self) -> None:
        lines = [line for line in self.lines if line.plan]
        there = self._memberships_there(lines)
        new, changed = [], []
        for line in lines:
            membership = self._fitting(line, there.get(self.people[line.number].pk, []))
            if membership is None:
                new.append((line, self._new_membership(line)))
            elif line.until and membership.until != line.until:
                update(membership, {"until": line.until})
                changed.append((line, membership))
        Membership.objects.bulk_create([membership for _line, membership in new])
        for line, membership in [*new, *changed]:
            self.outcomes.setdefault(line.number, UPDATED)
            told = {"plan": line.plan.slug if line.plan else "", "until": membership.until}
            self.changes.append(change(membership, membership.member_id, self.now, **told))
        if changed:
            AccessEpoch.bump()  # an end that came nearer may end a session

    def _memberships_there(self, lines: list[MemberLine]) -> dict[int, list[Membership]]:
        ids = [self.people[line.number].pk for line in lines]
        rows: dict[int, list[Membership]] = {}
        for membership in Membership.objects.filter(member__in=ids).order_by("starts"):
            rows.setdefault(membership.member_id, []).append(membership)
        return rows

    def _fitting(self, line: MemberLine, rows: list[Membership]) -> Membership | None:
        """The one that begins on the line's first day; without a first day, the one that runs."""
        on_plan = [row for row in rows if line.plan and row.plan_id == line.plan.pk]
        if line.starts:
            return next((row for row in on_plan if row.starts == line.starts), None)
        begun = [row for row in on_plan if row.starts <= self.now]
        running = [row for row in begun if row.until is None or row.until > self.now]
        return running[-1] if running else None

    def _new_membership(self, line: MemberLine) -> Membership:
        return Membership(
            member=self.people[line.number],
            plan=line.plan,
            starts=line.starts or self.now,
            until=line.until,
        )


def _by_email(addresses: set[str]) -> dict[str, Member]:
    rows = Member.objects.annotate(address=Lower("email")).filter(address__in=addresses - {""})
    return {row.address: row for row in rows}


def _by_badge(hashes: Any) -> dict[bytes, Member]:
    rows = Badge.objects.filter(number_hash__in=list(hashes), revoked_at=None)
    return {bytes(row.number_hash): row.member for row in rows.select_related("member")}


def _wanted(line: MemberLine, guardian: Member | None) -> dict[str, Any]:
    """What the line says of the person; an empty cell says nothing."""
    given = {
        "name": line.name,
        "language": line.language,
        "guardian": guardian,
        "adult_from": line.adult_from,
        "space": line.space,
    }
    return {field: value for field, value in given.items() if value}


def _new_member(line: MemberLine, wanted: dict[str, Any]) -> Member:
    """Signs in by “forgot your password”: an import brings no passwords."""
    member = Member(email=line.email or None, **wanted)
    member.set_unusable_password()
    return member
