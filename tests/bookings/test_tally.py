"""Every change of a machine's bookings is counted, by the database, whoever makes it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F

from bookings import services
from bookings.counting import Counted
from bookings.models import Booking, Tally
from bookings.services.expiry import close_over, lapse_stale
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.bookings.test_no_overlap import a_claim, in_own_process
from tests.people import NOW, World


def counts(*machines: Any) -> list[int]:
    rows = dict(Tally.objects.values_list("machine", "changes"))
    return [rows.get(machine.pk, 0) for machine in machines]


def test_a_machine_never_booked_has_none(world: World) -> None:
    assert not Tally.objects.exists()


def test_what_the_services_do_is_counted(world: World) -> None:
    booking = a_booking(world)
    assert counts(world.router, world.mill) == [1, 0]
    services.extend(booking=booking, ends=AT_14 + 2 * HOUR, by=world.alice, now=NOW)
    assert counts(world.router, world.mill) == [2, 0]
    services.cancel(booking=booking, by=world.alice, now=NOW)
    assert counts(world.router, world.mill) == [3, 0]


def test_a_move_to_another_machine_counts_for_both(world: World) -> None:
    booking = a_booking(world)
    times = {"starts": booking.starts, "ends": booking.ends}
    services.move(booking=booking, machine=world.mill, by=world.alice, now=NOW, **times)
    assert counts(world.router, world.mill) == [2, 1]


def test_a_no_show_is_counted(world: World) -> None:
    a_claim(world, 0, 1, lapses_at=AT_14 + 15 * MINUTE)
    assert lapse_stale(now=AT_14 + 20 * MINUTE) == 1
    assert counts(world.router) == [2]


def test_what_no_service_wrote_is_counted_too(world: World) -> None:
    a_claim(world, 0, 1)
    a_claim(world, 0, 1, machine=world.mill)
    Booking.objects.update(sequence=F("sequence") + 1)
    assert counts(world.router, world.mill) == [2, 2]


def test_a_booking_that_is_merely_over_says_the_same_as_before(world: World) -> None:
    a_claim(world, 0, 1)
    assert close_over(now=AT_14 + 3 * HOUR) == 1
    assert counts(world.router) == [1]


def test_two_declarations_are_equal_by_name() -> None:
    assert Counted(name="a") == Counted(name="a") != Counted(name="b")
    assert len({Counted(name="a"), Counted(name="a")}) == 1


# --- the table is remade, on both databases ------------------------------------------------------

REMAKE = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from bookings.counting import Counted
from bookings.models import Booking, Tally
from tests.bookings.test_no_overlap import a_claim
from tests.people import a_world

call_command("migrate", verbosity=0)
world = a_world()
claim = a_claim(world, 0, 1)
state = MigrationLoader(connection).project_state()

def migrate(operation):
    global state
    before, state = state, state.clone()
    operation.state_forwards("bookings", state)
    with connection.schema_editor() as editor:
        operation.database_forwards("bookings", editor, before, state)

def report(what):
    Booking.objects.update(sequence=models.F("sequence") + 1)
    print(what, *Tally.objects.order_by("machine__name").values_list("changes", flat=True))

migrate(migrations.AlterField("booking", "note", models.CharField(max_length=81, blank=True)))
report("after AlterField")
migrate(migrations.RemoveConstraint("booking", "bookings_booking_counted"))
report("after RemoveConstraint")
migrate(migrations.AddConstraint("booking", Counted(name="bookings_booking_counted")))
report("after AddConstraint")
Booking.objects.update(machine=world.mill)
report("after a move")
"""
EXPECTED = [
    "after AlterField 2",
    "after RemoveConstraint 2",
    "after AddConstraint 3",
    "after a move 2 4",
]


def test_it_outlives_django_remaking_the_table_on_sqlite(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "remade.sqlite3")
    assert in_own_process(REMAKE, f"sqlite:///{tmp_path}/remade.sqlite3") == EXPECTED


@pytest.mark.postgres
def test_it_counts_on_postgresql_as_well(new_postgres_url: Callable[[str], str]) -> None:
    assert in_own_process(REMAKE, new_postgres_url("counted")) == EXPECTED
