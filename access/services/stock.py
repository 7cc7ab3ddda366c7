"""Which devices with stock firmware this gatekeeper plays, and the last word of such a one.

Of several gatekeepers one plays them all: a device has one memory. On PostgreSQL it holds a lock of
its connection, so that another takes over as soon as it is gone; on SQLite there is but one.
"""

from django.db import connection

import wire
from access import facts, sessions
from access.adapters import may_switch
from access.models import Device
from access.records import Box, Inbound
from access.services.batch import Batch
from access.statements import on_postgres

PLAYER = 0xBE9D


def to_play() -> dict[str, str]:
    """Firmware by name; nothing where another gatekeeper plays."""
    stock = Device.objects.filter(profile=Device.Profile.STOCK, revoked_at=None)
    rows = stock.values_list("name", "speaks", "machine__tool_class__risk")
    wanted = {  # a machine's risk may have been raised since
        name: speaks for name, speaks, risk in rows if risk is None or may_switch(speaks, risk)
    }
    return wanted if wanted and _is_player() else {}


def _is_player() -> bool:
    if not on_postgres():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [PLAYER])
        return bool(cursor.fetchone()[0])


def let_go(batch: Batch, box: Box, inbound: Inbound) -> bool:
    """Whether that is the last word of a plug that was revoked: off, as it was told.

    It is our own word, said here for the plug; so it is believed, as of no other revoked device.
    Nobody gets power by it: what was told off ends, and the machine is free.
    """
    state = inbound.message
    if inbound.retain or not isinstance(state, wire.State) or state.boot != box.boot:
        return False
    is_off = (state.st, state.relay, state.sid) == (sessions.LOCKED, False, None)
    if not is_off or state.n <= box.n or not _is_stock(box):
        return False
    for context in facts.open_sessions():
        session = context.session
        if session is not None and session.interlock_id == box.id:
            batch.put(sessions.ended(session, session.closing_code, batch.now))
    box.state, box.relay, box.n, box.up = state.st, state.relay, state.n, max(box.up, state.up)
    batch.touch(box)
    return True


def _is_stock(box: Box) -> bool:
    return Device.objects.filter(pk=box.id, profile=Device.Profile.STOCK).exists()
