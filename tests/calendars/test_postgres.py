"""The one statement that finds a feed, and what follows it, on the other database."""

from collections.abc import Callable

import pytest

from tests.bookings.test_no_overlap import in_own_process

SCENE = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.db import connection
call_command("migrate", verbosity=0)

from django.utils import timezone
from equipment.models import Lockout, MachineClosure
from members.models import Closure
from tests.calendars.feeds import HOUR, Kind, a_booking, a_feed, path
from tests.people import a_certification, a_world

now = timezone.now()
world = a_world(now)
feeds = {kind: a_feed(world, kind, world.charlie) for kind in Kind}
days = {"starts": now + 2 * HOUR, "ends": now + 4 * HOUR}

def change(n):
    for m, purpose in enumerate(("use", "induction", "maintenance")):
        starts = now + (n * 20 + m * 2) * HOUR
        a_booking(world, starts, purpose=purpose, member=world.charlie)
    Lockout.objects.create(machine=world.mill, why="It slips", since=now)
    Closure.objects.create(space=world.space, reason="Party", **days)
    MachineClosure.objects.create(machine=world.mill, reason="Service", **days)

client, tags = Client(SERVER_NAME="localhost"), {}
for n in (1, 2):
    change(n)
    if n == 2:
        a_certification(world.charlie, world.certification, until=now + 99 * HOUR, now=now)
    for kind, feed in feeds.items():
        response = client.get(path(feed))
        assert response.status_code == 200 and response["ETag"] != tags.get(kind), kind
        tags[kind] = response["ETag"]
        with CaptureQueriesContext(connection) as queries:
            again = client.get(path(feed), headers={"if-none-match": tags[kind]})
        print(kind, again.status_code, len(queries), response.content.count(b"BEGIN:VEVENT"))
"""


@pytest.mark.postgres
def test_every_kind_is_found_and_told(new_postgres_url: Callable[[str], str]) -> None:
    lines = in_own_process(SCENE, new_postgres_url("feeds"))
    seen = {}
    for line in lines:
        kind, *told = line.split()
        seen.setdefault(kind, []).append(tuple(map(int, told)))
    assert seen == {
        "mine": [(304, 1, 3), (304, 1, 6)],
        "machine": [(304, 1, 3), (304, 1, 6)],
        "class": [(304, 1, 3), (304, 1, 6)],
        "space": [(304, 1, 3), (304, 1, 6)],
        "maintenance": [(304, 1, 4), (304, 1, 8)],
        "inductions": [(304, 1, 1), (304, 1, 0)],  # certified meanwhile
        "sessions": [(304, 1, 1), (304, 1, 2)],
        "certifications": [(304, 1, 0), (304, 1, 1)],
    }
