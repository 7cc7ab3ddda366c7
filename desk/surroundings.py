"""What every page stands in: the spaces, when they are open, and how much waits to be read.

Reads it in one statement: through the ORM it is four, which cost more than most pages are about.
Words nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from bookings.facts import aware
from bookings.rules.hours import Hours, Opening, Shut
from members.models import Member, Space
from notices.services.reading import REACH

NEXT_OPENING = timedelta(days=7)  # how far ahead it looks for closures

# The first branch names the types.
READ = """
SELECT 'space' AS kind, id AS a, CAST(NULL AS bigint) AS n, name AS t, slug AS u, zone AS v,
    address AS w, CAST(NULL AS {moment}) AS p, CAST(NULL AS {moment}) AS q
FROM members_space
UNION ALL SELECT 'opening', space_id, weekday, CAST(opens AS text), CAST(closes AS text), NULL,
    NULL, NULL, NULL
FROM members_openinghours
UNION ALL SELECT 'closure', space_id, NULL, reason, NULL, NULL, NULL, starts, ends
FROM members_closure WHERE ends > %(now)s AND starts < %(until)s
UNION ALL SELECT 'unread', NULL, COUNT(*), NULL, NULL, NULL, NULL, NULL, NULL
FROM notices_outbox WHERE to_id = %(member)s AND read_at IS NULL AND shown_at <= %(now)s
    AND shown_at > %(since)s"""


@dataclass(slots=True)
class Surroundings:
    """As they are at one moment, for one reader."""

    spaces: list[Space] = field(default_factory=list)  # the oldest first
    weekly: dict[int, list[Opening]] = field(default_factory=lambda: defaultdict(list))
    closures: dict[int, list[Shut]] = field(default_factory=lambda: defaultdict(list))
    unread: int = 0  # as notices.services.unread counts; 0 for strangers

    def hours(self, space: Space) -> Hours:
        return Hours(tuple(self.weekly.get(space.pk, ())), tuple(self.closures.get(space.pk, ())))


def surroundings(request: HttpRequest) -> Surroundings:
    """Read once per request: the shell and the page both ask."""
    if not hasattr(request, "_surroundings"):
        user = getattr(request, "user", None)
        member_id = user.pk if isinstance(user, Member) else None
        request._surroundings = read(member_id, timezone.now())  # type: ignore[attr-defined]
    found: Surroundings = request._surroundings  # type: ignore[attr-defined]
    return found


def read(member_id: int | None, now: datetime) -> Surroundings:
    found = Surroundings()
    adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
    moment = "timestamp with time zone" if connection.vendor == "postgresql" else "datetime"
    with connection.cursor() as cursor:
        cursor.execute(
            READ.format(moment=moment),
            {
                "member": member_id or 0,
                "now": adapt(now),
                "since": adapt(now - REACH),
                "until": adapt(now + NEXT_OPENING),
            },
        )
        for kind, *row in cursor.fetchall():
            READERS[kind](found, *row)
    found.spaces.sort(key=lambda space: space.pk)
    return found


def _space(found: Surroundings, pk: int, _n: None, *words: str | None) -> None:
    name, slug, zone, address, *_ = words
    fields = {"id": pk, "name": name, "slug": slug, "zone": zone, "address": address}
    found.spaces.append(Space.from_db(connection.alias, fields.keys(), fields.values()))


def _opening(found: Surroundings, space: int, weekday: int, t: str, u: str, *_: None) -> None:
    opening = Opening(weekday, time.fromisoformat(t), time.fromisoformat(u))
    found.weekly[space].append(opening)


def _closure(found: Surroundings, space: int, _n: None, reason: str, *row: Any) -> None:
    starts, ends = row[-2:]
    found.closures[space].append(Shut(aware(starts), aware(ends), reason))


def _unread(found: Surroundings, _a: None, count: int, *_: None) -> None:
    found.unread = count


READERS: dict[str, Callable[..., None]] = {
    "space": _space,
    "opening": _opening,
    "closure": _closure,
    "unread": _unread,
}
