"""The doors of this room: each getter hands over what the asker may act on, and else 404."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bookings.models import Booking, Disruption, HandOver, Series, Wait
from bookings.models.agreement import HandOverQuerySet
from bookings.models.booking import BookingQuerySet
from equipment.models import Machine, MachineClosure, ToolClass
from equipment.permissions import machine_to_lock_out
from members.models import Closure, Member, Space
from members.permissions import is_caretaker, is_staff

MOST_IN_RETURN = 12  # bookings to choose from


def booking_for(member: Member, public_id: UUID) -> Booking:
    """One's own booking; at the desk of its space, anybody's."""
    rows = Booking.objects.select_related(
        "member", "machine__tool_class__requires", "machine__space"
    )
    booking = get_object_or_404(rows, public_id=public_id)
    if booking.member_id != member.pk and not is_staff(member, booking.machine.space):
        raise Http404
    return booking


def disruption_for(member: Member, public_id: UUID) -> Disruption:
    """That of one's own booking; at the desk of its space, anybody's."""
    rows = Disruption.objects.select_related(
        "booking__member", "booking__machine__tool_class__requires", "booking__machine__space"
    )
    disruption = get_object_or_404(rows, public_id=public_id)
    booking = disruption.booking
    if booking.member_id != member.pk and not is_staff(member, booking.machine.space):
        raise Http404
    return disruption


def space_to_run(member: Member, slug: str) -> Space:
    """A space whose hours, closures and outside calendars are the member's to see to."""
    space = get_object_or_404(Space, slug=slug)
    if not is_staff(member, space):
        raise Http404
    return space


def closure_to_change(member: Member, pk: int) -> Closure:
    """One that was made by hand: those of an outside calendar are changed there."""
    rows = Closure.objects.filter(source=None).select_related("space")
    closure = get_object_or_404(rows, pk=pk)
    if not is_staff(member, closure.space):
        raise Http404
    return closure


def machine_to_close(member: Member, slug: str) -> Machine:
    """Whoever may lock it out may plan it, too."""
    return machine_to_lock_out(member, slug)


def machine_closure_to_change(member: Member, pk: int) -> MachineClosure:
    """As closure_to_change, for those who take care of the machine."""
    rows = MachineClosure.objects.filter(source=None).select_related("machine__space")
    closure = get_object_or_404(rows, pk=pk)
    if not is_caretaker(member, closure.machine.space):
        raise Http404
    return closure


def series_for(member: Member, public_id: UUID) -> Series:
    """One's own series; at the desk of its space, anybody's."""
    rows = Series.objects.select_related("member", "machine__tool_class", "machine__space")
    series = get_object_or_404(rows, public_id=public_id)
    if series.member_id != member.pk and not is_staff(member, series.machine.space):
        raise Http404
    return series


def of_a_series(member: Member, public_id: UUID) -> Booking:
    """A booking by which its series may be changed: not one that was handed on to somebody."""
    booking = booking_for(member, public_id)
    if booking.series is None or booking.series.member_id != booking.member_id:
        raise Http404
    return booking


def of_a_group(member: Member, public_id: UUID) -> Booking:
    """A booking by which those made together with it may be changed."""
    booking = booking_for(member, public_id)
    if booking.group is None:
        raise Http404
    return booking


def wish_for(member: Member, public_id: UUID) -> Wait:
    """One's own wish on the waitlist; at the desk of its space, anybody's."""
    rows = Wait.objects.select_related("member", "machine", "tool_class", "space")
    wish = get_object_or_404(rows, public_id=public_id)
    if wish.member_id != member.pk and not is_staff(member, wish.space):
        raise Http404
    return wish


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


def machines_beside(machine: Machine) -> QuerySet[Machine]:
    """Everything in use in the machine's space, itself included."""
    rows = Machine.objects.filter(retired_at=None, space=machine.space_id)
    return rows.select_related("tool_class__requires", "space")


