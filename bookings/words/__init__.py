"""The words of every reason this room gives, by noun; each with what to do next."""

from bookings.words.booking import register_booking
from bookings.words.changing import register_changing
from bookings.words.disruption import register_disruption
from bookings.words.rules import register_rules
from bookings.words.series import register_groups, register_series
from bookings.words.waitlist import register_waitlist


def register_bookings() -> None:
    """Called once, when Django is ready."""
    register_booking()
    register_changing()
    register_disruption()
    register_rules()
    register_series()
    register_groups()
    register_waitlist()
