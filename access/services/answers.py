"""What is said to a tap, and the record of it; decides nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from django.conf import settings
from django.utils import translation

import wire
from access.records import Bench, Context, Event, Person
from access.services.batch import Batch
from access.services.floods import is_counted
from equipment.next_steps import with_next_step
from equipment.reason import Reason
from equipment.words import display


def answer(
    batch: Batch,
    context: Context,
    tap: wire.Tap,
    code: str,
    params: Mapping[str, object] | None = None,
    *,
    ok: bool = False,
    sid: str = "",
    left: int | None = None,
    grant: wire.Grant | None = None,
    reasons: tuple[Reason, ...] = (),
    up: int | None = None,
) -> None:
    """Record the tap with its answer, and say it once that is committed."""
    reason = with_next_step(Reason(code, params or {}), context.member_id or 0, batch.now)
    message = wire.Answer(
        boot=tap.boot,
        nonce=tap.nonce,
        ok=ok,
        code=code,
        text=words(reason, person_of(batch, context), context.bench),
        sid=sid or None,
        left=left,
        grant=grant,
    )
    payload = batch.say(tap.device, message)
    record(batch, context, tap, code, ok=ok, sid=sid, payload=payload, reasons=reasons, up=up)


def record(
    batch: Batch,
    context: Context,
    tap: wire.Tap,
    code: str,
    *,
    ok: bool = False,
    sid: str = "",
    payload: bytes | None = None,
    reasons: tuple[Reason, ...] = (),
    up: int | None = None,
) -> None:
    """One line for one tap; `payload` is what a repeat of it is answered with, `up` is kept where
    the tap waits for another. A refusal that repeats itself without end is counted instead.
    """
    if context.box is None:
        return
    detail: dict[str, object] = {} if up is None else {"up": up}
    if len(reasons) > 1:
        detail["also"] = [reason.code for reason in reasons[1:]]
    if context.bench is None:  # it is being set up: staff want to see that it reads
        detail["hint"] = tap.badge[-4:]
    event = Event(
        batch.now,
        "tap",
        code,
        device_id=context.box.id,
        boot=tap.boot,
        nonce=tap.nonce,
        badge_hash=context.badge_hash,
        member_id=context.member_id,
        machine_id=context.bench.id if context.bench else None,
        sid=sid,
        ok=ok,
        detail=detail,
        answer=payload,
    )
    batch.newest[context.box.id] = event
    if not is_counted(batch, context.box, event):
        batch.events.append(event)
        batch.taps[context.box.id, tap.boot, tap.nonce] = event


def words(reason: Reason, person: Person | None, bench: Bench | None) -> str:
    """The reason for a display, in the member's language and the space's time."""
    return in_words(reason, person, bench.zone if bench else UTC)


def in_words(reason: Reason, person: Person | None, zone: tzinfo) -> str:
    """The same where there is no machine."""
    language = person.language if person else settings.LANGUAGE_CODE
    today = datetime.now(zone).date()  # what is today needs no date
    return _words(reason.code, tuple(reason.params.items()), zone, language, today)


@lru_cache(maxsize=1024)
def _words(
    code: str, params: tuple[tuple[str, object], ...], zone: tzinfo, language: str, _today: date
) -> str:
    """Kept, because a crowd at one machine is told the same, and wording is dear."""
    with translation.override(language):
        return display(Reason(code, dict(params)), zone)


def person_of(batch: Batch, context: Context) -> Person | None:
    return batch.known.people.get(context.member_id or 0)
