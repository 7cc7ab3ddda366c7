"""What every page reads in one statement: the same as its rooms would say themselves."""

from datetime import time, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.rules.hours import Hours, Opening, Shut
from desk.surroundings import read
from members.models import Closure, OpeningHours, Space
from notices.models import Outbox
from notices.services import unread
from tests.desk.conftest import HOUR
from tests.people import NOW, World


def test_hours_are_those_of_the_space_in_the_week_to_come(world: World) -> None:
    annex = Space.objects.create(name="Southside", slug="southside", zone="Asia/Kathmandu")
    OpeningHours.objects.create(space=annex, weekday=1, opens=time(8), closes=time(0))
    week = timedelta(days=7)
    for starts in (NOW - 9 * HOUR, NOW - 2 * HOUR, NOW + week - HOUR, NOW + week):
        ends = starts + 9 * HOUR
        Closure.objects.create(space=annex, starts=starts, ends=ends, reason="flood")
    found = read(world.alice.pk, NOW)
    assert found.spaces == [world.space, annex]
    assert [space.zone for space in found.spaces] == [world.space.zone, "Asia/Kathmandu"]
    assert found.hours(world.space) == Hours()
    hours = found.hours(annex)
    assert hours.weekly == (Opening(1, time(8), time(0)),)
    assert set(hours.closures) == {
        Shut(starts, starts + 9 * HOUR, "flood") for starts in (NOW - 2 * HOUR, NOW + week - HOUR)
    }


def test_unread_is_counted_as_the_inbox_counts(world: World) -> None:
    for age in (timedelta(weeks=9), 2 * HOUR, HOUR, 0 * HOUR, -HOUR):
        read_at = NOW if age == 2 * HOUR else None
        Outbox.objects.create(
            to=world.alice, kind="x", key=str(age), at=NOW, shown_at=NOW - age, read_at=read_at
        )
    assert read(world.alice.pk, NOW).unread == unread(world.alice, NOW) == 2
    assert read(world.bob.pk, NOW).unread == read(None, NOW).unread == 0


def test_it_is_one_statement(world: World) -> None:
    with CaptureQueriesContext(connection) as captured:
        read(world.alice.pk, NOW)
    assert len(captured) == 1
