"""Every table of the room, by noun."""

from training.models.attendee import Attendee
from training.models.induction import Induction

__all__ = ["Attendee", "Induction"]
