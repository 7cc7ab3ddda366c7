"""Every table of the room, by noun."""

from calendars.models.busy import BusySource
from calendars.models.feed import Feed, most_told
from calendars.models.invitee import Invitee

__all__ = ["BusySource", "Feed", "Invitee", "most_told"]
