"""Who may be at an induction's machines: those who have a seat, and nobody who waits or left."""

from bookings.models import Booking, Participant
from bookings.services import check_in
from tests.people import NOW
from tests.training.people import HOUR, STARTS, a_plan, an_induction, signed_up
from training import services


def at(induction):
    """The names by machine, of the claims that stand."""
    rows = Participant.objects.filter(booking__group=induction.group, booking__holds=True)
    return sorted(rows.values_list("booking__machine__name", "member__name"))


def test_whoever_has_a_seat_may_be_at_every_machine(world, certifier):
    induction = an_induction(world, certifier, machines=[world.router, world.mill])
    signed_up(induction, world.charlie)
    assert at(induction) == [("CNC mill", "Charlie Okafor"), ("CNC router", "Charlie Okafor")]


def test_a_place_in_line_is_none_until_a_seat_is_left(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    first = signed_up(induction, world.charlie)
    signed_up(induction, world.bob)
    assert at(induction) == [("CNC router", "Charlie Okafor")]
    services.withdraw(attendee=first, by=world.charlie, now=NOW)
    assert at(induction) == [("CNC router", "Bob Lindqvist")]


def test_they_go_with_it_to_another_time_and_other_machines(world, certifier):
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie)
    plan = a_plan(starts=STARTS + HOUR, machines=[world.mill])
    services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    assert at(induction) == [("CNC mill", "Charlie Okafor")]


def test_more_seats_let_in_who_waited(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    signed_up(induction, world.charlie)
    signed_up(induction, world.bob)
    plan = a_plan(capacity=2, machines=[world.router])
    services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    assert at(induction) == [("CNC router", "Bob Lindqvist"), ("CNC router", "Charlie Okafor")]


def test_called_off_though_its_certifier_has_begun_it_early_nobody_is_left(world, certifier):
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie)
    early = STARTS - HOUR / 12
    lesson = Booking.objects.get(group=induction.group)
    check_in(booking=lesson, by=certifier, now=early, tap=True)
    services.cancel_induction(induction=induction, by=certifier, now=early)
    assert at(induction) == []
    lesson.refresh_from_db()
    assert (lesson.state, lesson.holds) == ("done", False)
