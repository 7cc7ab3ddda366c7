"""Whose desk the front desk is."""

import pytest
from django.test import Client

from members.models import Member, Role, Space
from tests.people import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def south(world: World) -> Space:
    """A second space, where only Alice is staff; her home stays the first."""
    space = Space.objects.create(name="Southside annex", slug="southside", zone="UTC")
    Role.objects.create(member=world.alice, space=space, kind=Role.Kind.STAFF)
    return space


def desk(client: Client, member: Member, query: str = "") -> int:
    client.force_login(member)
    return client.get(f"/desk/{query}").status_code


def test_staff_come_to_the_desk_where_they_work(world: World, south: Space, client: Client) -> None:
    assert desk(client, world.alice) == 200
    assert desk(client, world.alice, "?space=southside") == 200


def test_another_desk_that_is_named_stays_shut(world: World, south: Space, client: Client) -> None:
    assert desk(client, world.alice, "?space=northside") == 403


def test_members_without_a_role_have_no_desk(world: World, south: Space, client: Client) -> None:
    assert desk(client, world.bob) == 403
