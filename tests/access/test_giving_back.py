"""What was booked and left early is free for others; what was only interrupted is not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.giving_back import give_back
from bookings.models import Booking
from equipment.models import Certification
from tests.access.world import MINUTE, Site


def booking():
    return Booking.objects.get()


def finished(site):
    site.arm(minutes=60)
    site.tap()
    site.wait(1).state()


def test_ended_by_hand_it_is_kept_a_while_and_then_given_back(site):
    finished(site)
    assert give_back(site.now + 14 * MINUTE) == 0
    assert booking().state == "running"
    assert give_back(site.now + 16 * MINUTE) == 1
    assert booking().state == "done"
    assert give_back(site.now + 17 * MINUTE) == 0


def test_whoever_came_back_keeps_it(site):
    finished(site)
    site.wait(600)
    site.sid = site.tap().grant.sid
    site.state("armed", site.sid)
    assert give_back(site.now + 16 * MINUTE) == 0


def test_idle_it_is_given_back_at_once(db):
    site = Site(idle_end_minutes=5)
    site.arm(minutes=60)
    for _ in range(31):
        site.wait(10).state("armed", site.sid)
    site.wait(1).state()
    assert site.session.end_reason == "idle"
    assert give_back(site.now) == 1
    assert booking().ends == site.now


def test_who_said_twice_that_they_are_done_keeps_nothing(site):
    site.arm(minutes=60)
    site.state("running", site.sid)
    site.tap()
    site.wait(4).tap()
    site.wait(5).state("armed", site.sid)
    site.wait(1).state()
    assert give_back(site.now) == 1


@pytest.mark.parametrize("why", ["lost", "reboot", "locked-out", "badge-revoked"])
def test_what_was_only_interrupted_stays_theirs(site, why):
    finished(site)
    session = site.session
    session.end_reason = why
    session.save()
    assert give_back(site.now + 16 * MINUTE) == 0


def test_nor_where_the_class_says_that_it_stays_theirs(db):
    site = Site(keep_minutes=None)
    finished(site)
    assert give_back(site.now + 50 * MINUTE) == 0


def test_a_class_goes_on_when_one_of_it_leaves(site):
    finished(site)
    Booking.objects.update(purpose="induction")
    assert give_back(site.now + 16 * MINUTE) == 0


def test_whoever_begins_at_a_machine_is_in_practice(site):
    Certification.objects.update(used_at=None)
    site.arm()
    mine = Certification.objects.get(member=site.world.alice)
    assert mine.used_at == site.now
    site.wait(10).state("running", site.sid)
    mine.refresh_from_db()
    assert mine.used_at == site.now - timedelta(seconds=10)


def test_whether_they_are_is_asked_once_a_day(site):
    Certification.objects.update(used_at=None)
    site.book(minutes=60)
    assert [looks_up_what_it_keeps_awake(site) for _turn in range(2)] == [True, False]
    site.wait(24 * 3600)
    site.book(minutes=60)
    assert looks_up_what_it_keeps_awake(site)


def looks_up_what_it_keeps_awake(site):
    """While Alice begins; then she leaves."""
    sid = site.tap().grant.sid
    with CaptureQueriesContext(connection) as queries:
        site.state("armed", sid)
    site.tap()
    site.wait(1).state()
    return any('FROM "equipment_certification"' in query["sql"] for query in queries)
