"""Keeps peripherals in step with the machines they serve; see access/following.py."""

import secrets
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import wire
from access import facts, following
from access.decision import STOP
from access.following import Run
from access.models import Peripheral
from access.records import Asked, Box
from access.services.alarms import alarm
from access.services.batch import Batch
from access.services.busy import at_machines_of
from access.sessions import LOCKED


def keep_in_step(batch: Batch) -> None:
    """Once a second: offer what should run and does not, end what should not. A few statements."""
    if not Peripheral.objects.exists():  # most places have none: this is quickly asked
        return
    rows = list(_peripherals().filter(Q(busy=True) | ~Q(sid="")))
    batch.watch.need_only({peripheral.device.name for peripheral in rows})
    contexts = facts.where([Asked(peripheral.device.name) for peripheral in rows])
    for peripheral, context in zip(rows, contexts, strict=True):
        if context.box is not None:
            _step(batch, peripheral, context.box)


def peripheral_of(box: Box) -> Peripheral | None:
    """What this box drives, if it is a peripheral: asked only of interlocks on no machine."""
    if box.machine_id is not None or not box.is_interlock:
        return None
    return _peripherals().filter(device=box.id).first()


def handle_run(batch: Batch, box: Box, state: wire.State, peripheral: Peripheral) -> None:
    """A state of a peripheral: asked anew, as every state is, and answered by a lease or off."""
    run, wanted = _followed(batch, peripheral)
    if state.sid is not None and not (wanted and state.sid == run.sid and state.boot == run.boot):
        batch.say(state.device, _off(state.sid, state.boot))
        _notice_disobedience(batch, box, state.sid, peripheral, is_on=state.relay)
    elif state.sid is not None:
        batch.say(state.device, following.lease(run, state, batch.now))
    if state.want is None:
        return
    if wanted and state.want == run.sid and state.boot == run.boot:
        batch.say(state.device, following.grant(run, state, batch.now))
    else:
        batch.say(state.device, _off(state.want, state.boot))


def _notice_disobedience(
    batch: Batch, box: Box, sid: str, peripheral: Peripheral, *, is_on: bool
) -> None:
    """On for a run that is over, or was none. What has only just ended was under way meanwhile."""
    if is_on and batch.watch.is_stubborn(sid, batch.mono):
        told = _("{name} runs for a session that is over. It was told to switch off.")
        alarm(batch, box, "unknown-session", format_lazy(told, name=peripheral.name), sid=sid)


def _peripherals() -> QuerySet[Peripheral]:
    standing = Peripheral.objects.filter(device__revoked_at=None).select_related("device")
    return standing.annotate(busy=Exists(at_machines_of(OuterRef("pk"))))


def _followed(batch: Batch, peripheral: Peripheral) -> tuple[Run, bool]:
    busy: bool = peripheral.busy  # type: ignore[attr-defined]  # annotated
    before = Run(peripheral.sid, peripheral.boot, peripheral.until)
    run_on = timedelta(seconds=peripheral.run_on_seconds)
    run = following.follow(before, busy=busy, run_on=run_on, now=batch.now)
    run = _shortened(batch, peripheral, run)
    if run != before:
        _write(peripheral, run)
    return run, following.is_wanted(run, busy=busy, now=batch.now)


def _shortened(batch: Batch, peripheral: Peripheral, run: Run) -> Run:
    """A wall clock that is set back while it runs on does not make that longer."""
    name = peripheral.device.name
    if run.until is None:
        batch.watch.runs_on.pop(name, None)
        return run
    left = batch.watch.run_on_left(name, run.sid, run.until, peripheral.run_on_seconds, batch.mono)
    return following.shortened(run, left, batch.now)


def _step(batch: Batch, peripheral: Peripheral, box: Box) -> None:
    told = peripheral.sid
    run, wanted = _followed(batch, peripheral)
    if not wanted:
        batch.watch.needed.pop(box.name, None)
        if told and not run.sid:
            batch.say(box.name, _off(told, box.boot))
        return
    is_on = box.online and box.state not in (LOCKED, "fault", "")
    if batch.watch.is_needed_in_vain(box.name, batch.mono, is_on=is_on):
        words = format_lazy(_("{name} should run and does not."), name=peripheral.name)
        alarm(batch, box, "peripheral-off", words)
    is_waiting = box.online and box.state == LOCKED and following.is_worth_it(run, batch.now)
    if is_waiting and batch.watch.offer_due(box.name, peripheral.sid, batch.mono):
        _offer(batch, peripheral, run, box)


def _offer(batch: Batch, peripheral: Peripheral, run: Run, box: Box) -> None:
    """Each offer is a new run: what the device has ended it never takes up again (D7)."""
    offered = Run(sid=secrets.token_hex(12), boot=box.boot, until=run.until)
    _write(peripheral, offered)
    batch.watch.note_offer(box.name, offered.sid, batch.mono)
    batch.note("run", "offered", device_id=box.id, boot=box.boot, sid=offered.sid)
    batch.say(box.name, wire.Offer(boot=box.boot, sid=offered.sid))


def _write(peripheral: Peripheral, run: Run) -> None:
    peripheral.sid, peripheral.boot, peripheral.until = run.sid, run.boot, run.until
    peripheral.save(update_fields=["sid", "boot", "until"])


def _off(sid: str, boot: str) -> wire.Off:
    return wire.Off(sid=sid, mode=STOP, code="not-needed", boot=boot)
