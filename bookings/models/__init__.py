"""Every table of the room, by noun."""

from bookings.models.booking import Booking

__all__ = ["Booking"]
