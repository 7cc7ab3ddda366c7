"""A person is found by address, badge or name, as people write them down."""

import pytest

from members.search import find_people
from members.services import issue_badge, revoke_badge
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = a_world()
    issue_badge(member=world.alice, number="04A1B2C3", by=None, now=NOW)
    return world


@pytest.mark.parametrize(
    "text",
    [
        "alice@example.org",
        "ALICE@Example.org",
        "Alice Meyer <alice@example.org>",
        "  alice@example.org, ",
        "04A1B2C3",
        "04:a1:b2:c3",
        "C3B2A104",  # as a reader prints it that turns the bytes round
        "77705923",  # as printed on the badge
        "Alice Meyer",
        "alice meyer",
        "Meyer",
        "mey ali",
    ],
)
def test_alice_is_found(world, text):
    assert find_people(text) == [world.alice]


@pytest.mark.parametrize("text", ["", "  ", "nobody", "nobody@example.org", "FFFFFFFF", "@"])
def test_nobody_is_found(world, text):
    assert find_people(text) == []


def test_a_whole_name_comes_before_parts_of_others(world):
    longer = a_member("Alice Meyer Junior", plan=None, email="junior@example.org")
    assert find_people("Alice Meyer") == [world.alice]
    assert find_people("Alice") == [world.alice, longer]


def test_a_revoked_badge_and_a_closed_account_are_not_found(world):
    revoke_badge(badge=world.alice.badges.get(), by=None, now=NOW)
    assert find_people("04A1B2C3") == []
    world.alice.is_active = False
    world.alice.save()
    assert find_people("alice@example.org") == []
