"""A member makes, changes and revokes addresses of feeds; staff make public ones."""

import pytest

from calendars.models import Feed, Invitee
from calendars.services import MOST_FEEDS, TooMany, start_invitations
from members.models import Change, Role, Space
from tests.calendars.feeds import Kind, Privacy, a_feed, a_public_feed, path
from tests.people import NOW

pytestmark = pytest.mark.django_db
PAGE, NEW, PUBLIC = "/calendar/", "/calendar/new/", "/calendar/public/"


@pytest.fixture
def alice(world, client):
    client.force_login(world.alice)
    return world.alice


@pytest.fixture
def dana(world, client):
    client.force_login(world.dana)
    return world.dana


def live(member):
    return Feed.objects.live().filter(member=member)


# --- one's own -----------------------------------------------------------------------------------


def test_without_an_address_the_page_offers_to_make_one(alice, client):
    page = client.get(PAGE).content.decode()
    assert "Make an address of my bookings" in page and ".ics" not in page
    response = client.post(NEW, {"what": "mine", "privacy": "3"})
    assert response["Location"] == f"/calendar/{live(alice).get().pk}/"
    assert "Make an address of my bookings" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("certifications", Kind.CERTIFICATIONS),
        ("inductions", Kind.INDUCTIONS),
        ("sessions", Kind.SESSIONS),
        ("machine:cnc-router", Kind.MACHINE),
        ("class:cnc-machines:northside", Kind.TOOL_CLASS),
        ("space:northside", Kind.SPACE),
        ("maintenance:northside", Kind.MAINTENANCE),
    ],
)
def test_an_address_of_every_kind(alice, client, what, kind):
    asked = {"what": what, "privacy": "3", "alarm_minutes": "30", "label": "work laptop"}
    client.post(NEW, asked)
    feed = live(alice).get()
    assert (feed.kind, feed.alarm_minutes, feed.label) == (kind, 30, "work laptop")
    assert feed.privacy == (Privacy.FULL if kind in Feed.OWN else Privacy.INITIALS)
    assert client.get(path(feed)).status_code == 200
    assert "not read yet" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"what": "machine:none", "label": "phone"}, "phone"),
        ({"what": "'; DROP TABLE", "label": "phone"}, "phone"),
        ({"what": "mine", "privacy": "9", "label": "phone"}, "phone"),
        ({"what": "mine", "privacy": "3", "alarm_minutes": "-1", "label": "phone"}, "phone"),
        ({"what": "mine", "privacy": "3", "label": "x" * 41}, "x" * 41),
    ],
)
def test_bad_input_is_refused_and_keeps_what_was_typed(alice, client, asked, kept):
    response = client.post(NEW, asked)
    assert response.status_code == 200 and not live(alice).exists()
    assert f'value="{kept}"' in response.content.decode()


def test_the_address_in_every_way_apps_take_it(world, alice, client, settings):
    settings.BASE_URL = "https://make.example.org"
    feed = a_feed(world)
    page = client.get(f"/calendar/{feed.pk}/").content.decode()
    assert f'href="webcal://make.example.org/feeds/{feed.token}.ics"' in page
    assert f'value="https://make.example.org/feeds/{feed.token}.ics"' in page
    assert f"cid=webcal%3A%2F%2Fmake.example.org%2Ffeeds%2F{feed.token}.ics" in page
    assert '<svg class="qr"' in page
    assert "No app has read it yet." in page


def test_the_list_says_which_was_read_when(world, alice, client, django_assert_max_num_queries):
    for kind in Kind:
        a_feed(world, kind)
    read = a_feed(world, Kind.MACHINE, label="work laptop")
    client.get(path(read))
    with django_assert_max_num_queries(12):
        page = client.get(PAGE).content.decode()
    assert "work laptop · last read now" in page
    assert page.count("not read yet") == len(Kind)


def test_one_click_changes_the_address(world, alice, client):
    old = a_feed(world, alarm_minutes=10, label="phone")
    client.post(f"/calendar/{old.pk}/renew/")
    new = live(alice).get()
    assert client.get(path(old)).status_code == 404
    assert client.get(path(new)).status_code == 200
    assert (new.alarm_minutes, new.label) == (10, "phone")


def test_one_click_revokes_it(world, alice, client):
    feed, other = a_feed(world), a_feed(world, Kind.SPACE)
    page = client.get(PAGE).content.decode()
    assert f'action="/calendar/{feed.pk}/revoke/"' in page
    response = client.post(f"/calendar/{feed.pk}/revoke/", follow=True)
    assert "The address is dead" in response.content.decode()
    assert client.get(path(feed)).status_code == 404
    assert client.get(path(other)).status_code == 200
    assert client.post(f"/calendar/{feed.pk}/revoke/").status_code == 404
    assert Change.objects.filter(verb="revoke_feed").count() == 1


