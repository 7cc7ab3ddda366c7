"""Lists for devices that are on their own (D10 of docs/protocol.md): built, numbered, signed, kept.

A list is the one thing the server has retained. That is safe because it means nothing while there
is a connection, and because its number, its two times and its signature bound what it can mean
without one; and it is needed, because a device has to find it whenever it connects.

What was sent stays in the row of its device, byte for byte. A number is spent with it in one
transaction, so numbers have no gaps, and a broker that has lost its memory is given the same again.
"""

import logging
from collections import defaultdict
from collections.abc import Generator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q

import wire
from access import facts, lists
from access.models import AccessEvent, Device, ListedBadge
from access.records import Asked, Bench, Outbound
from access.rounds import Rounds, Task
from access.services import keys
from bookings.models import Booking, Tally
from equipment.models import ToolClass
from members.models import Badge, Member
from members.services import record
from members.services.badges import open_number
from wire.offline import CAPS
from wire.sign import badge_in_list

logger = logging.getLogger(__name__)

SLICE = 16  # bookings or badges between two looks at messages

T = TypeVar("T")
Steps = Generator[None, None, T]


@transaction.atomic
def allow_lists(*, device: Device, allowed: bool, by: Member | None, now: datetime) -> Device:
    """Let it start sessions on its own, or no longer. It hears of it with its next list."""
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if device.takes_lists != allowed:
        device.takes_lists = allowed
        device.save(update_fields=["takes_lists"])
        record(actor=by, verb="allow_lists", subject=device, at=now, after={"allowed": allowed})
    return device


def no_list_because(device: Device) -> str:
    """The code of why this device gets no list; empty where it does."""
    machine = device.machine
    if device.revoked_at is not None:
        return "revoked"
    if machine is None or not (device.is_interlock and device.is_reader):
        return "no-machine"
    if CAPS.isdisjoint(device.caps):
        return "cannot"
    if _key(device) is None:
        return "no-key"
    return _too_much_for(machine.tool_class) or ("" if device.takes_lists else "not-allowed")


def _too_much_for(tool_class: ToolClass) -> str:
    """What a device by itself can neither judge nor be trusted with."""
    if tool_class.risk == ToolClass.Risk.HIGH:
        return "dangerous"
    if tool_class.two_person:
        return "two-person"
    return "credential" if tool_class.least_credential != ToolClass.Credential.BADGE else ""


def look_for_changes(
    rounds: Rounds, *, epoch: int, greeted: set[int], now: datetime, mono: float
) -> None:
    """Once a second: whose list may have to change. One statement, or two.

    `greeted` is emptied: the devices that have just said what they can do.
    """
    concerned = Device.objects.filter(Q(takes_lists=True) | Q(list_until__gt=now))
    moved = rounds.moved(dict(Tally.objects.values_list("machine_id", "changes")))
    if rounds.is_round_due(epoch, mono):
        rounds.begin(concerned.values_list("pk", flat=True))
    elif moved or greeted:
        where = Q(machine__in=moved) | Q(pk__in=greeted)
        rounds.add(concerned.filter(where).values_list("pk", flat=True))
    greeted.clear()


def issue_next(rounds: Rounds, *, now: datetime) -> list[Outbound]:
    """A slice of the work on one device's list; the list, once it is whole and is to be said.

    Never raises for one device alone.
    """
    task = rounds.task or _begin(rounds, now)
    if task is None:
        return []
    try:
        next(task.steps)
    except StopIteration as done:
        rounds.task = None
        return [] if done.value is None else [done.value]
    except (OperationalError, InterfaceError):
        rounds.add([task.device])
        raise
    except Exception:
        rounds.task = None
        logger.exception("no list for device %s", task.device)
    return []


def _begin(rounds: Rounds, now: datetime) -> Task | None:
    chosen = rounds.next()
    if chosen is None:
        return None
    device_id, again = chosen
    rounds.task = Task(device_id, again, _issue(device_id, again, now))
    return rounds.task


def issue(*, device_id: int, again: bool = False, now: datetime) -> Outbound | None:
    """Its next list if one is due; the one it has `again`, for a broker that may have lost it."""
    steps = _issue(device_id, again, now)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            said: Outbound | None = done.value
            return said


