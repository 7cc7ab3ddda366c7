"""Whether any gatekeeper hears the devices, as each says of itself. Decides nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from access.models import GatekeeperStatus

DEAD = timedelta(seconds=10)  # a gatekeeper beats every two


def lives(status: GatekeeperStatus, now: datetime) -> bool:
    return now - status.beat_at <= DEAD


def hears(status: GatekeeperStatus, now: datetime) -> bool:
    return status.connected and lives(status, now)


def lost_since(now: datetime) -> datetime | None:
    """Since when none does. None while one does, and where none has ever run."""
    found = list(GatekeeperStatus.objects.all())
    if _heard_since(found, now) is not None:
        return None
    return max((_last_heard(status) for status in found), default=None)


def heard_since(now: datetime) -> datetime | None:
    """Since when one does without a break."""
    return _heard_since(GatekeeperStatus.objects.all(), now)


def _heard_since(found: Iterable[GatekeeperStatus], now: datetime) -> datetime | None:
    hearing = (status for status in found if hears(status, now))
    return min((status.connected_at or status.started_at for status in hearing), default=None)


def _last_heard(status: GatekeeperStatus) -> datetime:
    """Of one that died while it was connected, its last beat; else when it lost its broker."""
    if status.connected:
        return status.beat_at
    return min(status.beat_at, status.connected_at or status.started_at)
