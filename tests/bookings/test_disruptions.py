"""Closures and lockouts over bookings: found, told once, answered in one step, and over again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.alternatives import alternatives_to
from bookings.causes import REACH, Shelf, Span
from bookings.errors import Refused
from bookings.models import Booking, Disruption
from bookings.services import cancel, move
from bookings.services.disruptions import answer_disruption, find_disruptions
from equipment.models import Lockout
from equipment.services import clear_lockout, lock_out
from equipment.services.closures import close_machine
from members.services.closures import change_closure, close_space, remove_closure
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World, a_machine

DAY = timedelta(days=1)
Answer = Disruption.Answer


def shut(world: World, **given: Any) -> Any:
    """The space is closed today from 13:45 to 15:45, unless `given` says otherwise."""
    asked = {"starts": AT_14 - 15 * MINUTE, "ends": AT_14 + 105 * MINUTE, "reason": "Flood"}
    return close_space(space=world.space, by=world.dana, now=NOW, **{**asked, **given})


def locked(world: World, **given: Any) -> Lockout:
    return lock_out(machine=world.router, why="Spindle worn", by=world.dana, now=NOW, **given)


def the_disruption() -> Disruption:
    return Disruption.objects.select_related("booking__machine__tool_class").get()


def told(kind: str = "booking-disrupted") -> list[Outbox]:
    return list(Outbox.objects.filter(kind=kind))


# --- finding -----------------------------------------------------------------------------------


def test_a_closed_space_hits_the_booking_and_its_member_is_told_once(world: World) -> None:
    booking, closure = a_booking(world), shut(world)
    assert [find_disruptions(now=NOW) for _twice in range(2)] == [1, 0]
    found = the_disruption()
    assert (found.booking, found.closure, found.why) == (booking, closure, "Flood")
    [message] = told()
    assert message.to == world.alice and message.context["disruption"] == str(found.public_id)


@pytest.mark.parametrize(
    ("begins", "ends", "is_hit"),
    [(-2, 0, False), (-1, 0.25, True), (0.25, 0.5, True), (0.75, 3, True), (1, 2, False)],
)
def test_a_closure_hits_what_it_shares_an_instant_with(
    world: World, begins: float, ends: float, is_hit: bool
) -> None:
    a_booking(world)
    shut(world, starts=AT_14 + begins * HOUR, ends=AT_14 + ends * HOUR)
    assert find_disruptions(now=NOW) == is_hit


def test_a_closed_machine_hits_its_own_bookings_only(world: World) -> None:
    a_booking(world, machine=world.mill, starts=AT_14 + 2 * HOUR)
    hit = a_booking(world)
    close_machine(
        machine=world.router, starts=NOW, ends=NOW + DAY, reason="Service", by=world.dana, now=NOW
    )
    find_disruptions(now=NOW)
    assert the_disruption().booking == hit


def test_a_lockout_hits_up_to_its_expected_end(world: World) -> None:
    near = a_booking(world)
    a_booking(world, starts=AT_14 + 3 * HOUR)
    locked(world, expected_until=AT_14 + 2 * HOUR)
    find_disruptions(now=NOW)
    assert the_disruption().booking == near


def test_a_lockout_without_an_end_reaches_two_days_ahead_and_grows(world: World) -> None:
    far = a_booking(world, starts=AT_14 + REACH)
    locked(world)
    assert find_disruptions(now=NOW) == 0
    assert find_disruptions(now=NOW + DAY) == 1
    assert the_disruption().booking == far


def test_several_bookings_of_one_member_are_one_message(world: World) -> None:
    for hours in (0, 2, 4):
        a_booking(world, starts=AT_14 + hours * HOUR)
    shut(world, ends=AT_14 + 9 * HOUR)
    assert find_disruptions(now=NOW) == 3
    [message] = told()
    assert message.context["others"] == 2
    assert message.context["starts"] == AT_14.isoformat()


def test_nothing_is_hit_that_is_running_over_cancelled_or_maintenance(world: World) -> None:
    running = a_booking(world, starts=NOW)
    Booking.objects.filter(pk=running.pk).update(state=Booking.State.RUNNING)
    cancel(booking=a_booking(world, starts=AT_14 + HOUR), by=world.alice, now=NOW)
    service = a_booking(world, starts=AT_14 + 2 * HOUR)
    Booking.objects.filter(pk=service.pk).update(purpose=Booking.Purpose.MAINTENANCE)
    knowing = a_booking(world, starts=AT_14 + 3 * HOUR)
    Booking.objects.filter(pk=knowing.pk).update(overrides=["space-closed"])
    shut(world, ends=AT_14 + 9 * HOUR)
    assert find_disruptions(now=NOW) == 0


def test_looking_costs_the_same_for_one_booking_and_for_many(world: World) -> None:
    a_booking(world)
    shut(world)
    find_disruptions(now=NOW)
    counts = []
    for more in (0, 3):
        for number in range(more):
            a_booking(world, starts=AT_14 + (24 + 2 * number) * HOUR)
        with CaptureQueriesContext(connection) as asked:
            find_disruptions(now=NOW)
        counts.append(len(asked))
    # bookings, three causes, what is open; kinds and six about the members for what is personal
    assert counts == [12, 12]


def test_a_shelf_finds_what_reaches_in_from_far_before() -> None:
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 30)]
    long, short = Span(at[0], at[20], 1, "long"), Span(at[3], at[4], 2, "short")
    shelf = Shelf([short, long])
    assert shelf.touching(at[10], at[11]) == long
    assert shelf.touching(at[20], at[21]) is None
    assert Shelf([]).touching(at[0], at[1]) is None


# --- over again --------------------------------------------------------------------------------


def test_a_cleared_lockout_ends_it_and_the_member_is_told(world: World) -> None:
    a_booking(world)
    lockout = locked(world)
    find_disruptions(now=NOW)
    clear_lockout(lockout=lockout, by=world.dana, now=NOW + MINUTE)
    assert [find_disruptions(now=NOW + MINUTE) for _twice in range(2)] == [1, 0]
    assert the_disruption().answer == Answer.OVER
    assert len(told("disruption-over")) == 1


def test_a_closure_that_is_moved_away_or_removed_ends_it(world: World) -> None:
    a_booking(world)
    closure = shut(world)
    find_disruptions(now=NOW)
    later = {"starts": AT_14 + DAY, "ends": AT_14 + 2 * DAY, "reason": "Flood"}
    change_closure(closure=closure, **later, by=world.dana, now=NOW)
    find_disruptions(now=NOW)
    assert the_disruption().answer == Answer.OVER
    change_closure(closure=closure, **{**later, "starts": AT_14 - HOUR}, by=world.dana, now=NOW)
    assert find_disruptions(now=NOW) == 1
    remove_closure(closure=closure, by=world.dana, now=NOW)
    find_disruptions(now=NOW)
    assert not Disruption.objects.filter(answered_at=None).exists()
    assert len(told()) == len(told("disruption-over")) == 2


def test_another_cause_takes_its_place_without_a_second_message(world: World) -> None:
    a_booking(world)
    closure = shut(world)
    find_disruptions(now=NOW)
    lockout = locked(world)
    remove_closure(closure=closure, by=world.dana, now=NOW)
    assert find_disruptions(now=NOW) == 0
    found = the_disruption()
    assert (found.lockout, found.closure, found.why) == (lockout, None, "Spindle worn")
    assert len(told()) == 1 and not told("disruption-over")


def test_unanswered_until_the_start_the_booking_stays_and_the_question_ends(world: World) -> None:
    booking = a_booking(world)
    shut(world)
    find_disruptions(now=NOW)
    find_disruptions(now=AT_14 + MINUTE)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED
    assert the_disruption().answer == Answer.OVER
    assert not told("disruption-over")


def test_what_its_member_changed_unasked_is_settled_in_silence(world: World) -> None:
    moved = a_booking(world, starts=AT_14 + HOUR / 2, hours=0.5)
    cancelled = a_booking(world, hours=0.5)
    shut(world)
    find_disruptions(now=NOW)
    later = NOW + MINUTE
    ahead = {"starts": AT_14 + 5 * HOUR, "ends": AT_14 + 6 * HOUR}
    move(booking=moved, **ahead, by=world.alice, now=later)
    cancel(booking=cancelled, by=world.alice, now=later)
    find_disruptions(now=later)
    answers = {row.booking: row.answer for row in Disruption.objects.all()}
    assert answers == {moved: Answer.OVER, cancelled: Answer.RELEASED}
    assert not told("disruption-over")


# --- the ways out ------------------------------------------------------------------------------


def test_a_free_sibling_comes_first_and_then_the_nearest_times(world: World) -> None:
    booking = a_booking(world)
    locked(world)
    ways = alternatives_to(booking, NOW)
    assert [(way.machine, way.slot.starts) for way in ways.siblings] == [(world.mill, AT_14)]
    # the router is locked out, so all times are the mill's, the nearest being tomorrow's same hour
    assert {way.machine for way in ways.times} == {world.mill}
    nearest = [abs(way.slot.starts - AT_14) for way in ways.times]
    assert len(nearest) == 3 and nearest == sorted(nearest)
    assert all(way.slot.length == HOUR for way in (*ways.siblings, *ways.times))


def test_times_keep_clear_of_the_closure_and_of_other_bookings(world: World) -> None:
    booking = a_booking(world)
    a_booking(world, starts=AT_14 + 2 * HOUR)
    shut(world)
    ways = alternatives_to(booking, NOW)
    assert not ways.siblings
    assert ways.times
    for way in ways.times:
        assert way.slot.starts >= AT_14 + 105 * MINUTE or way.slot.ends <= AT_14 - 15 * MINUTE


def test_the_ways_out_cost_the_same_for_two_machines_and_for_twenty(world: World) -> None:
    booking = a_booking(world)
    locked(world)
    counts = []
    for more in (0, 18):
        for number in range(more):
            a_machine(f"Router {number}", world.tool_class, world.space)
        with CaptureQueriesContext(connection) as asked:
            alternatives_to(booking, NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 3


# --- answering ---------------------------------------------------------------------------------


def test_taking_the_sibling_moves_the_booking(world: World) -> None:
    booking = a_booking(world)
    locked(world)
    find_disruptions(now=NOW)
    found = the_disruption()
    answer_disruption(disruption=found, to=(world.mill, AT_14), by=world.alice, now=NOW)
    booking.refresh_from_db()
    found.refresh_from_db()
    assert (booking.machine, booking.starts) == (world.mill, AT_14)
    assert (found.answer, found.answered_by) == (Answer.SIBLING, world.alice)
    assert find_disruptions(now=NOW) == 0


def test_short_notice_is_not_held_against_its_member(world: World) -> None:
    booking = a_booking(world)
    notice = {"notice_minutes": 24 * 60, "move_notice_minutes": 24 * 60}
    type(world.tool_class).objects.update(**notice, cancel_notice_minutes=24 * 60)
    locked(world)
    find_disruptions(now=NOW)
    to = (world.mill, AT_14 + HOUR)
    answer_disruption(disruption=the_disruption(), to=to, by=world.alice, now=NOW)
    booking.refresh_from_db()
    assert booking.machine == world.mill
    assert the_disruption().answer == Answer.TIME


def test_what_is_given_back_is_never_late(world: World) -> None:
    booking = a_booking(world)
    type(world.tool_class).objects.update(cancel_notice_minutes=24 * 60)
    locked(world)
    find_disruptions(now=NOW)
    answer_disruption(disruption=the_disruption(), by=world.alice, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, booking.late) == (Booking.State.CANCELLED, False)
    assert the_disruption().answer == Answer.RELEASED


def test_every_other_rule_still_judges_and_nothing_is_half_written(world: World) -> None:
    booking = a_booking(world)
    locked(world)
    find_disruptions(now=NOW)
    refused = [(world.router, AT_14 + HOUR), (world.mill, AT_14 + 400 * DAY)]
    for to in refused:
        with pytest.raises(Refused):
            answer_disruption(disruption=the_disruption(), to=to, by=world.alice, now=NOW)
    booking.refresh_from_db()
    assert booking.starts == AT_14 and the_disruption().answered_at is None


def test_it_is_answered_once(world: World) -> None:
    a_booking(world)
    locked(world)
    find_disruptions(now=NOW)
    answer_disruption(disruption=the_disruption(), by=world.alice, now=NOW)
    with pytest.raises(Refused, match="disruption-settled"):
        answer_disruption(
            disruption=the_disruption(), to=(world.mill, AT_14), by=world.dana, now=NOW
        )


def test_no_free_ride_once_the_cause_is_gone(world: World) -> None:
    a_booking(world)
    lockout = locked(world)
    find_disruptions(now=NOW)
    clear_lockout(lockout=lockout, by=world.dana, now=NOW)
    with pytest.raises(Refused, match="disruption-settled"):
        answer_disruption(
            disruption=the_disruption(), to=(world.mill, AT_14), by=world.alice, now=NOW
        )
