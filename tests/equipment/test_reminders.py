"""Members hear twice that a certification ends, and not at all when it is renewed or gone."""

from datetime import timedelta

import pytest

from equipment.models import Level
from equipment.services.reminders import remind_of_certifications
from notices.models import Outbox
from tests.people import NOW, a_certification, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    world = a_world()
    world.alice.certifications.update(until=NOW + 20 * DAY)
    return world


def told():
    return [message.at for message in Outbox.objects.order_by("at")]


def test_two_reminders_with_what_to_do(world):
    for days in (0, 1, 12, 13, 14, 19, 20, 25):
        remind_of_certifications(NOW + days * DAY)
    assert told() == [NOW, NOW + 13 * DAY]
    assert Outbox.objects.first().context["how"] == "Marta's induction, Wednesdays 17:00"


def test_none_for_a_renewed_one(world):
    a_certification(world.alice, world.certification, until=NOW + 300 * DAY)
    remind_of_certifications(NOW)
    assert told() == []


def test_a_longer_one_of_a_lower_level_is_no_renewal(world):
    lower = a_certification(world.alice, world.certification, until=NOW + 300 * DAY)
    lower.level = Level.PROVISIONAL
    lower.save()
    remind_of_certifications(NOW)
    assert told() == [NOW]


def test_none_for_a_revoked_one(world):
    world.alice.certifications.update(revoked_at=NOW - DAY)
    remind_of_certifications(NOW)
    assert told() == []


def test_a_revoked_longer_one_is_no_renewal(world):
    longer = a_certification(world.alice, world.certification, until=NOW + 300 * DAY)
    longer.revoked_at = NOW - DAY
    longer.save()
    remind_of_certifications(NOW)
    assert told() == [NOW]
