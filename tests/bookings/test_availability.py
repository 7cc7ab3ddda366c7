"""The board: what a member sees of a day, in a fixed number of statements."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.availability import Segment, load_board, load_week
from bookings.models import Booking
from equipment.models import Lockout, Machine, MachineClosure, ToolClass
from members.models import Closure, Member, OpeningHours, StaffedHours
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World, a_machine, a_tool_class

DAY = datetime(2026, 11, 23, 23, tzinfo=UTC)  # midnight in Berlin
QUERIES = 3


def machines() -> list[Machine]:
    return list(Machine.objects.select_related("tool_class__requires", "space"))


def a_day(world: World, member: Member | None, machine: Machine | None = None) -> list[Segment]:
    """Tuesday from 8:00 to 22:00 on the router, or on another machine."""
    starts, ends = DAY + 8 * HOUR, DAY + 22 * HOUR
    board = load_board(member=member, machines=machines(), starts=starts, ends=ends, now=NOW)
    return board.segments(machine or world.router)


def drawn(found: list[Segment]) -> list[tuple[str, str]]:
    """As (kind, local start); every stretch follows on the one before."""
    for one, next_one in zip(found, found[1:], strict=False):
        assert one.ends == next_one.starts
    return [(segment.kind, f"{segment.starts + HOUR:%H:%M}") for segment in found]


def test_a_free_day_is_past_and_then_a_gap(world: World) -> None:
    found = a_day(world, world.alice)
    assert drawn(found) == [("past", "08:00"), ("gap", "13:30")]
    assert found[-1].first is not None
    assert found[-1].first.starts == NOW


def test_own_bookings_and_others_are_told_apart(world: World) -> None:
    booking = a_booking(world, note="lamp")
    assert drawn(a_day(world, world.alice))[2] == ("mine", "14:00")
    seen_by_bob = a_day(world, world.bob)[2]
    assert (seen_by_bob.kind, seen_by_bob.claim and seen_by_bob.claim.who) == ("other", "Alice M.")
    assert seen_by_bob.claim and seen_by_bob.claim.public_id == booking.public_id


@pytest.mark.parametrize(
    ("who", "note"), [("alice", "lamp"), ("bob", ""), ("dana", "lamp"), (None, "")]
)
def test_a_note_is_for_its_owner_and_staff(world: World, who: str | None, note: str) -> None:
    a_booking(world, note="lamp")
    claim = a_day(world, getattr(world, who) if who else None)[2].claim
    assert claim is not None
    assert claim.note == note


def test_buffer_hours_and_closures_stand_between(world: World) -> None:
    world.tool_class.buffer_minutes = 15
    world.tool_class.save()
    OpeningHours.objects.create(space=world.space, weekday=1, opens="09:00", closes="20:00")
    Closure.objects.create(
        space=world.space, starts=DAY + 18 * HOUR, ends=DAY + 19 * HOUR, reason="Fire drill"
    )
    a_booking(world)
    found = a_day(world, world.alice)
    assert drawn(found) == [
        ("closed", "08:00"),
        ("past", "09:00"),
        ("gap-no", "13:30"),  # half an hour, of which the buffer takes a quarter
        ("mine", "14:00"),
        ("buffer", "15:00"),
        ("gap", "15:15"),
        ("closed", "18:00"),
        ("gap", "19:00"),
        ("closed", "20:00"),
    ]
    assert found[2].reasons[0].code == "gap-too-short"
    assert found[6].reasons[0].params["why"] == "Fire drill"


def test_a_gap_that_is_not_for_you_says_every_reason(world: World) -> None:
    gap = a_day(world, world.charlie)[-1]
    assert (gap.kind, [reason.code for reason in gap.reasons]) == ("gap-no", ["not-certified"])


def test_a_visitor_is_told_to_sign_in(world: World) -> None:
    assert [reason.code for reason in a_day(world, None)[-1].reasons] == ["sign-in"]


def test_a_lockout_lasts_until_it_is_expected_back(world: World) -> None:
    Lockout.objects.create(
        machine=world.router, why="belt", since=NOW - HOUR, expected_until=AT_14 + HOUR
    )
    assert drawn(a_day(world, world.alice)) == [
        ("past", "08:00"),
        ("lock", "12:30"),
        ("gap", "15:00"),
    ]


def test_an_overdue_lockout_still_stands_now(world: World) -> None:
    Lockout.objects.create(
        machine=world.router, why="belt", since=NOW - HOUR, expected_until=NOW - MINUTE
    )
    assert drawn(a_day(world, world.alice)) == [
        ("past", "08:00"),
        ("lock", "12:30"),
        ("gap-no", "13:30"),
        ("gap", "13:45"),  # as the rules have it: what is expected is believed of later
    ]


def test_a_no_show_is_free_before_the_worker_comes_by(world: World) -> None:
    a_booking(world)
    Booking.objects.update(lapses_at=NOW)
    assert "mine" not in [segment.kind for segment in a_day(world, world.alice)]


def test_what_was_finished_early_was(world: World) -> None:
    Booking.objects.create(
        machine=world.router,
        member=world.bob,
        starts=NOW - 2 * HOUR,
        ends=NOW - HOUR,
        blocked_until=NOW - HOUR,
        state=Booking.State.DONE,
        holds=False,
        created_at=NOW,
        updated_at=NOW,
    )
    assert drawn(a_day(world, world.alice))[1] == ("was", "11:30")


def test_a_gap_that_goes_on_after_the_drawn_day_is_long_enough(world: World) -> None:
    starts, ends = DAY + 8 * HOUR, DAY + 22 * HOUR
    world.tool_class.shortest_minutes = 120
    world.tool_class.save()
    a_booking(world, starts=DAY + 17 * HOUR, hours=4)
    a_booking(world, starts=DAY + 24 * HOUR, hours=2)
    board = load_board(member=world.alice, machines=machines(), starts=starts, ends=ends, now=NOW)
    assert board.segments(world.router)[-1].kind == "gap"  # 21:00 to midnight, drawn until 22:00
    Booking.objects.filter(starts=DAY + 24 * HOUR).update(starts=DAY + 22.5 * HOUR)
    assert a_day(world, world.alice)[-1].kind == "gap-no"


def test_the_first_slot_respects_the_notice(world: World) -> None:
    world.tool_class.notice_minutes = 60
    world.tool_class.save()
    first = a_day(world, world.alice)[-1].first
    assert first is not None
    assert first.starts == NOW + HOUR


def test_the_board_costs_the_same_for_any_number_of_machines(world: World) -> None:
    def queries(member: Member | None) -> int:
        all_machines = machines()
        with CaptureQueriesContext(connection) as captured:
            board = load_board(
                member=member, machines=all_machines, starts=DAY, ends=DAY + 24 * HOUR, now=NOW
            )
            for machine in all_machines:
                board.segments(machine)
        return len(captured)

    few = queries(Member.objects.get(pk=world.alice.pk))
    other = a_tool_class("Wood")
    ToolClass.objects.update(most_future=None)
    world.tool_class.refresh_from_db()
    for number in range(20):
        a_machine(f"Saw {number}", other, world.space)
        a_booking(world, machine=a_machine(f"Mill {number}", world.tool_class, world.space))
    assert few == queries(Member.objects.get(pk=world.alice.pk)) == QUERIES
    assert queries(None) == QUERIES - 1


def test_a_closed_machine_is_closed_and_its_sibling_is_not(world: World) -> None:
    MachineClosure.objects.create(
        machine=world.router, starts=AT_14, ends=AT_14 + HOUR, reason="Calibration"
    )
    found = a_day(world, world.alice)
    assert drawn(found)[1:] == [("gap", "13:30"), ("shut", "14:00"), ("gap", "15:00")]
    assert found[2].reasons[0].params["why"] == "Calibration"
    assert drawn(a_day(world, world.alice, world.mill))[1:] == [("gap", "13:30")]


def test_what_is_offered_to_somebody_else_is_held(world: World) -> None:
    a_booking(world)
    Booking.objects.update(state=Booking.State.OFFERED, lapses_at=NOW + HOUR)
    assert drawn(a_day(world, world.bob))[2] == ("held", "14:00")
    assert drawn(a_day(world, world.alice))[2] == ("offer", "14:00")


def test_a_gap_beside_my_own_booking_opens_after_the_pause(world: World) -> None:
    world.tool_class.gap_minutes = 60
    world.tool_class.save()
    a_booking(world, starts=NOW + HOUR, hours=1)
    assert drawn(a_day(world, world.alice, world.mill))[1:] == [
        ("gap-no", "13:30"),
        ("gap", "16:30"),
    ]


def test_time_without_staff_is_closed_where_staff_are_asked_for(world: World) -> None:
    world.tool_class.staffed_only = True
    world.tool_class.save()
    StaffedHours.objects.create(space=world.space, weekday=1, opens="15:00", closes="19:00")
    found = a_day(world, world.alice)
    assert drawn(found) == [("closed", "08:00"), ("gap", "15:00"), ("closed", "19:00")]
    assert found[0].reasons[0].code == "not-staffed"


def test_a_reason_that_names_a_machine_names_its_own(world: World) -> None:
    world.tool_class.waitlist_only = True
    world.tool_class.save()
    for machine in (world.router, world.mill):
        reason = a_day(world, world.alice, machine)[-1].reasons[0]
        assert reason.params["machine_slug"] == machine.slug


def hours_of_a_week(world: World) -> list[float]:
    """Free hours of the router's days, with a booking that begins and ends between seconds."""
    odd = timedelta(microseconds=123457)
    Booking.objects.create(
        machine=world.router,
        member=world.bob,
        starts=AT_14 + odd,
        ends=AT_14 + HOUR + odd,
        blocked_until=AT_14 + HOUR + odd,
        created_at=NOW,
        updated_at=NOW,
    )
    edges = [DAY + n * 24 * HOUR for n in range(3)]
    week = load_week(member=world.alice, machines=[world.router], edges=edges, now=NOW)
    return [day.free / HOUR for day in week.days[world.router.pk]]


POSTGRES = """
import django; django.setup()
from django.core.management import call_command; call_command("migrate", verbosity=0)
from tests.bookings.test_availability import hours_of_a_week
from tests.people import a_world
print(*hours_of_a_week(a_world()))
"""


def test_the_week_is_the_same_on_postgresql(
    world: World, new_postgres_url: Callable[[str], str]
) -> None:
    """Each database hands out instants in its own way; no microsecond is lost on it."""
    env = {
        **os.environ,
        "DATABASE_URL": new_postgres_url("week"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", POSTGRES],
        cwd=Path(settings.BASE_DIR),
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    here = hours_of_a_week(world)
    assert [round(hours, 3) for hours in here] == [9.25, 24]
    assert done.stdout.split() == [str(hours) for hours in here], done.stderr[-2000:]
