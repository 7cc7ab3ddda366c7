"""The doors of this room: each getter hands over what the asker may act on, and else 404."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bookings.models import Booking
from bookings.models.booking import BookingQuerySet
from equipment.models import Machine
from members.models import Member
from members.permissions import is_staff


def booking_for(member: Member, public_id: UUID) -> Booking:
    """One's own booking; at the desk of its space, anybody's."""
    rows = Booking.objects.select_related(
        "member", "machine__tool_class__requires", "machine__space"
    )
    booking = get_object_or_404(rows, public_id=public_id)
    if booking.member_id != member.pk and not is_staff(member, booking.machine.space):
        raise Http404
    return booking


def bookings_of(member: Member) -> BookingQuerySet:
    return Booking.objects.filter(member=member).select_related("machine__space")


def machine_to_book(slug: str) -> Machine:
    """Every member may ask for every machine in use; the rules answer."""
    rows = Machine.objects.filter(retired_at=None)
    return get_object_or_404(rows.select_related("tool_class__requires", "space"), slug=slug)


def siblings_of(machine: Machine) -> QuerySet[Machine]:
    """Machines of the same kind in the same space, itself included."""
    rows = Machine.objects.filter(retired_at=None, tool_class=machine.tool_class_id)
    rows = rows.filter(space=machine.space_id)
    return rows.select_related("tool_class__requires", "space")
