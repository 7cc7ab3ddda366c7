"""Every table of the room, by noun."""

from access.models.alarm import Alarm
from access.models.device import Candidate, Device, Stranger
from access.models.door import Door, DoorWindow
from access.models.event import AccessEvent
from access.models.journal import JournalRow, ListedBadge
from access.models.maintenance import MaintenanceGrant
from access.models.peripheral import Peripheral
from access.models.session import Session
from access.models.status import BrokerStatus, GatekeeperStatus

__all__ = [
    "AccessEvent",
    "Alarm",
    "BrokerStatus",
    "Candidate",
    "Device",
    "Door",
    "DoorWindow",
    "GatekeeperStatus",
    "JournalRow",
    "ListedBadge",
    "MaintenanceGrant",
    "Peripheral",
    "Session",
    "Stranger",
]
