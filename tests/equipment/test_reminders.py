"""Members hear twice that a certification ends, and not at all when it is renewed or gone."""

from datetime import timedelta

import pytest

from equipment.models import Level
from equipment.services import record_use
from equipment.services.reminders import remind_of_certifications, remind_of_disuse
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


def idling(world, **fields):
    world.certification.disuse_days = 90
    world.certification.save()
    world.alice.certifications.update(
        **{"until": None, "idle_until": NOW + 20 * DAY, "level": Level.FULL, **fields}
    )


def kinds():
    return [message.kind for message in Outbox.objects.order_by("at")]


def test_two_reminders_to_use_it(world):
    idling(world)
    for days in (0, 1, 12, 13, 14, 19, 20, 25):
        remind_of_disuse(NOW + days * DAY)
    assert told() == [NOW, NOW + 13 * DAY]
    assert set(kinds()) == {"certification-idle"}
    assert Outbox.objects.first().context["days"] == 90


def test_use_begins_the_reminders_anew(world):
    idling(world)
    remind_of_disuse(NOW)
    record_use(member_id=world.alice.pk, machine_id=world.router.pk, now=NOW + DAY)
    remind_of_disuse(NOW + 13 * DAY)
    assert told() == [NOW]
    remind_of_disuse(NOW + 65 * DAY)
    assert told() == [NOW, NOW + 65 * DAY]


def test_none_where_its_last_day_comes_first(world):
    idling(world, until=NOW + 20 * DAY)
    remind_of_disuse(NOW)
    assert told() == []


def test_none_where_one_as_high_is_in_use(world):
    idling(world)
    a_certification(world.alice, world.certification, until=NOW + 300 * DAY)
    remind_of_disuse(NOW)
    assert told() == []
