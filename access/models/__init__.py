"""Every table of the room, by noun."""

from access.models.device import Candidate, Device
from access.models.event import AccessEvent
from access.models.session import AccessEpoch, Session

__all__ = ["AccessEpoch", "AccessEvent", "Candidate", "Device", "Session"]
