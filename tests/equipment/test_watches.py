"""Who asked hears once that a machine is fixed, or free before its time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.services import check_in, finish
from equipment.models import Watch
from equipment.services import clear_lockout, lock_out
from equipment.services.watches import watch
from notices.models import Outbox
from tests.bookings.people import HOUR, a_booking
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world()


def told():
    rows = Outbox.objects.filter(kind__in=["machine-fixed", "machine-free"])
    return list(rows.values_list("to__email", "kind", "at"))


def a_lockout(world):
    return lock_out(machine=world.router, why="rattles", by=world.dana, now=NOW)


def test_who_asked_hears_once_that_it_is_fixed(world):
    for person in (world.alice, world.alice, world.bob):
        watch(machine=world.router, member=person, now=NOW)
    lockout = a_lockout(world)
    for _twice in range(2):
        clear_lockout(lockout=lockout, by=world.dana, now=NOW + HOUR)
    assert sorted(told()) == [
        ("alice@example.org", "machine-fixed", NOW + HOUR),
        ("bob@example.org", "machine-fixed", NOW + HOUR),
    ]
    assert not Watch.objects.exists()


def test_nobody_hears_so_while_another_lockout_stands(world):
    watch(machine=world.router, member=world.alice, now=NOW)
    first, second = a_lockout(world), a_lockout(world)
    clear_lockout(lockout=first, by=world.dana, now=NOW)
    assert told() == []
    clear_lockout(lockout=second, by=world.dana, now=NOW)
    assert len(told()) == 1


def running(world):
    booking = a_booking(world, starts=NOW, ends=NOW + 2 * HOUR)
    return check_in(booking=booking, by=world.alice, now=NOW, tap=True)


def test_who_asked_hears_that_it_is_free_before_its_time(world):
    watch(machine=world.router, member=world.bob, now=NOW)
    finish(booking=running(world), by=world.alice, now=NOW + HOUR)
    assert told() == [("bob@example.org", "machine-free", NOW + HOUR)]


def test_it_is_free_only_after_its_buffer():
    world = a_world(buffer_minutes=15)
    watch(machine=world.router, member=world.bob, now=NOW)
    finish(booking=running(world), by=world.alice, now=NOW + HOUR)
    assert [at for _to, _kind, at in told()] == [NOW + HOUR + timedelta(minutes=15)]


def test_the_next_booking_is_told_with_it(world):
    watch(machine=world.router, member=world.bob, now=NOW)
    a_booking(world, starts=NOW + 3 * HOUR, ends=NOW + 4 * HOUR)
    finish(booking=running(world), by=world.alice, now=NOW + HOUR)
    assert Outbox.objects.get(kind="machine-free").context["until"] == (NOW + 3 * HOUR).isoformat()


def test_nobody_is_called_to_a_machine_that_is_locked_out(world):
    watch(machine=world.router, member=world.bob, now=NOW)
    booking = running(world)
    a_lockout(world)
    finish(booking=booking, by=world.alice, now=NOW + HOUR)
    assert told() == [] and Watch.objects.exists()


# --- the button ----------------------------------------------------------------------------------


def test_the_page_offers_it_while_the_machine_is_not_free(world, client):
    client.force_login(world.bob)
    words = "Tell me when it is fixed or free"
    assert words not in client.get("/machines/cnc-router/").content.decode()
    lock_out(machine=world.router, why="rattles", by=world.dana, now=timezone.now())
    assert words in client.get("/machines/cnc-router/").content.decode()
    assert client.post("/machines/cnc-router/watch/").url == "/machines/cnc-router/"
    assert Watch.objects.get().member == world.bob
    assert "Do not tell me any more" in client.get("/machines/cnc-router/").content.decode()
    client.post("/machines/cnc-router/unwatch/")
    assert not Watch.objects.exists()


@pytest.mark.parametrize("what", ["watch", "unwatch"])
def test_it_takes_a_post_of_somebody_signed_in_about_a_machine_there_is(world, client, what):
    assert client.post(f"/machines/cnc-router/{what}/").url.startswith("/account/login/")
    client.force_login(world.bob)
    assert client.get(f"/machines/cnc-router/{what}/").status_code == 405
    assert client.post(f"/machines/nothing/{what}/").status_code == 404
    assert not Watch.objects.exists()
