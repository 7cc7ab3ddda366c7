"""A member makes, changes and revokes the address of the feed."""

import pytest

from calendars.models import Feed
from calendars.services import live_feed, renew_feed
from members.models import Change
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db
PAGE = "/calendar/"


@pytest.fixture
def alice(client):
    alice = a_world().alice
    client.force_login(alice)
    return alice


def test_without_an_address_the_page_offers_to_make_one(alice, client):
    page = client.get(PAGE).content.decode()
    assert "Make my calendar address" in page and ".ics" not in page


def test_the_address_in_every_way_apps_take_it(alice, client, settings):
    settings.BASE_URL = "https://make.example.org"
    client.post("/calendar/renew/")
    token = live_feed(alice).token
    page = client.get(PAGE).content.decode()
    assert f'href="webcal://make.example.org/feeds/{token}.ics"' in page
    assert f'value="https://make.example.org/feeds/{token}.ics"' in page
    assert f"cid=webcal%3A%2F%2Fmake.example.org%2Ffeeds%2F{token}.ics" in page
    assert '<svg class="qr"' in page
    assert "No app has read it yet." in page


def test_one_click_changes_the_address(alice, client):
    old = renew_feed(member=alice, now=NOW)
    client.post("/calendar/renew/")
    assert client.get(f"/feeds/{old.token}.ics").status_code == 404
    assert client.get(f"/feeds/{live_feed(alice).token}.ics").status_code == 200
    assert Change.objects.filter(verb="renew_feed").count() == 2


def test_one_click_revokes_it(alice, client):
    renew_feed(member=alice, now=NOW)
    response = client.post("/calendar/revoke/", follow=True)
    assert live_feed(alice) is None
    assert "The address is dead" in response.content.decode()
    client.post("/calendar/revoke/")
    assert Change.objects.filter(verb="revoke_feed").count() == 1


def test_it_is_everybodys_own(alice, client):
    renew_feed(member=alice, now=NOW)
    client.logout()
    assert client.get(PAGE).status_code == 302
    assert client.post("/calendar/revoke/").status_code == 302
    assert Feed.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("path", ["/calendar/renew/", "/calendar/revoke/"])
def test_a_link_changes_nothing(alice, client, path):
    assert client.get(path).status_code == 405
