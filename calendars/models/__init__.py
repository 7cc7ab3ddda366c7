"""Every table of the room, by noun."""

from calendars.models.busy import BusySource
from calendars.models.feed import Feed

__all__ = ["BusySource", "Feed"]