def tool_class_to_read(slug: str) -> ToolClass:
    """Anybody may read a policy."""
    return get_object_or_404(ToolClass.objects.select_related("requires"), slug=slug)


def kind_to_book(slug: str) -> tuple[ToolClass, QuerySet[Space]]:
    """A tool class, and the spaces that have machines of it in use; there is at least one."""
    kind = get_object_or_404(ToolClass, slug=slug)
    spaces = Space.objects.filter(machines__tool_class=kind, machines__retired_at=None).distinct()
    if not spaces:
        raise Http404
    return kind, spaces


def machines_of(kind: ToolClass, space: Space) -> QuerySet[Machine]:
    rows = Machine.objects.filter(retired_at=None, tool_class=kind, space=space)
    return rows.select_related("tool_class__requires", "space")


def request_to_answer(member: Member, public_id: UUID) -> Booking:
    """A booking that staff of its space were asked about; whoever asked may not answer."""
    booking = booking_for(member, public_id)
    if not is_staff(member, booking.machine.space):
        raise Http404
    return booking


def requests_for(member: Member, now: datetime) -> BookingQuerySet:
    """What waits for the consent of the member, in every space they are staff of."""
    waiting = Booking.objects.standing(now).filter(state=Booking.State.REQUESTED)
    rows = waiting.filter(machine__space__in=spaces_of(member))
    return rows.select_related("member", "machine__space").order_by("starts")


def spaces_of(member: Member) -> list[Space]:
    """The spaces at whose desk the member works."""
    return [space for space in Space.objects.all() if is_staff(member, space)]


def machines_to_book_for(member: Member) -> QuerySet[Machine]:
    """What the member may book for others: the machines of the spaces they are staff of."""
    rows = Machine.objects.filter(retired_at=None, space__in=spaces_of(member))
    return rows.select_related("tool_class", "space").order_by("space", "tool_class__order", "name")


def to_book_for(by: Member, machine: Machine, public_id: str) -> Member:
    """Whom a booking is for: oneself, where nobody is named; at the desk of its space, anybody."""
    if not public_id:
        return by
    if not is_staff(by, machine.space):
        raise Http404
    return person_to_serve(public_id)


def person_to_serve(public_id: str | UUID) -> Member:
    """Anybody with an open account; the caller has asked who may serve them."""
    try:
        named = UUID(str(public_id))
    except ValueError as error:
        raise Http404 from error
    people = Member.objects.filter(is_active=True, anonymised_at=None)
    return get_object_or_404(people, public_id=named)


def hand_over_for(member: Member, public_id: UUID) -> HandOver:
    """A proposal of one's own, made or received; at the desk of its space, anybody's."""
    hand_over = get_object_or_404(HandOver.objects.whole(), public_id=public_id)
    booking = hand_over.booking
    if member.pk in (hand_over.to_id, booking.member_id):
        return hand_over
    if not is_staff(member, booking.machine.space):
        raise Http404
    return hand_over


def hand_overs_of(member: Member, now: datetime) -> HandOverQuerySet:
    """What others propose to the member."""
    return HandOver.objects.standing(now).filter(to=member).whole().order_by("booking__starts")


def to_ask_for(member: Member, booking: Booking, now: datetime) -> BookingQuerySet:
    """What one may ask a member for in return: what the board shows of them in that space."""
    rows = Booking.objects.coming(now).filter(member=member, machine__space=booking.machine.space)
    ahead = rows.filter(state=Booking.State.CONFIRMED, starts__gt=now)
    return ahead.select_related("machine__space").order_by("starts")[:MOST_IN_RETURN]


def hand_over_to_answer(member: Member, public_id: UUID) -> HandOver:
    """One that was proposed to the member: nobody accepts for somebody else."""
    return get_object_or_404(HandOver.objects.whole(), public_id=public_id, to=member)


def hand_over_to_close(member: Member, public_id: UUID) -> HandOver:
    """One that the member made or received."""
    rows = HandOver.objects.whole().filter(Q(to=member) | Q(booking__member=member))
    return get_object_or_404(rows, public_id=public_id)