def _issue(device_id: int, again: bool, now: datetime) -> Steps[Outbound | None]:
    """In slices, with no transaction open between them. A fact that moves meanwhile sends for it
    anew (Rounds.add), and a number that was spent meanwhile is not spent again (_keep).
    """
    device = Device.objects.select_related("machine__tool_class").get(pk=device_id)
    key = _key(device)
    if key is None:
        return None
    entries, listed = yield from _entries(device, key, now)
    digest = sha256(b"%b%r" % (key, entries)).digest()
    changed = digest != device.list_digest and bool(entries or device.list_seq)
    if not lists.is_due(device.list_until, changed=changed, empty=not entries, now=now):
        return _same_again(device, now) if again else None
    issued = now - lists.BEHIND
    found = wire.List(
        dev=device.name,
        seq=device.list_seq + 1,
        iss=int(issued.timestamp()),
        exp=int((issued + lists.LONGEST).timestamp()),
        e=entries,
    )
    signer = None if "list-hmac" in device.caps else keys.list_signer().sign
    topic, payload = wire.encode_down(device.name, found, key, signer)
    if not _keep(device, found, payload, digest, listed, now):
        return None  # another gatekeeper was faster, and has sent its own
    return _outbound(topic, payload)


def _entries(
    device: Device, key: bytes, now: datetime
) -> Steps[tuple[tuple[wire.Entry, ...], dict[str, int]]]:
    """What its list holds now, and which badge is behind each of the names in it."""
    (context,) = facts.where([Asked(device.name)])
    if no_list_because(device) or context.bench is None:
        return (), {}
    found = (yield from _stretches(context.bench, now))[: lists.MOST]
    hashes: dict[int, list[str]] = defaultdict(list)
    listed: dict[str, int] = {}
    badges = Badge.objects.filter(
        member__in={stretch.member_id for stretch in found}, revoked_at=None
    )
    for place, badge in enumerate(badges.order_by("pk")):
        if place and place % SLICE == 0:
            yield
        for number in _as_read(badge, device.badge_format):
            h16 = badge_in_list(key, number)
            hashes[badge.member_id].append(h16)
            listed[h16] = badge.pk
    return lists.entries(found, lambda member: hashes[member], context.bench.terms.fin), listed


def _stretches(bench: Bench, now: datetime) -> Steps[list[lists.Stretch]]:
    """By the facts that decide on taps, read for a day ahead."""
    booked = Booking.objects.standing(now).touching(now, now + lists.LONGEST)
    members = set(booked.filter(machine=bench.id).values_list("member_id", flat=True))
    known = facts.know(members, [bench], now, horizon=lists.LONGEST)
    found: list[lists.Stretch] = []
    looks = lists.stretches(known.claims_of(bench.id), lambda who: known.facts(who, bench), now)
    for place, stretch in enumerate(looks):
        if place and place % SLICE == 0:
            yield
        if stretch is not None:
            found.append(stretch)
    return found


def _as_read(badge: Badge, fmt: str) -> Sequence[str]:
    try:
        return lists.as_read(open_number(bytes(badge.number_sealed)), fmt)
    except (InvalidTag, ValueError):
        logger.error("badge %s does not open: was BADGE_KEY changed?", badge.pk)
        return ()


@transaction.atomic
def _keep(
    device: Device,
    found: wire.List,
    payload: bytes,
    digest: bytes,
    listed: dict[str, int],
    now: datetime,
) -> bool:
    """Spend the number, if it is still to be had, together with what is sent under it."""
    won = Device.objects.filter(pk=device.pk, list_seq=device.list_seq).update(
        list_seq=F("list_seq") + 1,
        list_digest=digest,
        list_issued_at=now,
        list_until=datetime.fromtimestamp(found.exp, tz=now.tzinfo),
        list_sent=payload,
    )
    if won:
        ListedBadge.objects.bulk_create(
            (
                ListedBadge(device=device, h16=h16, badge_id=badge, first_seq=found.seq)
                for h16, badge in listed.items()
            ),
            ignore_conflicts=True,
        )
        detail = {"seq": found.seq, "entries": len(found.e)}
        AccessEvent.objects.create(device=device, at=now, kind="list", code="issued", detail=detail)
    return bool(won)


def _same_again(device: Device, now: datetime) -> Outbound | None:
    if device.list_sent is None or device.list_until is None or device.list_until <= now:
        return None
    return _outbound(f"bk/1/{device.name}/down/list", bytes(device.list_sent))


def _outbound(topic: str, payload: bytes) -> Outbound:
    return Outbound(topic, payload, wire.QOS["list"], retain=wire.RETAIN["list"])


def _key(device: Device) -> bytes | None:
    """The one the device is known to have: under a newer one, not heard yet, it could read none."""
    return keys.opened(device.name, device.key_before_sealed or device.key_sealed)
