"""Holds: who is not served, and by whom that ends."""

import pytest

from members.models import Change, Hold
from members.services import place_hold
from notices.models import Outbox
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db


def test_the_same_hold_twice_is_one_and_another_is_another():
    world = a_world()
    told = {"member": world.alice, "by": world.dana, "now": NOW}
    first = place_hold(reason="Broke it", remedy="Pay", **told)
    assert place_hold(reason="Broke it", remedy="Pay", **told) == first
    place_hold(reason="Left the door open", remedy="Talk", **told)
    assert Hold.objects.filter(member=world.alice).count() == 2
    assert Change.objects.filter(verb="place_hold").count() == 2
    assert Outbox.objects.filter(kind="hold-placed", to=world.alice).count() == 2
