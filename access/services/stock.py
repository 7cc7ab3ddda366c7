"""Which devices with stock firmware this gatekeeper plays.

Of several gatekeepers one plays them all: a device has one memory. On PostgreSQL it holds a lock of
its connection, so that another takes over as soon as it is gone; on SQLite there is but one.
"""

from django.db import connection

from access.adapters import may_switch
from access.models import Device
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
