"""What a machine has: said by whoever takes care of it, and by nobody else."""

import pytest
from django.test import Client

from equipment.models import Feature
from equipment.services.machines import set_up_machine
from members.models import Change, Member
from tests.people import NOW, World, a_world

PATH = "/machines/cnc-router/set-up/"


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def browser(member: Member | None) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


def has(world: World) -> list[str]:
    return list(world.router.features.values_list("name", flat=True))


def test_staff_say_what_a_machine_has(world: World) -> None:
    dana = browser(world.dana)
    dana.post(PATH, {"new_feature": "Rotary axis", "releases_no_shows": "on"})
    world.router.refresh_from_db()
    assert (has(world), world.router.releases_no_shows) == (["Rotary axis"], True)
    assert 'value="rotary-axis"' in dana.get(PATH).content.decode()
    dana.post(PATH, {"features": ["rotary-axis"], "new_feature": "Mist cooling"})
    world.router.refresh_from_db()
    assert (has(world), world.router.releases_no_shows) == (["Mist cooling", "Rotary axis"], False)


def test_a_feature_is_one_however_it_is_written(world: World) -> None:
    for name in ("Rotary axis", "  rotary   AXIS "):
        browser(world.dana).post(PATH, {"new_feature": name})
    assert list(Feature.objects.values_list("name", "slug")) == [("Rotary axis", "rotary-axis")]


def test_names_that_look_alike_in_an_address_stay_apart(world: World) -> None:
    for name in ("日本", "Ø", "feature"):
        browser(world.dana).post(PATH, {"new_feature": name})
    slugs = Feature.objects.order_by("pk").values_list("slug", flat=True)
    assert list(slugs) == ["feature", "feature-2", "feature-3"]


def test_the_same_again_leaves_no_trace(world: World) -> None:
    for _twice in range(2):
        set_up_machine(
            machine=world.router,
            features=[],
            new_feature="Rotary axis",
            releases_no_shows=True,
            by=world.dana,
            now=NOW,
        )
    change = Change.objects.get(verb="set_up_machine")
    assert change.before == {"features": [], "releases_no_shows": False}
    assert change.after == {"features": ["Rotary axis"], "releases_no_shows": True}


@pytest.mark.parametrize(("who", "status"), [("alice", 404), ("dana", 200)])
def test_members_do_not_set_machines_up(world: World, who: str, status: int) -> None:
    client = browser(getattr(world, who))
    assert client.get(PATH).status_code == status
    assert client.post(PATH, {"features": ["nothing"]}).status_code == status
    assert not Change.objects.filter(verb="set_up_machine").exists()


def test_strangers_are_asked_to_sign_in(world: World) -> None:
    assert browser(None).get(PATH)["Location"].startswith("/account/login/")
