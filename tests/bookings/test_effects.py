"""What a change of one's standing would cost in bookings, before it is made."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.effects import bookings_lost, rehearse
from bookings.models import Booking
from bookings.services import cancel
from equipment.eligibility import Facts, Span
from equipment.models import Certification
from equipment.services import lock_out
from members.models import Change, Membership
from members.services.memberships import MembershipError, end_membership
from notices.models import Outbox
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


# --- rehearsing ----------------------------------------------------------------------------------


def test_what_is_rehearsed_is_told_and_not_done(world: World) -> None:
    booking = a_booking(world, starts=AT_14 + 9 * DAY)
    row = world.alice.memberships.get()
    written = (Change.objects.count(), Outbox.objects.count())

    def end() -> Membership:
        return end_membership(membership=row, until=NOW + DAY, by=world.dana, now=NOW)

    ended, hit = rehearse(member=world.alice, act=end, now=NOW)
    assert (ended.until, hit) == (NOW + DAY, [booking])
    row.refresh_from_db()
    assert row.ended_at is None
    assert (Change.objects.count(), Outbox.objects.count()) == written


def test_what_is_refused_is_refused_in_the_rehearsal(world: World) -> None:
    row = world.alice.memberships.get()

    def end() -> Membership:
        return end_membership(membership=row, until=NOW - DAY, by=world.dana, now=NOW)

    with pytest.raises(MembershipError, match="in the past"):
        rehearse(member=world.alice, act=end, now=NOW)


def test_nothing_that_waits_for_the_commit_comes(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    come: list[int] = []
    with django_capture_on_commit_callbacks(execute=True):
        rehearse(
            member=world.alice,
            act=lambda: transaction.on_commit(lambda: come.append(1)),
            now=NOW,
        )
    assert come == []
