"""Closing a space for a while: holiday, party, flood. Knows no bookings, and waits for none.

The rows of a machine's closures have the same columns, so equipment writes them through here, too.
"""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db import models, transaction

from members.models import AccessEpoch, Closure, Member, Space
from members.services.changes import record

BATCH = 200  # rows in one transaction, so that taps never wait for it

Row = TypeVar("Row", bound=models.Model)


class Stretch(NamedTuple):
    """Closed for [starts, ends), and why."""

    starts: datetime
    ends: datetime
    reason: str


def close_space(
    *, space: Space, starts: datetime, ends: datetime, reason: str, by: Member | None, now: datetime
) -> Closure:
    """Shut for [starts, ends). Bookings in it stay; their members are asked what to do instead."""
    closure = Closure(space=space, starts=starts, ends=ends, reason=reason)
    return begin(closure, "close_space", by=by, now=now)


@transaction.atomic
def begin(closure: Row, verb: str, *, by: Member | None, now: datetime) -> Row:
    """Write a new closure of either kind."""
    closure.save(force_insert=True)
    record(actor=by, verb=verb, subject=closure, at=now, after=snapshot(closure))
    AccessEpoch.bump()
    return closure


@transaction.atomic
def change_closure(
    *, closure: Row, starts: datetime, ends: datetime, reason: str, by: Member, now: datetime
) -> Row:
    """Another time or another reason, for a closure of either kind."""
    before = snapshot(closure)
    for column, value in Stretch(starts, ends, reason)._asdict().items():
        setattr(closure, column, value)
    closure.save(update_fields=Stretch._fields)
    after = snapshot(closure)
    record(actor=by, verb="change_closure", subject=closure, at=now, before=before, after=after)
    AccessEpoch.bump()
    return closure


@transaction.atomic
def remove_closure(*, closure: models.Model, by: Member, now: datetime) -> None:
    """Open then after all. What it was stays in the record."""
    record(actor=by, verb="remove_closure", subject=closure, at=now, before=snapshot(closure))
    closure.delete()
    AccessEpoch.bump()


def replace_closures(
    *, source: uuid.UUID, space: Space, stretches: Collection[Stretch], now: datetime
) -> int:
    """Make the space's closures of an outside calendar equal `stretches`; how many rows changed.

    What is over stays as history, and what is unchanged keeps its row. Twice is once.
    """
    rows = Closure.objects.filter(space=space, source=source)
    owner = {"space": space, "source": source}
    return replace(rows, owner, stretches, subject=space, now=now)


def replace(
    rows: models.QuerySet[Row],
    owner: dict[str, Any],
    stretches: Collection[Stretch],
    *,
    subject: models.Model,
    now: datetime,
) -> int:
    """Make `rows` that are not over equal `stretches`, in batches; one Change if any differed."""
    wanted = {stretch for stretch in stretches if stretch.ends > now}
    columns = rows.filter(ends__gt=now).values_list("pk", *Stretch._fields)
    standing = {pk: Stretch(*stretch) for pk, *stretch in columns}
    kept: set[Stretch] = set()
    gone = [pk for pk, stretch in standing.items() if not _keep(stretch, wanted, kept)]
    fresh = [rows.model(**owner, **stretch._asdict()) for stretch in sorted(wanted - kept)]
    for batch in _batches(gone):
        _write(lambda batch=batch: rows.filter(pk__in=batch).delete())
    for batch in _batches(fresh):
        _write(lambda batch=batch: rows.model._default_manager.bulk_create(batch))
    if gone or fresh:
        after = {"source": str(owner["source"]), "added": len(fresh), "removed": len(gone)}
        record(actor=None, verb="replace_closures", subject=subject, at=now, after=after)
    return len(gone) + len(fresh)


def _keep(stretch: Stretch, wanted: set[Stretch], kept: set[Stretch]) -> bool:
    """Whether a row stays: it is still wanted, and no other row says the same."""
    if stretch not in wanted or stretch in kept:
        return False
    kept.add(stretch)
    return True


def _batches(things: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield batch


@transaction.atomic
def _write(act: Any) -> None:
    act()
    AccessEpoch.bump()


def snapshot(closure: models.Model) -> dict[str, Any]:
    """What the record tells of a closure of either kind."""
    told = {column: getattr(closure, column) for column in Stretch._fields}
    return told | {"starts": told["starts"].isoformat(), "ends": told["ends"].isoformat()}
