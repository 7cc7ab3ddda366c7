"""What machines share is never used by more than it has room for; and quotas where they meet it."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from bookings import services
from bookings.errors import Refused
from bookings.models import PlanLimit
from equipment.models import Shared
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World, a_certification


@pytest.fixture
def extractor(world: World) -> Shared:
    """One for the router and the mill."""
    extractor = Shared.objects.create(name="Extractor")
    extractor.machines.set([world.router, world.mill])
    a_certification(world.charlie, world.certification)
    return extractor


def test_one_of_two_machines_runs_at_a_time(world: World, extractor: Shared) -> None:
    a_booking(world)
    with pytest.raises(Refused, match="shared-taken"):
        a_booking(world, member=world.charlie, machine=world.mill)
    a_booking(world, member=world.charlie, machine=world.mill, starts=AT_14 + HOUR)


def test_with_room_for_two_both_run(world: World, extractor: Shared) -> None:
    Shared.objects.update(capacity=2)
    a_booking(world)
    a_booking(world, member=world.charlie, machine=world.mill)


def test_what_lapsed_shares_nothing(world: World, extractor: Shared) -> None:
    world.router.has_interlock = True
    world.router.tool_class.no_show_minutes = 15
    a_booking(world)
    later = AT_14 + 20 * MINUTE
    assert (
        services.walk_up(member=world.charlie, machine=world.mill, by=world.charlie, now=later).ends
        > later
    )


def test_a_booking_moves_within_what_it_shares(world: World, extractor: Shared) -> None:
    booking = a_booking(world)
    moved = services.move(
        booking=booking,
        machine=world.mill,
        starts=AT_14,
        ends=AT_14 + HOUR,
        by=world.alice,
        now=NOW,
    )
    assert moved.machine == world.mill


def test_a_walk_up_ends_where_the_time_of_the_week_does(world: World) -> None:
    PlanLimit.objects.create(
        tool_class=world.tool_class, measure="minutes", period="week", amount=100
    )
    a_booking(world, starts=AT_14 + 24 * HOUR)
    booking = services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)
    assert booking.ends - booking.starts == timedelta(minutes=40)


def test_a_walk_up_without_any_time_left_is_refused(world: World) -> None:
    PlanLimit.objects.create(
        tool_class=world.tool_class, measure="minutes", period="week", amount=60
    )
    a_booking(world, starts=AT_14 + 24 * HOUR)
    with pytest.raises(Refused, match="minutes-a-week"):
        services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)


def test_a_move_within_ones_own_quota_is_free(world: World) -> None:
    PlanLimit.objects.create(
        tool_class=world.tool_class, measure="bookings", period="week", amount=1
    )
    booking = a_booking(world)
    with pytest.raises(Refused, match="bookings-a-week"):
        a_booking(world, starts=AT_14 + 24 * HOUR)
    services.move(
        booking=booking,
        starts=AT_14 + 24 * HOUR,
        ends=AT_14 + 25 * HOUR,
        by=world.alice,
        now=NOW,
    )


RACE = """
import sys, threading
import django; django.setup()
from django.core.management import call_command; call_command("migrate", verbosity=0)
from django.db import connection
from bookings.errors import Refused
from equipment.models import Shared
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.people import a_certification, a_world
world = a_world()
a_certification(world.charlie, world.certification)
Shared.objects.create(name="Extractor").machines.set([world.router, world.mill])
won, gate = [], threading.Barrier(2)
def race(member, machine, day):
    gate.wait()
    try:
        won.append((day, a_booking(world, member=member, machine=machine,
                                   starts=AT_14 + 24 * day * HOUR).pk))
    except Refused as refused:
        assert str(refused) == "shared-taken", refused
    connection.close()
for day in range(4):
    pairs = ((world.alice, world.router), (world.charlie, world.mill))
    threads = [threading.Thread(target=race, args=(*pair, day)) for pair in pairs]
    [thread.start() for thread in threads]; [thread.join() for thread in threads]
print(sorted(day for day, _ in won))
"""


def test_two_who_race_for_what_is_shared_do_not_both_win(
    new_postgres_url: Callable[[str], str],
) -> None:
    given = {"DATABASE_URL": new_postgres_url("sharing")}
    done = subprocess.run(
        [sys.executable, "-c", RACE],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[0, 1, 2, 3]", done.stderr[-2000:]
