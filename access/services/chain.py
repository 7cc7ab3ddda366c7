"""The hash chain of the event log: one per device, sealed in batches after the commit.

Each seal is SHA-256 over the seal before it and the line itself, so that a line that was changed,
removed or slipped in breaks every seal after it. The recorded answer is not sealed: it is dropped
after ten minutes.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery

from access.models import AccessEvent, Device
from access.services.batch import hold_facts
from access.statements import COMMIT_UNHURRIED, Write, write

SEAL = Write("access_accessevent", ("number", "prev_seal", "seal", "id"), key="id")
START = b"\0" * 32
ANSWER_KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line of a device's chain that does not fit."""

    device_id: int | None
    event_id: int
    why: str


def seal(limit: int = 200) -> int:
    """Seal the oldest lines that are not; how many. Mostly there are none, and no lock is taken."""
    return _seal(limit) if AccessEvent.objects.filter(seal=None).exists() else 0


@transaction.atomic
def _seal(limit: int) -> int:
    hold_facts()  # one sealer at a time
    events = list(AccessEvent.objects.filter(seal=None).order_by("id")[:limit])
    by_device: dict[int | None, list[AccessEvent]] = defaultdict(list)
    for event in events:
        by_device[event.device_id].append(event)
    last = _last_seals(by_device)
    for device_id, lines in by_device.items():
        _chain(lines, *last.get(device_id, (0, START)))
    seals = [(event.number, event.prev_seal, event.seal, event.pk) for event in events]
    write((SEAL, seals), end=COMMIT_UNHURRIED)  # the lines are on the disk, and give the same again
    return len(events)


def _last_seals(devices: Iterable[int | None]) -> dict[int | None, tuple[int, bytes]]:
    """The number and the seal each chain ends with; no entry for one that begins."""
    sealed = AccessEvent.objects.filter(number__isnull=False).order_by("-number")
    of_device = sealed.filter(device=OuterRef("pk"))
    boxes = Device.objects.filter(pk__in=[pk for pk in devices if pk is not None])
    number, end = (Subquery(of_device.values(column)[:1]) for column in ("number", "seal"))
    ends = [*boxes.values_list("pk", number, end)]
    if None in devices:
        ends += [
            (None, *row) for row in sealed.filter(device=None).values_list("number", "seal")[:1]
        ]
    return {pk: (number, bytes(end)) for pk, number, end in ends if number is not None}


def _chain(lines: list[AccessEvent], number: int, before: bytes) -> None:
    for event in lines:
        number += 1
        event.number, event.prev_seal = number, before
        event.seal = before = seal_of(event)


def seal_of(event: AccessEvent) -> bytes:
    """What the seal of a line must be, from its own columns."""
    line = [
        event.number,
        event.device_id,
        event.at.isoformat(),
        event.kind,
        event.boot,
        event.nonce,
        bytes(event.badge_hash).hex() if event.badge_hash is not None else None,
        event.member_id,
        event.machine_id,
        event.sid,
        event.ok,
        event.code,
        event.detail,
    ]
    text = json.dumps(line, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes(event.prev_seal or START) + text.encode()).digest()


def verify() -> Iterator[Broken]:
    """The first broken line of every chain; nothing where the log is as it was written."""
    chains = AccessEvent.objects.order_by().values_list("device_id", flat=True).distinct()
    for device_id in chains:
        broken = _verify_device(device_id)
        if broken is not None:
            yield broken


def _verify_device(device_id: int | None) -> Broken | None:
    before = START
    sealed = AccessEvent.objects.filter(device=device_id, number__isnull=False)
    lines = sealed.order_by("number").iterator(chunk_size=1000)
    for number, event in enumerate(lines, start=1):
        if event.number != number:
            return Broken(device_id, event.pk, "a line before it is missing")
        if bytes(event.prev_seal or b"") != before:
            return Broken(device_id, event.pk, "it does not follow the line before")
        if bytes(event.seal or b"") != seal_of(event):
            return Broken(device_id, event.pk, "it was changed")
        before = bytes(event.seal or b"")
    return None


def drop_answers(now: datetime) -> int:
    """Amendment 11: a recorded answer is kept for ten minutes, its line for good."""
    old = AccessEvent.objects.filter(answer__isnull=False, at__lt=now - ANSWER_KEPT)
    ids = list(old.order_by("at").values_list("pk", flat=True)[:200])
    return AccessEvent.objects.filter(pk__in=ids).update(answer=None) if ids else 0
