"""Members hear twice that their membership ends, and not at all when it goes on."""

from datetime import timedelta

import pytest

from members.models import Membership, Plan
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
    rows = Outbox.objects.filter(kind="membership-expiring").order_by("id")
    return list(rows.values_list("to__name", "context__plan"))


def remind_every_hour_until(end):
    now = NOW
    while now <= end:
        remind_of_memberships(now)
        now += timedelta(hours=1)


def test_two_reminders_however_often_the_job_runs(alice):
    remind_every_hour_until(NOW + 21 * DAY)
    assert told() == [("Alice Meyer", "Full")] * 2
    first, second = of("expiring")
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


# --- what is overdue, and what has lapsed --------------------------------------------------------


def of(kind):
    return Outbox.objects.filter(kind=f"membership-{kind}").order_by("at")


def test_an_overdue_term_is_told_at_once_and_once_more_before_the_end(alice):
    alice.memberships.update(due=NOW, until=NOW + 14 * DAY)
    remind_every_hour_until(NOW + 15 * DAY)
    first, second = of("overdue")
    assert (first.at, second.at) == (NOW, NOW + 11 * DAY)
    assert first.context["until"] == (NOW + 14 * DAY).isoformat()


def test_what_is_tolerated_for_two_days_is_told_once(alice):
    alice.memberships.update(due=NOW, until=NOW + 2 * DAY)
    remind_every_hour_until(NOW + DAY)
    assert len(of("overdue")) == 1


def test_a_lapse_is_told_once_and_one_of_long_ago_never(alice):
    alice.memberships.update(until=NOW)
    remind_every_hour_until(NOW + 2 * DAY)
    assert [message.at for message in of("lapsed")] == [NOW]
    alice.memberships.update(until=NOW - 30 * DAY)
    remind_of_memberships(NOW)
    assert len(of("lapsed")) == 1


def test_what_somebody_ended_or_another_follows_is_no_lapse(alice):
    alice.memberships.update(until=NOW, ended_at=NOW - DAY)
    remind_of_memberships(NOW)
    alice.memberships.update(ended_at=None)
    Membership.objects.create(member=alice, plan=alice.memberships.get().plan, starts=NOW)
    remind_of_memberships(NOW)
    assert not of("lapsed")


def test_the_end_of_the_term_is_announced_and_not_that_of_the_tolerance(alice):
    alice.memberships.update(due=NOW + 14 * DAY, until=NOW + 28 * DAY)
    remind_of_memberships(NOW)
    assert of("expiring").get().context["until"] == (NOW + 14 * DAY).isoformat()


def test_a_single_day_is_announced_to_nobody(alice):
    Plan.objects.update(kind=Plan.Kind.DAY)
    remind_every_hour_until(NOW + 21 * DAY)
    assert not Outbox.objects.exists()
