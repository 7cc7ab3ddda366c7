"""The rules of a machine with an interlock, as its page tells them."""

import pytest

from access.models import Device, Peripheral
from desk.policy import rules_of
from tests.people import World, a_world


@pytest.fixture
def world(db: None) -> World:
    return a_world(idle_end_minutes=10, extend_by_tap_minutes=15, keep_minutes=20)


def texts(world: World) -> str:
    return " ".join(rule.text for rule in rules_of(world.mill))


def an_interlock(world: World, ma: int | None) -> None:
    Device.objects.create(name="mill-1", space=world.space, machine=world.mill, ma=ma)
    world.mill.has_interlock = True


def test_what_happens_while_one_is_at_it_is_told(world: World) -> None:
    an_interlock(world, ma=0)
    world.mill.feedback, world.mill.tool_class.finish_seconds = "current", 120
    told = texts(world)
    assert "a running job may finish, for at most 2 min" in told
    assert "a tap in the last 10 minutes extends by 15 min" in told
    assert "Nothing runs for 10 min?" in told
    assert "Your time is kept for 20 min" in told


@pytest.mark.parametrize(
    ("feedback", "threshold", "ma"),
    [("none", 500, 0), ("aux", 500, 0), ("current", 0, 0), ("current", 500, None)],
)
def test_what_nothing_can_sense_is_not_promised(
    world: World, feedback: str, threshold: int, ma: int | None
) -> None:
    an_interlock(world, ma)
    world.mill.feedback, world.mill.run_above_ma = feedback, threshold
    world.mill.finish_fixed_seconds, world.mill.tool_class.finish_seconds = 30, 120
    told = texts(world)
    assert "it stays on for 30 s, unless somebody is next" in told
    assert "a running job" not in told
    assert "extends by" not in told
    assert "Nothing runs" not in told
    assert "kept for 20 min" in told


def test_without_an_interlock_nothing_of_it_is(world: World) -> None:
    assert "kept for" not in texts(world)


def test_what_runs_with_it_is_told(world: World) -> None:
    device = Device.objects.create(name="extractor-1", space=world.space)
    Peripheral.objects.create(name="Extractor", device=device).machines.add(world.mill)
    world.mill.has_interlock = True
    assert "Extractor starts with it and runs on for 60 s." in texts(world)
