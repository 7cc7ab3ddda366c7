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


def test_what_happens_while_one_is_at_it_is_told(world: World) -> None:
    world.mill.has_interlock, world.mill.feedback = True, "current"
    told = texts(world)
    assert "a tap in the last 10 minutes extends by 15 min" in told
    assert "Nothing runs for 10 min?" in told
    assert "Your time is kept for 20 min" in told


def test_what_nothing_can_sense_is_not_promised(world: World) -> None:
    world.mill.has_interlock = True
    told = texts(world)
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
