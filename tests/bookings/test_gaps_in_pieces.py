"""A gap of which a member may have a part only: the board says where, and why not elsewhere."""

from datetime import time, timedelta

import pytest

from bookings.availability import load_board, load_week
from bookings.models import PlanLimit, PolicyWindow
from equipment.models import Machine, Shared
from members.models import Plan
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.people import NOW, World, a_certification

END = NOW + timedelta(hours=6)  # 19:30


@pytest.fixture
def _air(world: World) -> None:
    """The router and the mill share it, and Charlie has the mill from 15:00 to 17:00."""
    Shared.objects.create(name="Air").machines.set([world.router, world.mill])
    a_certification(world.charlie, world.certification)
    a_booking(
        world, member=world.charlie, machine=world.mill, starts=AT_14 + HOUR, ends=AT_14 + 3 * HOUR
    )


@pytest.fixture
def _kept(world: World) -> None:
    """Tuesdays from 15:00 to 17:00 are for another plan."""
    PolicyWindow.objects.create(
        tool_class=world.tool_class,
        kind="kept",
        weekday=1,
        opens=time(15),
        closes=time(17),
        plan=Plan.objects.create(name="Pro", slug="pro"),
    )


@pytest.fixture
def _elsewhere(world: World) -> None:
    """Alice has the mill from 15:00 to 17:00, and may have one machine at a time."""
    PlanLimit.objects.create(tool_class=world.tool_class, measure="at-once", amount=1)
    a_booking(world, machine=world.mill, starts=AT_14 + HOUR, ends=AT_14 + 3 * HOUR)


@pytest.fixture
def _nothing(world: World) -> None:
    """Alice has the mill from 15:00 to 17:00, which is in nobody's way."""
    a_booking(world, machine=world.mill, starts=AT_14 + HOUR, ends=AT_14 + 3 * HOUR)


def router(world: World) -> Machine:
    rows = Machine.objects.select_related("tool_class__requires", "space")
    return rows.get(pk=world.router.pk)


@pytest.mark.parametrize(
    ("given", "code"),
    [("_air", "shared-taken"), ("_kept", "kept-for-plan"), ("_elsewhere", "at-once")],
)
def test_the_middle_of_a_gap_says_why_not(
    world: World, given: str, code: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(given)
    machine = router(world)
    board = load_board(member=world.alice, machines=[machine], starts=NOW, ends=END, now=NOW)
    drawn = [
        (one.kind, one.starts, one.ends, [reason.code for reason in one.reasons])
        for one in board.segments(machine)
    ]
    assert drawn == [
        ("gap", NOW, AT_14 + HOUR, []),
        ("gap-no", AT_14 + HOUR, AT_14 + 3 * HOUR, [code]),
        ("gap", AT_14 + 3 * HOUR, END, []),
    ]


@pytest.mark.usefixtures("_nothing")
def test_a_gap_with_nothing_in_its_way_stays_one(world: World) -> None:
    machine = router(world)
    board = load_board(member=world.alice, machines=[machine], starts=NOW, ends=END, now=NOW)
    assert [(one.kind, one.starts, one.ends) for one in board.segments(machine)] == [
        ("gap", NOW, END)
    ]


@pytest.mark.usefixtures("_kept")
def test_the_week_adds_up_what_one_may_have(world: World) -> None:
    machine = router(world)
    week = load_week(member=world.alice, machines=[machine], edges=[NOW, END], now=NOW)
    assert week.days[machine.pk][0].free == 4 * HOUR
