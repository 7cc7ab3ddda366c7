"""The last words to a device that was revoked, and the one word of it that still counts.

Of its session it is told like everybody (S5). Here it gets a list without names, so that it starts
nothing by itself, is told off whatever it does besides, and asked what it does. Knows no broker.
"""

from datetime import datetime

from django.db.models import QuerySet

import wire
from access import facts, sessions
from access.decision import STOP
from access.models import Device
from access.parting import Partings
from access.records import Asked, Box, Inbound, Outbound
from access.services import trust
from access.services.batch import Batch
from access.services.broker import thrown_out_next
from access.services.lists import issue
from access.watch import Watch

REVOKED = "device-revoked"


def say_farewell(partings: Partings, *, now: datetime, mono: float, watch: Watch) -> list[Outbound]:
    """What to publish; once for each device of protocol v1 that the broker will throw out."""
    leaving = [device for device in _leaving() if device.name not in partings.told]
    if not leaving:
        return []
    lists = [issue(device_id=device.pk, again=True, now=now) for device in leaving]
    contexts = facts.where([Asked(device.name) for device in leaving])
    batch = Batch.of(contexts, now, mono, watch)
    for box in batch.boxes.values():
        batch.say(box.name, wire.Off(sid="*", mode=STOP, code=REVOKED))
        if box.online:
            batch.say(box.name, wire.Sync(id=partings.ask(box.name, mono)))
    partings.told.update(device.name for device in leaving)
    return [said for said in lists if said is not None] + batch.out


def _leaving() -> QuerySet[Device]:
    return thrown_out_next().filter(profile=Device.Profile.NATIVE)


def let_go(batch: Batch, box: Box, inbound: Inbound) -> bool:
    """Whether a revoked device says that it is off, as it was told: its last word to be believed.

    Of a plug that is our own word, said here for it. Nobody gets power by it: what was told off
    ends, and the machine is free. A device that lies would be no better waited for.
    """
    state = inbound.message
    if inbound.retain or not isinstance(state, wire.State) or state.boot != box.boot:
        return False
    is_off = (state.st, state.relay, state.sid) == (sessions.LOCKED, False, None)
    if not is_off or state.n <= box.n or not _is_its_own(box, inbound):
        return False
    for context in facts.open_sessions():
        session = context.session
        if session is None or session.interlock_id != box.id or session.sid in batch.over:
            continue
        if _is_plug(box) or sessions.proves_over(session, state):
            batch.put(sessions.ended(session, session.closing_code or REVOKED, batch.now))
    box.state, box.relay, box.n, box.up = state.st, state.relay, state.n, max(box.up, state.up)
    batch.touch(box)
    return True


def _is_plug(box: Box) -> bool:
    return Device.objects.filter(pk=box.id, profile=Device.Profile.STOCK).exists()


def _is_its_own(box: Box, inbound: Inbound) -> bool:
    """One that signs is believed by its signature, also when its machine asks for none any more."""
    if trust.voice(box) is None:
        return not inbound.signature
    return trust.is_signed_by(box, inbound)
