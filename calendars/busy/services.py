"""Outside calendars: added, read on schedule, made closures of, and removed.

Nothing here holds a transaction while a stranger is asked or a calendar is read. Where that fails,
the closures that were last known stay, and staff read why.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bookings.services.disruptions import find_disruptions
from calendars.busy.confined import read_confined
from calendars.busy.fetching import Network, Unreachable, fetch
from calendars.busy.reading import MOST_BYTES, Unreadable
from calendars.models import BusySource
from equipment.models import Machine
from equipment.services.closures import replace_machine_closures
from members.models import Member, Space
from members.services import record
from members.services.closures import Stretch, replace_closures

FILE_EVERY = timedelta(days=1)  # it does not change, but time goes on and shows more of it
WHOLE_EVERY = timedelta(days=1)  # so often it is read whole, changed or not: for the same reason
LONGEST_WAIT = timedelta(days=1)


class Unread(Exception):
    """The calendar was not read; `code` is one of calendars.busy.words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a calendar is and what it closes, before or after it is kept."""

    name: str
    space: Space
    machine: Machine | None = None
    url: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar says now; `stretches` None: the same as when its tags were handed out."""

    stretches: list[Stretch] | None
    etag: str = ""
    last_modified: str = ""


def try_out(asked: Asked, *, now: datetime, network: Network | None = None) -> list[Stretch]:
    """What it would close, without keeping anything. Raises Unread."""
    return _read(asked, now=now, network=network).stretches or []


@transaction.atomic
def add_source(*, asked: Asked, by: Member, now: datetime, every_minutes: int = 60) -> BusySource:
    """Keep it, to be read at once by `read_source` and then on schedule. Twice sent is once."""
    Space.objects.select_for_update(no_key=True).get(pk=asked.space.pk)
    told = {"space": asked.space, "machine": asked.machine, "url": asked.url, "file": asked.file}
    if known := BusySource.objects.filter(removed_at=None, **told).first():
        return known
    source = BusySource.objects.create(
        name=asked.name, every_minutes=every_minutes, added_by=by, added_at=now, **told
    )
    after = {"name": source.name, "url": source.url, "machine": source.machine_id}
    record(actor=by, verb="add_source", subject=source, at=now, after=after)
    return source


def read_source(*, source: BusySource, now: datetime, network: Network | None = None) -> bool:
    """Read it and make its closures equal; False where it could not be read, and why is kept."""
    asked = Asked(source.name, source.space, source.machine, source.url, source.file)
    try:
        reading = _read(asked, now=now, network=network, tags=_tags(source, now))
    except Unread as error:
        _note(source, tried_at=now, last_error=error.code, failures=source.failures + 1)
        return False
    told: dict[str, object] = {"tried_at": now, "read_at": now, "last_error": "", "failures": 0}
    if reading.stretches is None:
        _note(source, **told)
        return True
    changed = _close(source, reading.stretches, now)
    tags = {"etag": reading.etag, "last_modified": reading.last_modified}
    _note(source, **told, **tags, whole_at=now)
    if not BusySource.objects.filter(pk=source.pk, removed_at=None).exists():
        _open_again(source, now)  # removed while it was read
    elif changed:
        find_disruptions(now=now)
    return True


def refresh_due(*, now: datetime, most: int = 1) -> int:
    """Read up to `most` of those whose time has come, the longest waiting first; how many."""
    live = BusySource.objects.filter(removed_at=None).order_by("tried_at", "pk")
    due = [source for source in live.select_related("space", "machine") if is_due(source, now)]
    return sum(_claim(source, now) and _refreshed(source, now) for source in due[:most])


def is_due(source: BusySource, now: datetime) -> bool:
    """On its schedule; after failures ever more rarely, doubling up to a day."""
    if source.tried_at is None:
        return True
    every = timedelta(minutes=source.every_minutes) if source.url else FILE_EVERY
    doubled: int = 2 ** min(source.failures, 12)
    wait = min(every * doubled, max(every, LONGEST_WAIT))
    return source.tried_at + wait <= now


@transaction.atomic
def remove_source(*, source: BusySource, by: Member, now: datetime) -> None:
    """Not read any more, and what it closed is open again. Twice is once."""
    won = BusySource.objects.filter(pk=source.pk, removed_at=None).update(removed_at=now)
    if won:
        record(actor=by, verb="remove_source", subject=source, at=now, before={"name": source.name})
        transaction.on_commit(lambda: _open_again(source, now))


def _open_again(source: BusySource, now: datetime) -> None:
    _close(source, [], now)
    find_disruptions(now=now)


def _refreshed(source: BusySource, now: datetime) -> bool:
    read_source(source=source, now=now)
    return True


def _claim(source: BusySource, now: datetime) -> bool:
    """Mark the try before trying, so that two workers, or a crash, do not try twice at once."""
    untried = BusySource.objects.filter(Q(tried_at=source.tried_at), pk=source.pk, removed_at=None)
    return bool(untried.update(tried_at=now))


def _tags(source: BusySource, now: datetime) -> dict[str, str]:
    """What lets a server say that nothing changed; none once a day, for the window moves on."""
    if source.whole_at is None or now - source.whole_at >= WHOLE_EVERY:
        return {}
    return {"etag": source.etag, "last_modified": source.last_modified}


def _read(
    asked: Asked,
    *,
    now: datetime,
    network: Network | None = None,
    tags: dict[str, str] | None = None,
) -> Reading:
    try:
        if not asked.url:
            return Reading(_stretches(asked, asked.file.encode(), now))
        fetched = fetch(asked.url, most_bytes=MOST_BYTES, network=network, **tags or {})
        if fetched.body is None:
            return Reading(None)
        stretches = _stretches(asked, fetched.body, now)
        return Reading(stretches, fetched.etag, fetched.last_modified)
    except (Unreachable, Unreadable) as error:
        raise Unread(error.code) from error


def _stretches(asked: Asked, body: bytes, now: datetime) -> list[Stretch]:
    busy = read_confined(body, zone=asked.space.zone, name=asked.name, now=now)
    return [Stretch(*each) for each in busy]


def _close(source: BusySource, stretches: list[Stretch], now: datetime) -> int:
    key = source.public_id
    if source.machine is not None:
        return replace_machine_closures(
            source=key, machine=source.machine, stretches=stretches, now=now
        )
    return replace_closures(source=key, space=source.space, stretches=stretches, now=now)


def _note(source: BusySource, **columns: object) -> None:
    for name, value in columns.items():
        setattr(source, name, value)
    source.save(update_fields=list(columns))
