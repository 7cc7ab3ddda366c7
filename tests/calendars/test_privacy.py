"""No feed tells more than its level, whoever owns it, of whatever kind it is."""

import pytest

from calendars.models import Feed
from equipment.models import Lockout, MachineClosure
from members.models import Closure, Role
from tests.calendars.feeds import (
    HOUR,
    Kind,
    Privacy,
    State,
    a_booking,
    a_feed,
    a_public_feed,
    events,
    path,
)
from tests.people import NOW

pytestmark = pytest.mark.django_db

NAME, INITIALS, SHORT, NOTE = "Bob Lindqvist", ": BL", "Bob L.", "a gift for Alice"
WHY = "Bob bent the spindle"
OF_OTHERS = [kind for kind in Kind if kind not in Feed.OWN]


@pytest.fixture
def bobs(world):
    """Bob's bookings of every purpose and state, each with a note."""
    spread = [
        (purpose, state)
        for purpose in ("use", "induction", "maintenance")
        for state in (State.CONFIRMED, State.REQUESTED, State.CANCELLED, State.NO_SHOW)
    ]
    for n, (purpose, state) in enumerate(spread):
        starts = NOW + n * HOUR
        a_booking(world, starts, state, member=world.bob, purpose=purpose, note=NOTE)
    return world


def told(client, feed):
    response = client.get(path(feed))
    return events(response), response.content.decode().replace("\r\n ", "")


# owner, level chosen -> what may be read of Bob
BOUNDS = [
    ("charlie", Privacy.BUSY, Privacy.BUSY),
    ("charlie", Privacy.INITIALS, Privacy.INITIALS),
    ("charlie", Privacy.FULL, Privacy.INITIALS),
    ("dana", Privacy.BUSY, Privacy.BUSY),
    ("dana", Privacy.INITIALS, Privacy.INITIALS),
    ("dana", Privacy.FULL, Privacy.FULL),
    ("public", None, Privacy.BUSY),
]


@pytest.mark.parametrize("kind", OF_OTHERS)
@pytest.mark.parametrize(("owner", "chosen", "bound"), BOUNDS)
def test_nobody_learns_more_than_the_level(bobs, client, kind, owner, chosen, bound):
    if owner == "public":
        if kind not in Feed.PUBLIC:
            return
        feed = a_public_feed(bobs, kind)
    else:
        feed = a_feed(bobs, kind, getattr(bobs, owner), privacy=chosen)
    if kind == Kind.INDUCTIONS:  # for learners: at no desk
        bound = min(bound, Privacy.INITIALS)
    shown, text = told(client, feed)
    assert shown
    assert SHORT not in text and bobs.bob.email not in text
    assert (NAME in text) == (bound == Privacy.FULL)
    assert (NOTE in text) == (bound == Privacy.FULL)
    assert ("/bookings/" in text) == (bound == Privacy.FULL)
    assert ("Missed" in text) == (bound == Privacy.FULL)
    if bound == Privacy.BUSY:
        assert INITIALS not in text
    for event in shown:
        is_over = event["status"] == "CANCELLED"
        assert not (is_over and INITIALS in event["summary"]), "the board shows no cancelled one"


@pytest.mark.parametrize(("owner", "chosen", "bound"), BOUNDS)
def test_why_something_is_shut_is_not_told_as_busy_or_free(world, client, owner, chosen, bound):
    times = {"starts": NOW + HOUR, "ends": NOW + 2 * HOUR, "reason": WHY}
    Lockout.objects.create(machine=world.mill, why=WHY, since=NOW)
    MachineClosure.objects.create(machine=world.mill, **times)
    Closure.objects.create(space=world.space, **times)
    if owner == "public":
        feed = a_public_feed(world, Kind.MAINTENANCE)
    else:
        feed = a_feed(world, Kind.MAINTENANCE, getattr(world, owner), privacy=chosen)
    shown, text = told(client, feed)
    assert len(shown) == 3
    assert (WHY in text) == (bound > Privacy.BUSY)


@pytest.mark.parametrize("kind", OF_OTHERS)
@pytest.mark.parametrize("chosen", Privacy)
def test_a_level_is_bounded_anew_at_each_reading(bobs, client, kind, chosen):
    """A row that says more than it may, as after a role has ended, tells no more."""
    feed = a_feed(bobs, kind, bobs.charlie)
    Feed.objects.filter(pk=feed.pk).update(privacy=chosen)
    _shown, text = told(client, feed)
    assert NAME not in text and NOTE not in text


def test_staff_of_another_space_are_members_here(bobs, client):
    from members.models import Space

    elsewhere = Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=bobs.charlie, space=elsewhere, kind=Role.Kind.STAFF)
    _shown, text = told(client, a_feed(bobs, Kind.SPACE, bobs.charlie))
    assert NAME not in text and NOTE not in text


@pytest.mark.parametrize("role", [Role.Kind.STAFF, Role.Kind.ADMIN])
def test_staff_of_this_space_read_everything(bobs, client, role):
    Role.objects.create(member=bobs.charlie, space=bobs.space, kind=role)
    _shown, text = told(client, a_feed(bobs, Kind.SPACE, bobs.charlie))
    assert NAME in text and NOTE in text


def test_who_takes_care_of_machines_sees_what_members_see(bobs, client):
    Role.objects.create(member=bobs.charlie, space=None, kind=Role.Kind.MAINTAINER)
    _shown, text = told(client, a_feed(bobs, Kind.SPACE, bobs.charlie))
    assert NAME not in text and INITIALS in text


@pytest.mark.parametrize(
    ("privacy", "summary", "says_where", "says_why"),
    [
        (Privacy.BUSY, "Busy", False, False),
        (Privacy.INITIALS, "CNC router", True, False),
        (Privacy.FULL, "CNC router", True, True),
    ],
)
def test_ones_own_bookings_tell_as_much_as_one_likes(
    world, client, privacy, summary, says_where, says_why
):
    a_booking(world, note="clock case")
    (event,), text = told(client, a_feed(world, privacy=privacy))
    assert event["summary"] == summary
    assert ("location" in event, "url" in event) == (says_where, says_where)
    assert ("clock case" in text) == says_why
    if privacy == Privacy.BUSY:
        assert "CNC" not in text and "created" not in event


@pytest.mark.parametrize("kind", Feed.OWN)
def test_what_is_ones_own_is_of_nobody_else(bobs, client, kind):
    _shown, text = told(client, a_feed(bobs, kind, bobs.alice))
    assert NOTE not in text and NAME not in text


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in Feed.PUBLIC])
def test_what_is_about_people_is_never_public(world, kind):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        a_public_feed(world, kind)
