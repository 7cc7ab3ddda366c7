"""The induction a booking belongs to, for the pages of bookings."""

from django import template

from bookings.models import Booking
from bookings.services.claims import is_held_for_induction
from training.models import Induction

register = template.Library()


@register.simple_tag
def induction_of(booking: Booking) -> Induction | None:
    if booking.group is None or not is_held_for_induction(booking):
        return None
    return Induction.objects.filter(group=booking.group).first()
