"""People hear a day and an hour before, once each, and not of what they have just done."""

from datetime import time, timedelta

import pytest

from bookings.models import Booking
from bookings.reminders import remind_at_the_machine, remind_of_bookings
from bookings.services import cancel
from notices.models import Outbox
from notices.services import choose, keep_quiet, send_due
from tests.bookings.people import HOUR, a_booking
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def booking():
    return a_booking(a_world(), starts=NOW + 2 * DAY + HOUR / 2)


def told():
    return list(Outbox.objects.filter(kind="booking-reminder").order_by("at").values_list("at"))


def remind_every_five_minutes(start, end):
    now = start
    while now <= end:
        remind_of_bookings(now)
        now += timedelta(minutes=5)


def test_two_reminders_on_time_however_often_the_job_runs(booking):
    remind_every_five_minutes(NOW, booking.ends)
    remind_of_bookings(booking.starts - HOUR / 2)
    assert told() == [(booking.starts - DAY,), (booking.starts - HOUR,)]


def test_a_worker_that_slept_sends_the_short_one_alone(booking):
    remind_of_bookings(booking.starts - HOUR / 4)
    assert len(told()) == 1


def test_none_for_one_made_within_the_lead(booking):
    Booking.objects.update(updated_at=booking.starts - 20 * HOUR)
    remind_of_bookings(booking.starts - 19 * HOUR)
    assert told() == []
    remind_of_bookings(booking.starts - HOUR)
    assert len(told()) == 1


def test_a_moved_booking_is_reminded_of_anew(booking):
    remind_of_bookings(booking.starts - DAY)
    later = booking.starts + 7 * DAY
    Booking.objects.update(starts=later, ends=later + HOUR, blocked_until=later + HOUR)
    remind_of_bookings(later - DAY)
    assert told() == [(booking.starts - DAY,), (later - DAY,)]


def test_none_for_a_cancelled_or_lapsed_one(booking):
    Booking.objects.update(lapses_at=booking.starts - 2 * DAY)
    remind_of_bookings(booking.starts - HOUR)
    Booking.objects.update(lapses_at=None)
    cancel(booking=booking, by=booking.member, now=NOW)
    remind_of_bookings(booking.starts - HOUR)
    assert told() == []


# --- at the machine ------------------------------------------------------------------------------


@pytest.mark.parametrize("becomes", ["cancelled", "moved", "longer"])
def test_a_reminder_that_waited_for_the_morning_is_true_then(booking, becomes, mailoutbox):
    """Nobody is told at seven to come to what was given back at midnight."""
    keep_quiet(member=booking.member, hours=(time(13), time(15)))  # 14:00 in Berlin
    remind_of_bookings(booking.starts - DAY)
    send_due(booking.starts - DAY)
    assert mailoutbox == []
    if becomes == "cancelled":
        cancel(booking=booking, by=booking.member, now=booking.starts - DAY)
    else:
        later = HOUR if becomes == "moved" else 0 * HOUR
        starts, ends = booking.starts + later, booking.ends + HOUR
        Booking.objects.update(starts=starts, ends=ends, blocked_until=ends)
    send_due(booking.starts - DAY + 2 * HOUR)
    reminder = Outbox.objects.get(kind="booking-reminder")
    assert (reminder.sent_at is None) == (becomes != "longer")
    assert (reminder.kept_at is None) == (becomes == "longer")


def told_at_the_machine(booking, now):
    remind_at_the_machine(now)
    remind_at_the_machine(now + timedelta(minutes=5))
    kinds = ["booking-starting", "booking-ending"]
    return list(Outbox.objects.filter(kind__in=kinds).values_list("kind", flat=True))


def test_only_who_asked_hears_of_the_quarter_hour_before(booking):
    soon = booking.starts - timedelta(minutes=14)
    assert told_at_the_machine(booking, soon) == []
    choose(member=booking.member, choices={"booking-starting": "now"}, now=NOW)
    assert told_at_the_machine(booking, soon) == ["booking-starting"]


def test_the_end_is_told_of_a_running_booking_only(booking):
    choose(member=booking.member, choices={"booking-ending": "now"}, now=NOW)
    soon = booking.ends - timedelta(minutes=14)
    assert told_at_the_machine(booking, soon) == []
    Booking.objects.update(state=Booking.State.RUNNING, checked_in_at=booking.starts)
    assert told_at_the_machine(booking, soon) == ["booking-ending"]
