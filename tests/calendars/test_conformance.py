"""Every kind of feed against the RFC's cardinalities, whatever people and machines are called."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.claims import kept
from calendars.models import Feed
from equipment.models import CertificationType, Lockout, Machine, MachineClosure
from members.models import Closure, Member, Space
from tests.calendars.cardinalities import flaws
from tests.calendars.feeds import HOUR, Kind, State, a_booking, a_feed, a_public_feed, path
from tests.calendars.test_ics import HOSTILE
from tests.people import NOW, a_certification

pytestmark = pytest.mark.django_db

# What a text column may hold: no lone surrogate, and no NUL, which PostgreSQL refuses.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
STORED = NAMES | st.sampled_from([each.replace("\0", "") for each in HOSTILE])


def a_full_place(world):
    """Bookings of every purpose and state, over half a year, and all that shuts a machine."""
    group = "0c7d3f8e-2a55-4d0c-9d5e-8b1a4f3e2d10"
    given = {"note": "note", "group": group}
    for n, state in enumerate(State):
        for m, purpose in enumerate(("use", "induction", "maintenance")):
            starts = NOW + timedelta(days=n * 20, hours=m * 2)
            a_booking(world, starts, state, purpose=purpose, member=world.dana, **given)
    days = {"starts": NOW + 2 * HOUR, "ends": NOW + timedelta(days=4)}
    Closure.objects.create(space=world.space, reason="Party", **days)
    MachineClosure.objects.create(machine=world.mill, reason="Service", **days)
    Lockout.objects.create(machine=world.mill, why="It slips", since=NOW)
    Lockout.objects.create(machine=world.mill, why="At once", since=NOW, cleared_at=NOW)
    a_certification(world.dana, world.certification, until=NOW + timedelta(days=9))


def rename(name):
    """Everything that has a name is called `name`, as far as it goes."""
    Member.objects.update(name=name[:80])
    Machine.objects.filter(slug="cnc-router").update(name=name[:60], place=name[:80])
    Space.objects.update(name=name[:80], address=name[:200])
    CertificationType.objects.update(name=name[:60], how_to_get=name[:120])
    Lockout.objects.update(why=name[:200])
    Closure.objects.update(reason=name[:120])
    MachineClosure.objects.update(reason=name[:120])
    kept.clear()


@pytest.fixture
def every_feed(world):
    a_full_place(world)
    own = [a_feed(world, kind, world.dana, alarm_minutes=15) for kind in Kind]
    members = [a_feed(world, kind, world.charlie) for kind in Kind if kind not in Feed.OWN]
    return [*own, *members, *(a_public_feed(world, kind) for kind in Feed.PUBLIC)]


def test_every_feed_is_as_the_grammar_wants_it(every_feed, client):
    for feed in every_feed:
        octets = client.get(path(feed)).content
        assert not flaws(octets), feed
        is_learned = feed.kind == Kind.INDUCTIONS and feed.member.name == "Dana Osei"
        assert b"BEGIN:VEVENT" in octets or is_learned, feed


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=STORED)
def test_no_name_spoils_any_feed(every_feed, client, name):
    cache.clear()
    rename(name)
    for feed in every_feed:
        assert not flaws(client.get(path(feed)).content), feed
