"""Expiry looks at what may lapse, and not at every booking there ever was."""

from bookings.models import Booking
from tests.people import NOW, World


def test_what_is_stale_is_found_by_its_index(world: World) -> None:
    assert "bookings_booking_lapse" in Booking.objects.stale(NOW).explain()
