"""The bookings of a feed as octets, ten thousand of them in a few milliseconds.

Only what decides how a booking reads is fetched of each; its octets are kept from the last time.
What is kept stays in this process: another one builds its own, the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.db import connection
from django.utils import translation

from bookings.models import Booking
from calendars import ics
from calendars.entries import Style, entry
from calendars.window import Window
from equipment.models import Machine

MOST_KEPT = 40_000  # about 20 MB
BATCH = 500

ROWS = """
SELECT b.id, b.sequence, CAST(b.updated_at AS TEXT), b.state, b.machine_id,
    b.lapses_at IS NOT NULL AND b.lapses_at <= %s AND b.holds{name}
FROM bookings_booking b {members}
WHERE {where} AND b.ends > %s AND b.starts < %s
ORDER BY {order}"""
SPECIAL = "b.purpose = %s AND NOT b.purpose = 'use'"  # as the index of the few says it
NAMED = "JOIN members_member m ON m.id = b.member_id"

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which bookings: a condition on bookings_booking b, and what stands for its %s."""

    where: str
    given: tuple[Any, ...]
    order: str  # as an index has them, so that nothing is sorted: apps sort by themselves

    @classmethod
    def of_member(cls, member_id: int, purpose: str = "") -> "Scope":
        return cls("b.member_id = %s", (member_id,), "b.ends, b.id").only(purpose)

    @classmethod
    def of_machines(
        cls, machine_ids: Sequence[int], starts: datetime, purpose: str = ""
    ) -> "Scope":
        """`blocked_until` is what the index of a machine's bookings holds."""
        marks = ", ".join(["%s"] * len(machine_ids)) or "NULL"
        since = connection.ops.adapt_datetimefield_value(starts)
        where = f"b.machine_id IN ({marks}) AND b.blocked_until > %s"
        order = "b.machine_id, b.blocked_until, b.id"
        return cls(where, (*machine_ids, since), order).only(purpose)

    def only(self, purpose: str) -> "Scope":
        """Of this purpose, unless it is empty."""
        if not purpose:
            return self
        return Scope(f"{self.where} AND {SPECIAL}", (*self.given, purpose), self.order)


class Kept:
    """Octets by what they were made from; what was kept first is dropped first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._octets: dict[Row, bytes] = {}
        self._lock = Lock()
        self.get = self._octets.get

    def keep(self, key: Row, octets: bytes) -> None:
        with self._lock:
            self._octets[key] = octets
            if len(self._octets) > self._most:
                del self._octets[next(iter(self._octets))]

    def clear(self) -> None:
        with self._lock:
            self._octets.clear()


kept = Kept(MOST_KEPT)


def events(scope: Scope, style: Style, window: Window, now: datetime) -> list[bytes]:
    """Each booking of the window as a VEVENT, by its start."""
    rows = _rows(scope, style, window, now)
    places = _places({row[4] for row in rows})
    told = repr(style)
    keys = [(told, places[row[4]], *row) for row in rows]
    found = list(map(kept.get, keys))
    missing = {
        row[0]: key for row, key, octets in zip(rows, keys, found, strict=True) if not octets
    }
    if not missing:
        return found  # type: ignore[return-value]  # none is None
    made = dict(_made(missing, style, now))
    return [octets or made[row[0]] for row, octets in zip(rows, found, strict=True)]


def _rows(scope: Scope, style: Style, window: Window, now: datetime) -> list[Row]:
    sql = ROWS.format(
        where=scope.where,
        order=scope.order,
        name=", m.name" if style.has_names else "",
        members=NAMED if style.has_names else "",
    )
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(sql, [adapt(now), *scope.given, adapt(window.starts), adapt(window.ends)])
        rows: list[Row] = cursor.fetchall()
    return rows


def _places(machine_ids: set[int]) -> dict[int, int]:
    """One number for all that a booking tells of its machine."""
    machines = Machine.objects.filter(pk__in=machine_ids).values_list(
        "pk", "name", "slug", "place", "has_interlock", "space__name", "space__address"
    )
    return {machine[0]: hash(machine) for machine in machines}


def _made(missing: dict[int, Row], style: Style, now: datetime) -> Iterator[tuple[int, bytes]]:
    """The octets of these bookings, which are kept from now on."""
    rows = Booking.objects.select_related("member", "machine__space", "series")
    ids = list(missing)
    with translation.override(style.language):
        for at in range(0, len(ids), BATCH):
            for booking in rows.filter(pk__in=ids[at : at + BATCH]):
                octets = ics.event(entry(booking, style, now), style.alarm_minutes)
                kept.keep(missing[booking.pk], octets)
                yield booking.pk, octets
