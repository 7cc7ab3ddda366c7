"""Members hear twice that their membership ends, and not at all when it goes on."""

from datetime import timedelta

import pytest

from members.models import Membership
from members.services.reminders import remind_of_memberships
from notices.models import Outbox
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def alice():
    alice = a_world().alice
    alice.memberships.update(until=NOW + 20 * DAY)
    return alice


def told():
    return list(Outbox.objects.order_by("id").values_list("to__name", "context__plan"))


def remind_every_hour_until(end):
    now = NOW
    while now <= end:
        remind_of_memberships(now)
        now += timedelta(hours=1)


def test_two_reminders_however_often_the_job_runs(alice):
    remind_every_hour_until(NOW + 21 * DAY)
    assert told() == [("Alice Meyer", "Full")] * 2
    first, second = Outbox.objects.order_by("at")
    assert (first.at, second.at) == (NOW + 6 * DAY, NOW + 19 * DAY)


def test_none_when_another_membership_follows(alice):
    membership = alice.memberships.get()
    Membership.objects.create(member=alice, plan=membership.plan, starts=membership.until)
    remind_every_hour_until(NOW + 8 * DAY)
    assert told() == []


def test_an_extended_membership_is_announced_anew(alice):
    remind_of_memberships(NOW + 10 * DAY)
    alice.memberships.update(until=NOW + 40 * DAY)
    remind_of_memberships(NOW + 11 * DAY)
    assert len(told()) == 1
    remind_of_memberships(NOW + 30 * DAY)
    assert len(told()) == 2


def test_a_closed_account_is_left_in_peace(alice):
    alice.is_active = False
    alice.save()
    remind_of_memberships(NOW + 19 * DAY)
    assert told() == []
