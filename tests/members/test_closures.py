"""Closing spaces and machines, by hand and by outside calendars; and their weekly hours."""

import uuid
from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.models import MachineClosure
from equipment.services.closures import close_machine, replace_machine_closures
from members.models import Change, Closure, OpeningHours
from members.services.closures import (
    Stretch,
    change_closure,
    close_space,
    remove_closure,
    replace_closures,
)
from members.services.hours import Weekly, set_opening_hours
from tests.people import NOW, World, a_world

HOUR = timedelta(hours=1)
SOURCE = uuid.UUID("11111111-1111-4111-8111-111111111111")


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def a_stretch(hours: float, reason: str = "School") -> Stretch:
    """An hour that begins so many hours after NOW."""
    return Stretch(NOW + hours * HOUR, NOW + (hours + 1) * HOUR, reason)


def stretches(world: World) -> list[Stretch]:
    rows = Closure.objects.filter(space=world.space)
    return [Stretch(*row) for row in rows.values_list("starts", "ends", "reason")]


def test_a_space_is_closed_changed_and_opened_again_with_one_change_each(world: World) -> None:
    told = {"by": world.dana, "now": NOW}
    closure = close_space(space=world.space, **a_stretch(5)._asdict(), **told)
    change_closure(closure=closure, **a_stretch(6, "Party")._asdict(), **told)
    assert stretches(world) == [a_stretch(6, "Party")]
    remove_closure(closure=closure, **told)
    assert stretches(world) == []
    changes = Change.objects.filter(subject_kind="members.Closure")
    assert [change.verb for change in changes] == [
        "close_space",
        "change_closure",
        "remove_closure",
    ]
    assert changes[1].before["reason"] == "School" and changes[1].after["reason"] == "Party"


def test_a_machine_is_closed_by_itself(world: World) -> None:
    close_machine(machine=world.router, **a_stretch(5)._asdict(), by=world.dana, now=NOW)
    assert world.router.closures.count() == 1
    assert not world.mill.closures.exists() and not stretches(world)
    assert Change.objects.get().verb == "close_machine"


def test_an_outside_calendar_is_made_equal_and_twice_is_once(world: World) -> None:
    asked = {"source": SOURCE, "space": world.space, "now": NOW}
    assert replace_closures(stretches=[a_stretch(1), a_stretch(1), a_stretch(3)], **asked) == 2
    kept = Closure.objects.get(starts=NOW + HOUR).pk
    assert replace_closures(stretches=[a_stretch(3), a_stretch(1)], **asked) == 0
    assert replace_closures(stretches=[a_stretch(1), a_stretch(5)], **asked) == 2
    assert stretches(world) == [a_stretch(1), a_stretch(5)]
    assert Closure.objects.get(starts=NOW + HOUR).pk == kept
    assert Change.objects.filter(verb="replace_closures").count() == 2


def test_it_touches_nothing_made_by_hand_or_read_elsewhere_or_over(world: World) -> None:
    close_space(space=world.space, **a_stretch(5, "Party")._asdict(), by=world.dana, now=NOW)
    replace_closures(source=uuid.uuid4(), space=world.space, stretches=[a_stretch(7)], now=NOW)
    before = NOW - 9 * HOUR
    replace_closures(source=SOURCE, space=world.space, stretches=[a_stretch(-4)], now=before)
    replace_closures(source=SOURCE, space=world.space, stretches=[], now=NOW)
    assert stretches(world) == [a_stretch(-4), a_stretch(5, "Party"), a_stretch(7)]


def test_a_thousand_stretches_are_written_in_short_transactions(world: World) -> None:
    many = [a_stretch(2 * number) for number in range(1000)]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        replace_machine_closures(source=SOURCE, machine=world.router, stretches=many, now=NOW)
    assert MachineClosure.objects.count() == 1000
    inserts = [query for query in asked if 'INSERT INTO "equipment_machineclosure' in query["sql"]]
    assert len(inserts) >= 5
    with CaptureQueriesContext(connection) as asked:
        replace_machine_closures(source=SOURCE, machine=world.router, stretches=many, now=NOW)
    assert len(asked) == 1  # nothing has changed: one look


def test_weekly_hours_are_replaced_whole_and_the_same_again_is_no_change(world: World) -> None:
    weekly = [Weekly(0, time(10), time(13)), Weekly(0, time(14), time(2))]
    for _twice in range(2):
        set_opening_hours(space=world.space, weekly=weekly, by=world.dana, now=NOW)
    assert OpeningHours.objects.filter(space=world.space).count() == 2
    assert Change.objects.get().after == {"weekly": [[0, "10:00", "13:00"], [0, "14:00", "02:00"]]}
