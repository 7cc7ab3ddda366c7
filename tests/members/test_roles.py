"""A role is held once, in one space and in all of them, on every database."""

import pytest
from django.db import IntegrityError, transaction

from members.models import Role
from tests.people import a_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("everywhere", [True, False])
def test_the_same_role_cannot_be_given_twice(everywhere):
    world = a_world()
    space = None if everywhere else world.space
    Role.objects.create(member=world.alice, space=space, kind=Role.Kind.STAFF)
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(member=world.alice, space=space, kind=Role.Kind.STAFF)


def test_one_may_be_staff_in_one_space_and_maintainer_in_all():
    world = a_world()
    Role.objects.create(member=world.alice, space=world.space, kind=Role.Kind.STAFF)
    Role.objects.create(member=world.alice, space=None, kind=Role.Kind.MAINTAINER)
    assert world.alice.has_role(world.space, {Role.Kind.MAINTAINER})
    assert world.alice.has_role(None, {Role.Kind.STAFF})
