"""Staff hear once of every device that has been silent for a day."""

from datetime import timedelta

import pytest

from access.models import Device
from access.silence import SILENT_AFTER, tell_of_silent_devices
from notices.models import Outbox
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def device():
    world = a_world()
    return Device.objects.create(
        name="router-1", space=world.space, machine=world.router, seen_at=NOW - SILENT_AFTER
    )


def told():
    return list(Outbox.objects.values_list("kind", "to__name"))


def test_staff_are_told_once(device):
    for hours in range(30):
        tell_of_silent_devices(NOW + timedelta(hours=hours))
    assert told() == [("device-silent", "Dana Osei")]


def test_one_that_speaks_again_and_falls_silent_again_is_told_again(device):
    tell_of_silent_devices(NOW)
    Device.objects.update(seen_at=NOW + SECOND)
    tell_of_silent_devices(NOW + SILENT_AFTER)
    assert len(told()) == 1
    tell_of_silent_devices(NOW + SILENT_AFTER + SECOND)
    assert len(told()) == 2


@pytest.mark.parametrize(
    "fields", [{"seen_at": NOW - SILENT_AFTER + SECOND}, {"seen_at": None}, {"revoked_at": NOW}]
)
def test_nobody_is_told_of_others(device, fields):
    Device.objects.update(**fields)
    tell_of_silent_devices(NOW)
    assert told() == []
