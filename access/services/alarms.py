"""Alarms: raised once for one cause, with word to the staff of the space, and cleared when over."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.functional import Promise

from access.limits import ALARMS
from access.models import Alarm, Device
from access.records import Box
from access.services.batch import Batch
from access.services.busy import at_machines_of
from access.sessions import FAULT
from access.troubles import TROUBLES, Code, Seen, is_old, is_over, only_happened
from equipment.services.lockouts import staff_of
from members.models import Space
from notices.services import post


def alarm(batch: Batch, box: Box, code: Code, words: Promise, *, sid: str = "") -> None:
    """Something a person must look at. `words` are for staff, each in their own language."""
    _raise(batch, box, code, words, sid)


def alarm_fault(batch: Batch, box: Box, fault: str, words: Promise) -> None:
    """What the device itself says is wrong with it, by a name that may be its own."""
    _raise(batch, box, fault, words, "")


def _raise(batch: Batch, box: Box, code: str, words: Promise, sid: str) -> None:
    """`sid` tells two sessions apart. While it stands it is not raised again, whatever restarts.
    Staff are not sent word of a cause that comes and goes more than once in a while.
    """
    key = box.name, code, sid
    if key in batch.alarms or key in batch.watch.standing:
        return
    batch.alarms.append(key)
    standing = Alarm.objects.filter(device=box.id, code=code, cleared_at=None)
    if any(_is_the_same(row, sid, batch.now) for row in standing):
        return
    if not batch.watch.limits.allow(ALARMS, (box.name, _kind(code)), batch.mono):
        batch.count_drop(box, f"too many alarms: {code}")
        return
    told = str(words)[:200]
    if only_happened(code):
        standing.update(cleared_at=batch.now)  # of its kind the newest stands
    Alarm.objects.create(device_id=box.id, code=code, sid=sid, words=told, raised_at=batch.now)
    batch.note(
        "alarm",
        code,
        device_id=box.id,
        boot=box.boot,
        machine_id=box.machine_id,
        sid=sid,
        detail={"words": told},
    )
    if batch.watch.may_alarm(key, batch.mono):
        _tell_staff(batch, box, code, words, sid)


def _is_the_same(row: Alarm, sid: str, now: datetime) -> bool:
    """Whether what stands tells it already."""
    return row.sid == sid and not (only_happened(row.code) and is_old(row.raised_at, now))


def _kind(code: str) -> str:
    """What firmware names by itself counts together: it may make up as many names as it likes."""
    return code if code in TROUBLES else FAULT


def _tell_staff(batch: Batch, box: Box, code: str, words: Promise, sid: str) -> None:
    about = sid or f"{batch.now:%Y%m%d%H%M}"
    for person in staff_of(Space.objects.get(pk=box.space_id)):
        with translation.override(person.language):
            told = str(words)
        post(
            to=person,
            kind="alarm",
            key=f"alarm-{box.name}-{code}-{about}-{person.pk}"[:120],
            context={"device": box.name, "words": told, "code": code},
            at=batch.now,
        )


def clear_alarms(batch: Batch) -> None:
    """Once a second: what stands, seen beside what its device says now. Two statements."""
    standing_now = Alarm.objects.filter(cleared_at=None, device__isnull=False)
    if not standing_now.exists():  # mostly so, and quickly asked
        batch.standing = set()
        return
    needed = Exists(at_machines_of(OuterRef("device__peripheral")))
    rows = standing_now.select_related("device").annotate(needed=needed)
    standing = set()
    for row in rows:
        device = row.device
        if device is None:
            continue
        if is_over(row.code, _seen(device, row), row.raised_at, batch.now):
            Alarm.objects.filter(pk=row.pk).update(cleared_at=batch.now)
            batch.note("alarm-over", row.code, device_id=device.pk, sid=row.sid)
        elif _is_the_same(row, row.sid, batch.now):
            standing.add((device.name, row.code, row.sid))
    batch.standing = standing


def _seen(device: Device, row: Alarm) -> Seen:
    return Seen(
        online=device.online,
        relay=device.relay,
        state=device.state,
        fault=device.fault,
        seen_at=device.seen_at,
        is_revoked=device.revoked_at is not None,
        is_needed=row.needed,  # type: ignore[attr-defined]  # annotated
    )
