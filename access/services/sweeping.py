"""What time and other people's changes do to sessions; rules S4 and S5 of docs/protocol.md."""

import logging
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.db.models import Min, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import wire
from access import facts, models, sessions
from access.facts import Known
from access.records import Asked, Box, Context, Outbound
from access.services.alarms import alarm, clear_alarms
from access.services.batch import Batch, bench_of, hold_facts
from access.services.endings import tell_off
from access.services.floods import write_counts
from access.services.following import keep_in_step
from access.services.states import redecide
from access.sessions import ACTIVE, CLOSING, ENDED, LOCKED, OFFERED, Session
from access.watch import Watch

logger = logging.getLogger(__name__)


EPOCH = "SELECT number FROM members_accessepoch WHERE id = 1"


def epoch() -> int:
    """Moves whenever a grant may have ended. Asked ten times a second, so past the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(EPOCH)
        row: tuple[int] = cursor.fetchone()
    return row[0]


def sweep(*, now: datetime, mono: float, watch: Watch, redecide_all: bool = True) -> list[Outbound]:
    """Close what is over, repeat what was not heard, give up what is lost; what to publish.

    With `redecide_all` every open session is decided again; without, only what time alone does.
    """
    with transaction.atomic():
        hold_facts()
        marks = _marks() if redecide_all or watch.look_due(mono) else None
        all_of_them = redecide_all or _may_be_lost(marks, watch, mono)
        contexts = facts.open_sessions(unsettled=not all_of_them)
        if redecide_all:
            batch = Batch.of(contexts, now, mono, watch)
        else:
            batch = Batch(now, mono, watch, Known(now), boxes=_boxes(contexts))
        for context in contexts:
            if context.session is not None:
                _look_apart(batch, context, context.session, redecide_all)
        _hear_silence(batch)
        keep_in_step(batch)
        clear_alarms(batch)
        write_counts(batch)
        batch.write()
    batch.remember()
    if marks is not None:
        watch.forget_all_but(marks)
    return batch.out


def _marks() -> dict[str, int]:
    """The signs left of all open sessions (amendment 12)."""
    return dict(models.Session.objects.exclude(state=ENDED).values_list("sid", "mark"))


def _may_be_lost(marks: dict[str, int] | None, watch: Watch, mono: float) -> bool:
    """Whether a sign has stood still for so long that the rest of its session must be read.

    All are asked, and not only until the first is found: asking is how the watch sees a sign.
    """
    found = [watch.is_lost(sid, mark, 0, mono) for sid, mark in (marks or {}).items()]
    return any(found)


def next_end(now: datetime) -> datetime | None:
    """When the next open session reaches the end of its grant."""
    live = models.Session.objects.filter(state__in=(OFFERED, ACTIVE), until__gt=now)
    end: datetime | None = live.aggregate(end=Min("until"))["end"]
    return end


def _boxes(contexts: list[Context]) -> dict[int, Box]:
    return {context.box.id: context.box for context in contexts if context.box is not None}


def _look_apart(batch: Batch, context: Context, session: Session, redecide_all: bool) -> None:
    """One that cannot be looked at is let be: it gets no lease either, and locks by itself."""
    try:
        _look_at(batch, context, session, redecide_all)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("cannot look at session %s", session.sid)


def _look_at(batch: Batch, context: Context, session: Session, redecide_all: bool) -> None:
    box = context.box
    if box is None:
        return
    if redecide_all:
        session = redecide(batch, context, session)
    if session.state == OFFERED:
        session = _await_claim(batch, context, session)
    if session.state == CLOSING and _has_let_go(box, session):
        session = batch.put(sessions.ended(session, session.closing_code, batch.now))
    if session.state == ENDED:
        return
    fin = bench_of(context).terms.fin
    if batch.watch.is_lost(session.sid, session.mark, fin, batch.mono):
        batch.put(sessions.ended(session, "lost", batch.now))
        told = _("{device} fell silent while its machine was unlocked; its lease has run out.")
        alarm(batch, box, "lost", format_lazy(told, device=box.name), sid=session.sid)
    elif sessions.awaits_proof(session, box.state):
        tell_off(batch, session, box.name)
        if batch.watch.disobeyed(session.sid, box.name, batch.mono):
            told = _("{device} was told to switch off 30 seconds ago and has not confirmed it.")
            words = format_lazy(told, device=box.name)
            alarm(batch, box, "off-unconfirmed", words, sid=session.sid)


def _has_let_go(box: Box, session: Session) -> bool:
    """A box taken off its machine: its states meet the session no more, so the last counts."""
    if box.machine_id == session.machine_id or box.state != LOCKED or box.relay:
        return False
    last = wire.State(
        device=box.name, boot=box.boot, up=box.up, n=box.n, st=LOCKED, relay=False, sid=None
    )
    return box.boot != session.boot or sessions.proves_over(session, last)


def _await_claim(batch: Batch, context: Context, session: Session) -> Session:
    """S4: an offer never granted ends by itself; after a grant the device is asked for proof."""
    if not batch.watch.is_unclaimed(session.sid, batch.mono):
        return session
    if session.granted_up is None:
        return batch.put(sessions.ended(session, "unclaimed", batch.now))
    if context.box is not None and batch.watch.proof_due(session.sid, batch.mono):
        ask = wire.Sync(id=f"proof-{session.sid[:12]}", boot=session.boot)
        batch.say(context.box.name, ask)
    return session


def _hear_silence(batch: Batch) -> None:
    """S5: 35 s without a state, while we were connected: offline, and staff are told."""
    watch = batch.watch
    silent = [name for name in watch.heard if watch.silent(name, batch.mono)]
    if not silent:
        return
    contexts = facts.where([Asked(name) for name in silent])
    for name, context in zip(silent, contexts, strict=True):
        batch.silent.append(name)
        box = context.box
        if box is None or box.is_revoked:
            continue
        if box.online:  # another gatekeeper, or the one before us, may have missed it already
            box.online = False
            batch.touch(box)
            batch.note("avail", "silent", device_id=box.id, boot=box.boot)
        words = format_lazy(_("No word from {device} for 35 seconds."), device=box.name)
        alarm(batch, box, "silent", words)


def start_listening(watch: Watch, mono: float) -> None:
    """Expect to hear of every device that was ever heard.

    Of those that are said to be offline, too: it may have died while nobody was there to miss it.
    """
    heard = Q(online=True) | Q(seen_at__isnull=False)
    known = models.Device.objects.filter(heard, revoked_at=None)
    for name in known.values_list("name", flat=True):
        watch.heard.setdefault(name, mono)
