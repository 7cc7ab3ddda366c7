"""Up to 16 messages in, one transaction, what to say out; rules S1 to S4 of docs/protocol.md."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import wire
from access import facts
from access.records import Asked, Box, Context, Inbound, Outbound
from access.services import trust
from access.services.alarms import alarm
from access.services.batch import HOLD, Batch
from access.services.buttons import handle_button
from access.services.journals import handle_journal
from access.services.parting import let_go
from access.services.signing import note_signature
from access.services.states import handle_avail, handle_hello, handle_state, is_current
from access.services.strangers import note_stranger
from access.services.taps import handle_tap
from access.statements import COMMIT
from access.watch import Watch
from wire.fields import name

logger = logging.getLogger(__name__)

DIGITS = re.compile(rb"[0-9]")
NOBODY = "?"  # under which the drops of all unknown devices are counted together
DISPLAY_ONLY = ("avail", "state")  # S1: what may be retained


def handle(
    messages: Sequence[Inbound], *, now: datetime, mono: float, watch: Watch
) -> list[Outbound]:
    """What to publish, once this returns: everything is committed then, and may be acked.

    Raises OperationalError or InterfaceError where the database is not there: nothing was written,
    keep the messages. A message that cannot be handled at all is recorded and dropped.
    """
    try:
        return _handle(messages, now, mono, watch)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(messages) > 1:  # one of them is poison, or another gatekeeper was faster
            return [
                said
                for message in messages
                for said in handle([message], now=now, mono=mono, watch=watch)
            ]
        logger.exception("cannot handle a message on %s", messages[0].topic)
        return _give_up(messages[0], now, mono, watch)


def _handle(
    messages: Sequence[Inbound], now: datetime, mono: float, watch: Watch
) -> list[Outbound]:
    with transaction.atomic():
        contexts = facts.where([_asked(inbound) for inbound in messages], first=HOLD)
        batch = Batch.of(contexts, now, mono, watch)
        for inbound, context in zip(messages, contexts, strict=True):
            _one(batch, context, inbound)
        batch.write(COMMIT)
    batch.remember()
    watch.messages += len(messages)
    return batch.out


def _asked(inbound: Inbound) -> Asked:
    message = inbound.message
    if message is None:
        return Asked(_device_in(inbound.topic))
    if isinstance(message, wire.Tap):
        return Asked(message.device, message.boot, message.nonce, message.badge)
    return Asked(message.device)


def _one(batch: Batch, context: Context, inbound: Inbound) -> None:
    """S1: what counts at all; then the rule for its kind."""
    message = inbound.message
    if message is None:
        code = inbound.error.code if inbound.error else "unreadable"
        _drop(batch, context, inbound, code)
    elif context.box is None:
        _drop(batch, context, inbound, "unknown-device")
        note_stranger(batch, message)
    elif context.box.is_revoked:
        if not let_go(batch, context.box, inbound):
            _drop(batch, context, inbound, "revoked-device")
    elif not _is_believed(batch, context, context.box, inbound):
        return
    elif inbound.retain:
        _retained(batch, context, inbound, message)
    elif isinstance(message, wire.Avail):
        handle_avail(batch, context, message)
    else:
        _current(batch, context, inbound, message)


def _is_believed(batch: Batch, context: Context, box: Box, inbound: Inbound) -> bool:
    """Signed where it must be, and by whom it says; a new key that is heard ends the old one."""
    code = trust.doubted(context, inbound)
    batch.believed[box.name] = trust.keys_of(box) if trust.must_sign(context) else None
    if code is None:
        if not inbound.retain and trust.has_new_key(box, inbound):
            box.key_before_sealed = None
            batch.touch(box)
            batch.greeted.append(box.id)  # its list is to be signed anew
            batch.note("key", "changed", device_id=box.id)
        return True
    _drop(batch, context, inbound, code)
    if not inbound.retain:  # what the broker kept may be older than the key
        alarm(batch, box, code, format_lazy(DOUBTS[code], device=box.name))
    return False


DOUBTS = {
    "unsigned": _("{device} must sign what it says, and something came in its name unsigned."),
    "bad-signature": _("Something came in the name of {device} that its key did not sign."),
}


def _current(batch: Batch, context: Context, inbound: Inbound, message: wire.Alive) -> None:
    """Only the newest boot of a device is listened to; a tap of another is repeated by itself."""
    if context.box is None:
        return
    if isinstance(message, wire.Hello):
        note_signature(context.box, inbound, batch.now)
        handle_hello(batch, context, message)
    if not is_current(batch, context.box, message, signed=bool(inbound.signature)):
        return
    batch.watch.handle_second(message.device, message.boot, message.up)
    if isinstance(message, wire.Tap):
        handle_tap(batch, context, message)
    elif isinstance(message, wire.Button):
        handle_button(batch, context, message)
    elif isinstance(message, wire.State):
        handle_state(batch, context, message)
    elif isinstance(message, wire.Journal) and (code := handle_journal(batch, context, message)):
        _drop(batch, context, inbound, code)


def _retained(batch: Batch, context: Context, inbound: Inbound, message: wire.Up) -> None:
    """S1: a copy the broker kept. Good to look at, and to tell how late it is; never a fact."""
    if message.kind not in DISPLAY_ONLY:
        _drop(batch, context, inbound, "retained")
    elif isinstance(message, wire.State) and context.box is not None:
        batch.watch.hear_second(message.device, message.boot, message.up)
        # the first to tell of a boot that is new to us
        is_current(batch, context.box, message, signed=bool(inbound.signature))
    elif isinstance(message, wire.Avail) and not message.on:
        handle_avail(batch, context, message)


def _drop(batch: Batch, context: Context, inbound: Inbound, code: str) -> None:
    """Count it; record it cut short, unless a flood of the like has been recorded already."""
    box = context.box
    detail = ascii(inbound.error.detail)[1:-1] if inbound.error else ""  # it may hold a NUL
    batch.count_drop(box, f"{code}: {detail}")
    if batch.watch.may_record_drop(box.name if box else NOBODY, batch.mono):
        batch.note(
            "dropped",
            code,
            device_id=box.id if box else None,
            detail={
                "topic": ascii(inbound.topic[:80])[1:-1],
                "payload": _shown(inbound),
                "detail": detail,
            },
        )


def _shown(inbound: Inbound) -> str:
    """The beginning of a payload; where it may hold a PIN, its shape without a single digit."""
    payload = inbound.payload
    if inbound.topic.endswith("/tap") or b"pin" in payload.lower():
        payload = DIGITS.sub(b"#", payload)
    return ascii(payload[:80])[2:-1]


def _give_up(inbound: Inbound, now: datetime, mono: float, watch: Watch) -> list[Outbound]:
    """A message that breaks its own handling: on record, and acked, so that it never comes back."""
    watch.dropped += 1
    if not watch.may_record_drop(NOBODY, mono):
        return []
    try:
        with transaction.atomic():
            batch = Batch(now, mono, watch, facts.Known(now))
            _drop(batch, Context(), inbound, "unhandled")
            batch.write()
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        logger.exception("cannot even record it")
    return []


def _device_in(topic: str) -> str:
    """The device a broken message claims to come from, if the topic has one."""
    parts = topic.split("/")
    return parts[2] if len(parts) == 5 and name(parts[2]) else ""
