"""A space's weekly hours: when members may be in, and when staff are there."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from members.models import AccessEpoch, Member, OpeningHours, Space, StaffedHours
from members.services.changes import record


class Weekly(NamedTuple):
    """One stretch of one weekday (Monday is 0), local; `closes` <= `opens` is past midnight."""

    weekday: int
    opens: time
    closes: time


def set_opening_hours(
    *, space: Space, weekly: Collection[Weekly], by: Member, now: datetime
) -> None:
    """Members may be in then; with none at all the space is always open."""
    rows = OpeningHours.objects.filter(space=space)
    _set(rows, "set_opening_hours", space=space, weekly=weekly, by=by, now=now)


def set_staffed_hours(
    *, space: Space, weekly: Collection[Weekly], by: Member, now: datetime
) -> None:
    """Staff are there then; with none at all they never are."""
    rows = StaffedHours.objects.filter(space=space)
    _set(rows, "set_staffed_hours", space=space, weekly=weekly, by=by, now=now)


@transaction.atomic
def _set(
    rows: QuerySet[Any],
    verb: str,
    *,
    space: Space,
    weekly: Collection[Weekly],
    by: Member,
    now: datetime,
) -> None:
    """Replace them all; the same again writes nothing."""
    Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    before = sorted(Weekly(row.weekday, row.opens, row.closes) for row in rows)
    if before == sorted(weekly):
        return
    rows.delete()
    rows.bulk_create(rows.model(space=space, **each._asdict()) for each in weekly)
    record(
        actor=by,
        verb=verb,
        subject=space,
        at=now,
        before={"weekly": [_told(each) for each in before]},
        after={"weekly": [_told(each) for each in sorted(weekly)]},
    )
    AccessEpoch.bump()


def _told(each: Weekly) -> list[object]:
    return [each.weekday, f"{each.opens:%H:%M}", f"{each.closes:%H:%M}"]
