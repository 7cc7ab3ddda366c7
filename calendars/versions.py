"""One statement that says whose feed a token opens, and whether anything in it has changed.

However many bookings there are: those of a machine are counted as they change (bookings.counting),
those of one member are few and found by an index, and so is everything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from bookings.facts import moment
from calendars.models import Feed, most_told
from calendars.window import AHEAD, BACK
from members.permissions import STAFF

SLACK = timedelta(days=2)  # between UTC and the local days of the window

# Several rows as one text: their content is compared, so that no change can hide in a sum.
GATHER = {"sqlite": "group_concat({}, ';')", "postgresql": "string_agg({}, ';')"}

# Conditions of partial indexes stand here word by word: SQLite takes no others for the same.
FOUND = """
SELECT f.id, f.kind, f.member_id, f.privacy, f.alarm_minutes, f.fetched_at,
    COALESCE(m.language, ''), COALESCE(s.zone, ''),
    EXISTS (
        SELECT 1 FROM members_role r WHERE r.member_id = f.member_id AND r.kind IN ({staff})
        AND (r.space_id IS NULL OR r.space_id = s.id)
    ),
    CASE f.kind {versions} END, m.name, x.name, x.place, s.id, s.name, s.address,
    (SELECT COALESCE(SUM(b.id), 0) FROM bookings_booking b
        WHERE b.holds AND NOT (b.lapses_at IS NULL) AND b.lapses_at <= %(now)s)
FROM calendars_feed f
LEFT JOIN members_member m ON m.id = f.member_id
LEFT JOIN equipment_machine x ON x.id = f.machine_id
LEFT JOIN members_space s ON s.id = COALESCE(f.space_id, x.space_id, m.space_id)
WHERE f.token = %(token)s AND f.revoked_at IS NULL AND (f.member_id IS NULL OR m.is_active)"""

COUNTED = """
(SELECT COALESCE({rows}, '') || ':' || COALESCE(SUM(t.changes), 0) FROM equipment_machine e
    LEFT JOIN bookings_tally t ON t.machine_id = e.id WHERE {machines})"""
OWN = """
(SELECT COUNT(*) || ':' || COALESCE(SUM(b.sequence), 0) || ':'
    || COALESCE(CAST(MAX(b.updated_at) AS TEXT), '')
    FROM bookings_booking b
    WHERE b.member_id = f.member_id AND b.ends > %(back)s AND b.starts < %(ahead)s)"""
SPECIAL = """
(SELECT {rows} FROM bookings_booking b
    WHERE b.purpose = '{purpose}' AND NOT b.purpose = 'use' AND b.ends > %(back)s)"""
HELD = "(SELECT {rows} FROM equipment_certification c WHERE c.member_id = f.member_id)"
LOCKOUTS = """
(SELECT {rows} FROM equipment_lockout l JOIN equipment_machine e ON e.id = l.machine_id
    WHERE e.space_id = f.space_id AND (l.cleared_at IS NULL OR l.cleared_at > %(back)s))"""
MACHINE_CLOSURES = """
(SELECT {rows} FROM equipment_machineclosure c JOIN equipment_machine e ON e.id = c.machine_id
    WHERE e.space_id = f.space_id AND c.ends > %(back)s)"""
CLOSURES = """
(SELECT {rows} FROM members_closure c WHERE c.space_id = f.space_id AND c.ends > %(back)s)"""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that answers, as far as it must be known to say that nothing has changed."""

    pk: int
    kind: str
    member_id: int | None
    privacy: int  # what it may tell, bounded by who owns it
    alarm_minutes: int | None
    fetched_at: datetime | None
    language: str
    zone: ZoneInfo
    version: str


def find(token: str, now: datetime) -> Found | None:
    """The live feed of this token, with the version of what it shows; one statement."""
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    given = {
        "token": token,
        "now": adapt(now),
        "back": adapt(now - BACK - SLACK),
        "ahead": adapt(now + AHEAD + SLACK),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(connection.vendor), given)
        row = cursor.fetchone()
    return _found(row) if row else None


def _found(row: tuple[Any, ...]) -> Found:
    pk, kind, member_id, privacy, alarm, fetched_at, language, zone, is_staff, *version = row
    bound = most_told(kind, is_public=member_id is None, is_staff=bool(is_staff))
    return Found(
        pk=pk,
        kind=kind,
        member_id=member_id,
        privacy=min(privacy, bound),
        alarm_minutes=alarm,
        fetched_at=moment(fetched_at),
        language=language or settings.LANGUAGE_CODE,
        zone=ZoneInfo(zone or settings.TIME_ZONE),
        version="|".join(map(str, version)),
    )


@cache
def statement(vendor: str) -> str:
    """For SQLite or PostgreSQL; no word of it comes from outside."""
    staff = ", ".join(f"'{kind}'" for kind in STAFF)
    versions = " ".join(f"WHEN '{kind}' THEN {sql}" for kind, sql in _versions(vendor).items())
    return FOUND.format(staff=staff, versions=versions)


def _versions(vendor: str) -> dict[str, str]:
    """Of each kind, an expression that changes whenever its feed does."""
    held = HELD.format(rows=_gathered(vendor, "c.id", "c.until", "c.revoked_at"))
    counted = partial(COUNTED.format, rows=_gathered(vendor, "e.id", "e.name", "e.place"))
    return {
        Feed.Kind.MINE: OWN,
        Feed.Kind.MACHINE: counted(machines="e.id = f.machine_id"),
        Feed.Kind.TOOL_CLASS: counted(
            machines="e.space_id = f.space_id AND e.tool_class_id = f.tool_class_id"
        ),
        Feed.Kind.SPACE: counted(machines="e.space_id = f.space_id"),
        Feed.Kind.MAINTENANCE: _all_of(
            _special(vendor, "maintenance"),
            LOCKOUTS.format(
                rows=_gathered(vendor, "l.id", "l.why", "l.expected_until", "l.cleared_at")
            ),
            MACHINE_CLOSURES.format(
                rows=_gathered(vendor, "c.id", "c.starts", "c.ends", "c.reason")
            ),
            CLOSURES.format(rows=_gathered(vendor, "c.id", "c.starts", "c.ends", "c.reason")),
        ),
        Feed.Kind.INDUCTIONS: _all_of(_special(vendor, "induction"), held),
        Feed.Kind.SESSIONS: _all_of(_special(vendor, "induction")),
        Feed.Kind.CERTIFICATIONS: _all_of(held),
    }


def _special(vendor: str, purpose: str) -> str:
    rows = _gathered(vendor, "b.id", "b.sequence", "b.updated_at", "b.state")
    return SPECIAL.format(rows=rows, purpose=purpose)


def _gathered(vendor: str, *columns: str) -> str:
    row = " || ',' || ".join(f"COALESCE(CAST({column} AS TEXT), '')" for column in columns)
    return GATHER[vendor].format(row)


def _all_of(*expressions: str) -> str:
    return " || '/' || ".join(f"COALESCE({expression}, '')" for expression in expressions)
