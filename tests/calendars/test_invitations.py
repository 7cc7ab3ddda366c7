"""A member who chose invitations gets each booking by mail, as a calendar takes it."""

import icalendar
import pytest

from bookings import services as bookings
from calendars.invitations import parts
from calendars.services import start_invitations
from notices.attachments import is_carrier, parts_of
from tests.calendars.cardinalities import flaws
from tests.calendars.feeds import HOUR, State, a_booking
from tests.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(world):
    start_invitations(member=world.alice, now=NOW, alarm_minutes=30)
    return world.alice


def invitations(kind, to, *booked, **more):
    """Method and event of each part that a mail would carry."""
    ids = [str(booking.public_id) for booking in booked]
    context = {"bookings": ids} if len(ids) > 1 else {"booking": ids[0]}
    found = []
    for part in parts_of(kind, to, context | more):
        assert not flaws(part.content.encode())
        calendar = icalendar.Calendar.from_ical(part.content)
        assert part.mimetype == f"text/calendar; method={calendar['method']}"
        found.append((calendar["method"], *calendar.walk("VEVENT")))
    return found


def test_only_those_who_chose_it_and_only_mails_of_bookings(world, alice):
    booking = a_booking(world)
    assert is_carrier("booking-confirmed", alice)
    assert not is_carrier("booking-reminder", alice)
    assert not is_carrier("booking-confirmed", world.bob)
    assert invitations("booking-confirmed", world.bob, booking) == []


def test_a_booking_is_accepted_already(world, alice, settings):
    settings.DEFAULT_FROM_EMAIL = "Make <bench@example.org>"
    booking = a_booking(world)
    ((method, event),) = invitations("booking-confirmed", alice, booking)
    assert (method, event["uid"], event["sequence"]) == ("REQUEST", str(booking.public_id), 0)
    assert event["organizer"] == "mailto:bench@example.org"
    assert event["attendee"] == "mailto:alice@example.org"
    assert event["attendee"].params["partstat"] == "ACCEPTED"
    assert event["attendee"].params["rsvp"] == "FALSE"
    assert len(event.walk("VALARM")) == 1


def test_each_change_has_a_higher_number_and_the_last_one_cancels(world, alice):
    given = {"by": alice, "now": NOW}
    starts, ends = NOW + 2 * HOUR + HOUR / 2, NOW + 3 * HOUR + HOUR / 2
    asked = {"member": alice, "machine": world.router, "starts": starts, "ends": ends}
    booking = bookings.book(**asked, **given)
    told = invitations("booking-confirmed", alice, booking)
    bookings.move(booking=booking, starts=starts + HOUR, ends=ends + HOUR, **given)
    told += invitations("booking-changed", alice, booking)
    bookings.cancel(booking=booking, **given)
    told += invitations("booking-cancelled", alice, booking)
    assert [(method, event["sequence"], event["status"]) for method, event in told] == [
        ("REQUEST", 0, "CONFIRMED"),
        ("REQUEST", 1, "CONFIRMED"),
        ("CANCEL", 2, "CANCELLED"),
    ]
    assert told[1][1].start == starts + HOUR
    assert not told[2][1].walk("VALARM")


def test_a_mail_of_a_series_carries_each_of_its_bookings(world, alice):
    booked = [a_booking(world, starts=NOW + hours * HOUR) for hours in (1, 3, 5)]
    told = invitations("booking-confirmed", alice, *booked)
    assert [event["uid"] for _method, event in told] == [str(each.public_id) for each in booked]


def test_who_handed_it_over_is_told_to_drop_it(world, alice):
    booking = a_booking(world, member=world.bob)
    ((method, event),) = invitations("hand-over-answered", alice, booking, accepted=True)
    assert (method, event["attendee"]) == ("CANCEL", "mailto:alice@example.org")
    assert invitations("hand-over-answered", alice, booking, accepted=False) == []


def test_a_child_is_invited_by_the_mailbox_of_a_guardian(world, alice):
    alice.email, alice.guardian = None, world.dana
    alice.save()
    ((_method, event),) = invitations("booking-confirmed", alice, a_booking(world))
    assert event["attendee"] == "mailto:dana@example.org"


def test_no_name_breaks_the_mail(world, alice):
    alice.name, world.router.name = 'Al\r\nice;,"\x00\u202e', "x\r\nEND:VEVENT"
    alice.save()
    world.router.save()
    ((_method, event),) = invitations("booking-confirmed", alice, a_booking(world))
    assert event["summary"] == "x END:VEVENT"


def test_it_costs_few_statements(world, alice, django_assert_num_queries):
    booked = [a_booking(world, starts=NOW + hours * HOUR) for hours in (1, 3, 5)]
    with django_assert_num_queries(2):
        list(parts(alice, {"bookings": [str(booking.public_id) for booking in booked]}))


def test_a_missed_booking_is_cancelled(world, alice):
    booking = a_booking(world, state=State.NO_SHOW)
    ((method, _event),) = invitations("booking-missed", alice, booking)
    assert method == "CANCEL"
