"""Who is signed in comes with their roles."""

import pytest
from django.test import Client

from members.backend import Backend
from members.models import Member, Role, Space
from members.permissions import STAFF
from tests.people import a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Member:
    """Staff at home, maintainer everywhere."""
    world = a_world()
    Role.objects.create(member=world.alice, space=world.space, kind=Role.Kind.STAFF)
    Role.objects.create(member=world.alice, kind=Role.Kind.MAINTAINER)
    return world.alice


def test_a_member_is_read_with_every_role_at_once(
    member: Member, django_assert_num_queries: object
) -> None:
    annex = Space.objects.create(name="Southside", slug="southside")
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = Backend().get_user(member.pk)
        assert found == member
        assert found.has_role(member.space, STAFF) and not found.has_role(annex, STAFF)
        assert found.has_role(annex, [Role.Kind.MAINTAINER])


def test_a_member_without_a_role_has_none(member: Member) -> None:
    Role.objects.all().delete()
    found = Backend().get_user(member.pk)
    assert found is not None and not found.has_role(None, Role.Kind.values)


def test_who_may_not_sign_in_any_more_is_nobody(member: Member) -> None:
    client = Client()
    client.force_login(member)
    assert client.get("/you/messages/").status_code == 200
    Member.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get("/you/messages/").status_code == 302
    assert Backend().get_user(member.pk) is None
    assert Backend().get_user(0) is None


def test_a_role_that_is_taken_away_counts_no_more_on_the_next_page(member: Member) -> None:
    client = Client()
    client.force_login(member)
    assert client.get("/desk/").status_code == 200
    Role.objects.filter(kind=Role.Kind.STAFF).delete()
    assert client.get("/desk/").status_code == 403
