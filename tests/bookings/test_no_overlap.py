"""NoOverlap holds in the database itself, whatever Django does to the table."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from bookings.constraints import NoOverlap
from bookings.models import Booking
from tests.bookings.people import AT_14, HOUR
from tests.people import NOW, World


def a_claim(world: World, starts: float, ends: float, buffer: float = 0, **given: Any) -> Booking:
    """Written past all rules; hours are counted from 14:00."""
    until = AT_14 + ends * HOUR
    return Booking.objects.create(
        **{
            "machine": world.router,
            "member": world.alice,
            "starts": AT_14 + starts * HOUR,
            "ends": until,
            "blocked_until": until + buffer * HOUR,
            "created_at": NOW,
            "updated_at": NOW,
            **given,
        }
    )


def is_refused(claim: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            claim()
    except IntegrityError as error:
        assert "bookings_booking_no_overlap" in str(error)
        return True
    return False


@pytest.mark.parametrize(
    ("starts", "ends", "refused"),
    [
        (0, 1, True),
        (-1, 0.01, True),
        (0.99, 2, True),
        (0.25, 0.75, True),
        (-1, 2, True),
        (-1, 0, False),  # half-open: one ends where the next begins
        (1, 2, False),
    ],
)
def test_two_claims_never_share_an_instant(
    world: World, starts: float, ends: float, refused: bool
) -> None:
    a_claim(world, 0, 1)
    assert is_refused(lambda: a_claim(world, starts, ends)) is refused


def test_the_buffer_is_claimed_too(world: World) -> None:
    a_claim(world, 0, 1, buffer=0.25)
    assert is_refused(lambda: a_claim(world, 1, 2))
    assert not is_refused(lambda: a_claim(world, 1.25, 2))
    assert is_refused(lambda: a_claim(world, -1, -0.1, buffer=0.25))


def test_another_machine_and_what_does_not_hold_are_no_matter(world: World) -> None:
    a_claim(world, 0, 1)
    assert not is_refused(lambda: a_claim(world, 0, 1, machine=world.mill))
    gone = {"holds": False, "state": Booking.State.CANCELLED}
    assert not is_refused(lambda: a_claim(world, 0, 1, **gone))


@pytest.mark.parametrize(
    "change",
    [
        {"starts": AT_14 + HOUR / 2},
        {"holds": True},
        {"blocked_until": AT_14 + HOUR / 4},
    ],
)
def test_a_change_is_guarded_like_a_new_row(world: World, change: dict[str, Any]) -> None:
    a_claim(world, 0, 1)
    other = a_claim(world, -1, 0)
    if "holds" in change:
        Booking.objects.filter(pk=other.pk).update(holds=False)
        Booking.objects.filter(pk=other.pk).update(
            starts=AT_14, ends=AT_14 + HOUR, blocked_until=AT_14 + HOUR
        )
    elif "starts" in change:
        change = {**change, "ends": AT_14 + HOUR, "blocked_until": AT_14 + HOUR}
    assert is_refused(lambda: Booking.objects.filter(pk=other.pk).update(**change))


def test_a_row_does_not_stand_in_its_own_way(world: World) -> None:
    claim = a_claim(world, 0, 1)
    claim.ends = claim.blocked_until = AT_14 + 2 * HOUR
    claim.save()


def test_forms_hear_of_it_before_the_database(world: World) -> None:
    a_claim(world, 0, 1)
    late = Booking(
        machine=world.router,
        starts=AT_14 + HOUR / 2,
        ends=AT_14 + 2 * HOUR,
        blocked_until=AT_14 + 2 * HOUR,
    )
    constraint = Booking._meta.constraints[0]
    with pytest.raises(ValidationError, match="Someone else has this machine then"):
        constraint.validate(Booking, late)
    late.holds = False
    constraint.validate(Booking, late)


def test_two_bookings_swap_by_letting_go_first(world: World) -> None:
    first, second = a_claim(world, 0, 1), a_claim(world, 1, 3)
    swapped = [(first, AT_14 + 2 * HOUR, AT_14 + 3 * HOUR), (second, AT_14, AT_14 + 2 * HOUR)]
    both = Booking.objects.filter(pk__in=[first.pk, second.pk])
    with transaction.atomic():
        both.update(holds=False)
        for claim, starts, ends in swapped:
            Booking.objects.filter(pk=claim.pk).update(starts=starts, ends=ends, blocked_until=ends)
        both.update(holds=True)
    assert is_refused(lambda: a_claim(world, 2.5, 4))


def test_the_constraint_is_equal_by_name_and_words() -> None:
    assert NoOverlap(name="a") == NoOverlap(name="a") != NoOverlap(name="b")
    assert NoOverlap(name="a") != models.UniqueConstraint(fields=["x"], name="a")


# --- the table is remade, on both databases ------------------------------------------------------

REMAKE = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from bookings.models import Booking
from tests.bookings.test_no_overlap import a_claim, is_refused
from tests.people import a_world

call_command("migrate", verbosity=0)
world = a_world()
a_claim(world, 0, 1)
state = MigrationLoader(connection).project_state()

def migrate(operation):
    global state
    before, state = state, state.clone()
    operation.state_forwards("bookings", state)
    with connection.schema_editor() as editor:
        operation.database_forwards("bookings", editor, before, state)

def report(what):
    print(what, is_refused(lambda: a_claim(world, 0.5, 2)))

migrate(migrations.AlterField("booking", "note", models.CharField(max_length=81, blank=True)))
report("after AlterField")
migrate(migrations.RemoveConstraint("booking", "bookings_booking_no_overlap"))
report("after RemoveConstraint")
Booking.objects.last().delete()
migrate(migrations.AddConstraint("booking", Booking._meta.constraints[0]))
report("after AddConstraint")
print("half-open", is_refused(lambda: a_claim(world, 1, 2)))
"""
EXPECTED = [
    "after AlterField True",
    "after RemoveConstraint False",
    "after AddConstraint True",
    "half-open False",
]


def in_own_process(code: str, url: str) -> list[str]:
    """What a process of its own says, on a database of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    finished = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_it_outlives_django_remaking_the_table_on_sqlite(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "remade.sqlite3")
    assert in_own_process(REMAKE, f"sqlite:///{tmp_path}/remade.sqlite3") == EXPECTED


@pytest.mark.postgres
def test_it_holds_on_postgresql_as_well(new_postgres_url: Callable[[str], str]) -> None:
    assert in_own_process(REMAKE, new_postgres_url("remade")) == EXPECTED
