"""Every table of the room, by noun."""

from access.models.device import Candidate, Device
from access.models.event import AccessEvent
from access.models.session import Session
from access.models.status import GatekeeperStatus

__all__ = ["AccessEvent", "Candidate", "Device", "GatekeeperStatus", "Session"]