def test_there_is_an_end_to_addresses(world, alice, client):
    for _time in range(MOST_FEEDS):
        a_feed(world, Kind.SPACE)
    with pytest.raises(TooMany):
        a_feed(world)
    page = client.post(NEW, {"what": "mine", "privacy": "3"}).content.decode()
    assert "Revoke one first." in page


@pytest.mark.parametrize("action", ["", "renew/", "revoke/"])
def test_it_is_everybodys_own(world, client, action):
    feed = a_feed(world)
    ask = client.post if action else client.get
    assert ask(f"/calendar/{feed.pk}/{action}").status_code == 302
    client.force_login(world.dana)  # at the desk, too: the address would open Alice's calendar
    assert ask(f"/calendar/{feed.pk}/{action}").status_code == 404
    assert client.get(path(feed)).status_code == 200


@pytest.mark.parametrize("action", ["renew", "revoke"])
def test_a_link_changes_nothing(world, alice, client, action):
    assert client.get(f"/calendar/{a_feed(world).pk}/{action}/").status_code == 405


# --- invitations instead -------------------------------------------------------------------------


def test_invitations_end_the_feed_of_the_same_bookings(world, alice, client):
    mine, machine = a_feed(world), a_feed(world, Kind.MACHINE)
    client.post("/calendar/invitations/", {"alarm_minutes": "60"})
    assert Invitee.objects.get().alarm_minutes == 60
    assert list(live(alice)) == [machine]
    assert client.get(path(mine)).status_code == 404
    assert "Send no more invitations" in client.get(PAGE).content.decode()


def test_a_feed_of_the_same_bookings_ends_the_invitations(world, alice, client):
    start_invitations(member=alice, now=NOW)
    a_feed(world, Kind.SPACE)
    assert Invitee.objects.exists()
    client.post(NEW, {"what": "mine", "privacy": "3"})
    assert not Invitee.objects.exists()


def test_invitations_stop_in_one_click(alice, client):
    start_invitations(member=alice, now=NOW)
    for _time in range(2):
        client.post("/calendar/invitations/stop/")
    assert not Invitee.objects.exists()
    assert Change.objects.filter(verb="stop_invitations").count() == 1


# --- public --------------------------------------------------------------------------------------


def test_nothing_is_public_until_staff_say_so(dana, client):
    assert not Feed.objects.filter(member=None).exists()
    client.post(PUBLIC + "new/", {"what": "space:northside"})
    feed = Feed.objects.get()
    assert (feed.member, feed.kind, feed.privacy) == (None, Kind.SPACE, Privacy.BUSY)
    client.logout()
    assert client.get(path(feed)).status_code == 200
    assert Change.objects.get(verb="publish_feed").actor == dana


def test_staff_switch_it_off_in_one_click(world, dana, client):
    feed = a_public_feed(world)
    assert f"/calendar/{feed.pk}/revoke/" in client.get(PUBLIC).content.decode()
    assert client.post(f"/calendar/{feed.pk}/revoke/")["Location"] == PUBLIC
    assert client.get(path(feed)).status_code == 404


@pytest.mark.parametrize("what", ["mine", "inductions", "sessions", "certifications", ""])
def test_people_are_not_made_public(dana, client, what):
    assert client.post(PUBLIC + "new/", {"what": what}).status_code == 200
    assert not Feed.objects.exists()


def test_members_make_nothing_public(world, alice, client):
    feed = a_public_feed(world)
    assert client.get(PUBLIC).status_code == 403
    assert client.post(PUBLIC + "new/", {"what": "space:northside"}).status_code == 403
    assert client.post(f"/calendar/{feed.pk}/revoke/").status_code == 404


def test_staff_of_one_space_decide_for_that_space(world, alice, client):
    elsewhere = Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=alice, space=elsewhere, kind=Role.Kind.STAFF)
    feed = a_public_feed(world)
    assert "northside" not in client.get(PUBLIC + "new/").content.decode()
    client.post(PUBLIC + "new/", {"what": "space:northside"})
    assert list(Feed.objects.all()) == [feed]
    assert f"/calendar/{feed.pk}/" not in client.get(PUBLIC).content.decode()
    assert client.post(f"/calendar/{feed.pk}/revoke/").status_code == 404
