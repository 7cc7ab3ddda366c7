"""Files what devices did on their own, row by row, once; and says what a tap would have been told.

A row is what the device says. It is kept as it came, with a doubt beside it where the decision of
that moment, by what is known today, would have been another. Nothing is taken back by a row.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import wire
from access.models import Device, JournalRow, ListedBadge
from access.models import Session as SessionRow
from access.records import Box, Context
from access.services.alarms import alarm
from access.services.alone import GROUND, OWN
from access.services.answers import words
from access.services.batch import Batch
from access.services.doubts import bookings_of, doubt_about
from access.sessions import ENDED, Session
from bookings.services.attendance import was_there
from equipment.reason import Reason
from equipment.services import record_use

LAST_NUMBER = 2**31  # so that no device can use up the numbers there are on the wire


def handle_journal(batch: Batch, context: Context, journal: wire.Journal) -> str | None:
    """File the rows that are new and say so; the code of why the message is dropped instead."""
    box, rows = context.box, journal.j
    if box is None or not rows:
        return None
    if [row.i for row in rows] != list(range(journal.first, journal.first + len(rows))):
        return "bad-rows"
    before = _filed(box, rows)
    new = [row for row in rows if row.i not in before]
    if not batch.watch.may_file(box.name, len(new), batch.mono):
        return "flood"
    for row in rows:
        if row.i in before and not _same(before[row.i], row):
            told = _("{device} told the same row of its journal twice, and not the same.")
            twice = format_lazy(told, device=box.name)
            alarm(batch, box, "journal-conflict", twice, sid=f"row-{row.i}")
    for row in new:
        _file(batch, context, box, journal, row)
    _keep_in_step(box, journal, len(new), batch.now)
    batch.say(box.name, wire.Filed(upto=rows[-1].i))
    return None


def note_hello(box: Box, hello: wire.Hello) -> None:
    """Which list it keeps, and how many rows it has to show.

    One that keeps a later list than we know of met a server whose database was restored since: it
    would refuse all of ours, so that the next one follows upon its own.
    """
    row = Device.objects.filter(pk=box.id)
    row.update(list_stored=hello.list, journal_waiting=hello.jrn)
    if hello.list < LAST_NUMBER:
        row.filter(list_seq__lt=hello.list).update(list_seq=hello.list, list_digest=None)


def _keep_in_step(box: Box, journal: wire.Journal, filed: int, now: datetime) -> None:
    device = Device.objects.get(pk=box.id)
    device.list_stored = journal.list
    device.journal_upto = max(device.journal_upto, journal.j[-1].i)
    device.journal_waiting = max(0, device.journal_waiting - filed)
    if (fast := _seconds_fast(journal, now)) is not None:
        device.clock_off = fast
    device.save(update_fields=["list_stored", "journal_upto", "journal_waiting", "clock_off"])


def _seconds_fast(journal: wire.Journal, now: datetime) -> int | None:
    """By how much its time of day was ahead of ours, by its newest row of the boot that tells."""
    known = [row for row in journal.j if row.utc and row.boot == journal.boot]
    if not known or known[-1].up > journal.up:
        return None
    ours = now - timedelta(seconds=journal.up - known[-1].up)
    return round(known[-1].utc - ours.timestamp())


def _filed(box: Box, rows: Sequence[wire.Row]) -> dict[int, JournalRow]:
    found = JournalRow.objects.filter(device=box.id, number__in=[row.i for row in rows])
    return {row.number: row for row in found}


def _same(filed: JournalRow, row: wire.Row) -> bool:
    """A full device puts a gap in the place of what it has shown before: that is no lie."""
    told = row.boot, row.up, row.ev, row.badge or "", row.sid or ""
    return row.ev == "gap" or told == (filed.boot, filed.up, filed.ev, filed.badge, filed.sid)


def _file(batch: Batch, context: Context, box: Box, journal: wire.Journal, row: wire.Row) -> None:
    listed = ListedBadge.objects.select_related("badge").filter(device=box.id, h16=row.badge or "")
    badge = found.badge if (found := listed.first()) else None
    moment = _moment(batch, journal, row)
    doubt = None
    if row.ev == "on":
        doubt = doubt_about(row, context.bench, badge, moment, batch.now)
    filed = JournalRow.objects.create(
        device_id=box.id,
        number=row.i,
        boot=row.boot,
        up=row.up,
        at=datetime.fromtimestamp(row.utc, tz=UTC) if row.utc else None,
        ev=row.ev[:24],
        badge=row.badge or "",
        sid=row.sid or "",
        member_id=badge.member_id if badge else None,
        list_seq=journal.list,
        doubt=doubt.code if doubt else "",
        filed_at=batch.now,
    )
    _log(batch, box, filed, moment)
    if row.ev == "gap":
        told = _("{device} has lost rows of what it did on its own, up to number {number}.")
        lost = format_lazy(told, device=box.name, number=row.i)
        alarm(batch, box, "journal-gap", lost, sid=f"row-{row.i}")
    elif row.ev == "on":
        _began(batch, context, box, filed, moment, doubt)
    elif row.ev == "off":
        _ended(batch, box, filed, moment)


def _log(batch: Batch, box: Box, row: JournalRow, moment: datetime | None) -> None:
    """In the log of the machine, at its own time."""
    event = batch.note(
        "offline",
        row.ev,
        device_id=box.id,
        boot=row.boot,
        member_id=row.member_id,
        machine_id=box.machine_id,
        sid=row.sid,
        ok=not row.doubt,
        detail={"row": row.number, "doubt": row.doubt},
    )
    event.at = moment or batch.now


def _moment(batch: Batch, journal: wire.Journal, row: wire.Row) -> datetime | None:
    """When it was: in the boot that tells of it by its seconds, else by its time of day."""
    if row.boot == journal.boot and row.up <= journal.up:
        return batch.now - timedelta(seconds=journal.up - row.up)
    return datetime.fromtimestamp(row.utc, tz=UTC) if row.utc else None


def _began(
    batch: Batch,
    context: Context,
    box: Box,
    row: JournalRow,
    moment: datetime | None,
    doubt: Reason | None,
) -> None:
    """Staff hear of a doubt; the booking is no no-show, and the certification was in use."""
    bench = context.bench
    if doubt is not None:
        told = _("{device} let somebody start without a network whom a tap would refuse: {why}")
        doubted = format_lazy(told, device=box.name, why=words(doubt, None, bench))
        alarm(batch, box, "offline-doubt", doubted, sid=row.sid)
    if row.member_id is None or moment is None or bench is None:
        return
    record_use(member_id=row.member_id, machine_id=bench.id, now=moment)
    booking = bookings_of(bench, row.member_id, moment).first()
    if booking is not None:
        was_there(booking=booking, at=moment, now=batch.now)


def _ended(batch: Batch, box: Box, row: JournalRow, moment: datetime | None) -> None:
    """It came and went unseen: a session like others, in the history of member and machine."""
    began = JournalRow.objects.filter(device=box.id, sid=row.sid, ev="on").first()
    if began is None or began.member_id is None or box.machine_id is None:
        return
    if not row.sid.startswith(OWN) or SessionRow.objects.filter(sid=row.sid).exists():
        return  # it was adopted, and has its row
    ended_at = moment or batch.now
    listed = ListedBadge.objects.get(device=box.id, h16=began.badge)
    began_at = min(began.at or ended_at, ended_at)
    batch.add(
        Session(
            sid=row.sid,
            machine_id=box.machine_id,
            member_id=began.member_id,
            booking_id=None,
            badge_id=listed.badge_id,
            interlock_id=box.id,
            boot=row.boot,
            ground=GROUND,
            state=ENDED,
            offered_at=began_at,
            until=ended_at,
            activated_at=began_at,
            ended_at=ended_at,
            end_reason="offline",
        )
    )
