"""What a change of one's standing would cost in bookings, before it is made."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.effects import bookings_lost
from bookings.models import Booking
from bookings.services import cancel
from equipment.eligibility import Facts, Span
from equipment.models import Certification
from equipment.services import lock_out
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.people import NOW, World

DAY = timedelta(days=1)


def nothing(facts: Facts) -> Facts:
    return facts


def uncertified(facts: Facts) -> Facts:
    return replace(facts, certifications=())


def member_until(until: datetime) -> "object":
    def change(facts: Facts) -> Facts:
        return replace(facts, memberships=(Span(NOW - DAY, until),))

    return change


def lost(world: World, after: object, now: datetime = NOW) -> list[Booking]:
    return bookings_lost(member=world.alice, after=after, now=now)  # type: ignore[arg-type]


def test_without_a_change_nothing_is_lost(world: World) -> None:
    a_booking(world)
    assert lost(world, nothing) == []


def test_who_loses_the_certification_loses_what_asks_for_it(world: World) -> None:
    booking = a_booking(world)
    later = a_booking(world, starts=AT_14 + DAY)
    assert lost(world, uncertified) == [booking, later]
    type(world.tool_class).objects.update(requires=None)
    assert lost(world, uncertified) == []


def test_a_membership_that_ends_within_a_booking_costs_it_and_one_at_its_end_does_not(
    world: World,
) -> None:
    booking = a_booking(world)
    after = a_booking(world, starts=AT_14 + DAY)
    assert lost(world, member_until(AT_14 + HOUR)) == [after]
    assert lost(world, member_until(AT_14 + HOUR / 2)) == [booking, after]


def test_what_is_refused_already_is_not_lost_by_it(world: World) -> None:
    a_booking(world)
    Certification.objects.filter(member=world.alice).update(until=NOW)
    assert lost(world, uncertified) == []


def test_a_locked_out_machine_makes_no_difference(world: World) -> None:
    booking = a_booking(world)
    lock_out(machine=world.router, why="Spindle worn", by=world.dana, now=NOW)
    assert lost(world, uncertified) == [booking]


def test_what_runs_counts_from_now_and_what_is_over_or_cancelled_not_at_all(
    world: World,
) -> None:
    running = a_booking(world)
    Booking.objects.filter(pk=running.pk).update(state=Booking.State.RUNNING)
    cancel(booking=a_booking(world, starts=AT_14 + DAY), by=world.alice, now=NOW)
    assert lost(world, uncertified, AT_14 + HOUR / 2) == [running]
    assert lost(world, member_until(AT_14 + HOUR / 2), AT_14 + HOUR / 2) == [running]
    assert lost(world, uncertified, AT_14 + HOUR) == []


def test_of_others_nothing_is_told(world: World) -> None:
    a_booking(world)
    assert bookings_lost(member=world.dana, after=uncertified, now=NOW) == []


def test_four_bookings_cost_as_many_queries_as_one(world: World) -> None:
    counts = []
    for number in range(4):
        a_booking(
            world, starts=AT_14 + number * DAY, machine=(world.router, world.mill)[number % 2]
        )
        with CaptureQueriesContext(connection) as asked:
            assert len(lost(world, uncertified)) == number + 1
        counts.append(len(asked))
    assert set(counts) == {8}
