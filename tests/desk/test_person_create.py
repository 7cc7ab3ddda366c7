"""Staff make the account of somebody at the desk: once, with a guardian or without."""

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Change, Document, Hold, Member
from members.services.documents import publish_version
from tests.desk.agreeing import agree, preview
from tests.people import a_member, a_world

pytestmark = pytest.mark.django_db
PAGE = "/people/new/"


@pytest.fixture
def world():
    return a_world(timezone.now())


@pytest.fixture
def desk(world, client):
    client.force_login(world.dana)
    return client


def typed(**fields):
    return {"name": "Nora New", "email": "nora@example.org", "language": "en", **fields}


def test_a_person_is_made_and_their_page_says_what_is_left(desk, world):
    page = desk.post(PAGE, typed(), follow=True).content.decode()
    nora = Member.objects.get(name="Nora New")
    assert "Still to join" in page
    assert (nora.space, nora.has_usable_password()) == (world.space, False)
    change = Change.objects.get(verb="make_member")
    assert (change.actor, change.on_behalf_of) == (world.dana, nora)


def test_somebody_new_signs_before_anything_unlocks(desk, world):
    now = timezone.now()
    waiver = Document(name="Waiver")
    publish_version(document=waiver, text="Careful.", required_from=now, by=world.dana, now=now)
    desk.post(PAGE, typed())
    assert Hold.objects.filter(member__name="Nora New", document=waiver).count() == 1


def test_an_address_that_is_taken_makes_nobody_and_keeps_what_was_typed(desk):
    refused = desk.post(PAGE, typed(email="ALICE@example.org"))
    assert refused.status_code == 422
    assert "Somebody has this address." in refused.content.decode()
    assert "Nora New" in refused.content.decode()
    assert not Member.objects.filter(name="Nora New").exists()


def test_a_child_has_a_guardian_and_needs_no_address(desk, world):
    desk.post(PAGE, typed(name="Emil", email="", guardian="alice@example.org"))
    assert Member.objects.get(name="Emil").guardian == world.alice


@pytest.mark.parametrize("guardian", ["nobody@example.org", "emil@example.org"])
def test_a_guardian_is_somebody_grown_up_who_is_here(desk, world, guardian):
    a_member("Emil", plan=None, guardian=world.alice)
    refused = desk.post(PAGE, typed(guardian=guardian))
    assert refused.status_code == 422
    assert not Member.objects.filter(name="Nora New").exists()


def test_staff_say_later_who_signs_for_somebody(desk, world):
    page = reverse("desk:guardian_set", args=[world.charlie.public_id])
    for typed_, words in (("charlie@example.org", "their own guardian"), ("no@x.org", "grown up")):
        refused = desk.post(page, {"guardian": typed_})
        assert refused.status_code == 422
        assert words in refused.content.decode()
        assert typed_ in refused.content.decode()
    told = preview(desk, page, {"guardian": "alice@example.org"}).content.decode()
    assert "Alice Meyer signs for them." in told
    assert not Change.objects.filter(verb="set_guardian").exists()
    for _twice in range(2):
        assert agree(desk, page, {"guardian": "alice@example.org"}).status_code == 302
    world.charlie.refresh_from_db()
    assert world.charlie.guardian == world.alice
    assert Change.objects.filter(verb="set_guardian").count() == 1
    refused = desk.post(
        reverse("desk:guardian_set", args=[world.alice.public_id]), {"guardian": "bob@example.org"}
    )
    assert "guardian themselves" in refused.content.decode()
    agree(desk, page, {"guardian": ""})
    world.charlie.refresh_from_db()
    assert world.charlie.guardian is None


def test_a_child_without_a_guardian_or_an_address_could_not_be_reached(desk):
    assert desk.post(PAGE, typed(email="")).status_code == 422


def test_members_make_nobody(world, client):
    client.force_login(world.alice)
    assert client.post(PAGE, typed()).status_code == 403
