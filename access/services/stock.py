"""Which devices with stock firmware this gatekeeper plays. Reads; decides nothing.

Of several gatekeepers one plays them all: a device has one memory. On PostgreSQL it holds a lock of
its connection, so that another takes over as soon as it is gone; on SQLite there is but one.
"""

from django.db import connection

from access.models import Device
from equipment.models import ToolClass

PLAYER = 0xBE9D


def to_play() -> dict[str, str]:
    """Firmware by name; nothing where another gatekeeper plays."""
    stock = Device.objects.filter(profile=Device.Profile.STOCK, revoked_at=None)
    stock = stock.exclude(machine__tool_class__risk=ToolClass.Risk.HIGH)  # set so afterwards
    wanted = dict(stock.values_list("name", "speaks"))
    return wanted if wanted and _is_player() else {}


def _is_player() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [PLAYER])
        return bool(cursor.fetchone()[0])
