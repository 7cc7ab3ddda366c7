"""A member who chose invitations gets each booking by mail, as a calendar takes it."""

from datetime import timedelta

import icalendar
import pytest
from django.core import mail

from bookings import services as bookings
from bookings.models import Booking, Series
from bookings.services import history
from bookings.services.series import tell_series
from calendars.invitations import parts
from calendars.services import start_invitations
from notices.attachments import is_carrier, parts_of
from notices.models import Outbox
from notices.services import choose, send_due
from tests.calendars.cardinalities import flaws
from tests.calendars.feeds import HOUR, State, a_booking
from tests.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(world):
    start_invitations(member=world.alice, now=NOW, alarm_minutes=30)
    return world.alice


def invitations(kind, to, *booked, **more):
    """Method and event of each part that a mail of the first of `booked` would carry."""
    context = {"booking": str(booked[0].public_id)} if booked else {}
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


def uids(told):
    return [event["uid"] for _method, event in told]


def public_ids(booked):
    return [str(each.public_id) for each in booked]


def a_series(world, alice, *days):
    series = Series.objects.create(
        member=alice,
        machine=world.router,
        rhythm="daily",
        first=NOW.date(),
        starts="14:00",
        minutes=60,
        zone="Europe/Berlin",
        count=len(days),
        created_at=NOW,
    )
    starts = [NOW + timedelta(days=day) for day in days]
    return series, [a_booking(world, starts=each, series=series) for each in starts]


def test_a_mail_of_a_series_carries_the_bookings_it_names(world, alice):
    series, booked = a_series(world, alice, 1, 2, 3, 4)
    a_booking(world, starts=NOW + timedelta(days=2, hours=3))
    context = {
        "series": str(series.public_id),
        "starts": booked[1].starts.isoformat(),
        "last": booked[2].starts.isoformat(),
    }
    assert uids(invitations("series-booked", alice, **context)) == public_ids(booked[1:3])
    ((_method, event), _second) = invitations("series-booked", alice, **context)
    assert event["related-to"] == str(series.public_id)


def test_a_mail_of_a_group_carries_all_its_machines(world, alice):
    group = "0c7d3f8e-2a55-4d0c-9d5e-8b1a4f3e2d10"
    booked = [a_booking(world, machine=m, group=group) for m in (world.router, world.mill)]
    a_booking(world, starts=NOW + 5 * HOUR)
    told = invitations("group-booked", alice, booked[0], machines="CNC router, CNC mill")
    assert uids(told) == public_ids(booked)


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
    series, booked = a_series(world, alice, 1, 2, 3, 4)
    times = {"starts": booked[0].starts.isoformat(), "last": booked[3].starts.isoformat()}
    with django_assert_num_queries(2):
        assert len(list(parts(alice, {"series": str(series.public_id), **times}))) == 4


@pytest.mark.parametrize(
    ("kind", "state", "method", "status"),
    [
        ("booking-requested", State.REQUESTED, "REQUEST", "TENTATIVE"),
        ("booking-approved", State.CONFIRMED, "REQUEST", "CONFIRMED"),
        ("booking-declined", State.CANCELLED, "CANCEL", "CANCELLED"),
        ("request-lapsed", State.LAPSED, "CANCEL", "CANCELLED"),
    ],
)
def test_what_staff_are_asked_for_is_tentative_until_they_say(
    world, alice, kind, state, method, status
):
    """A booking that is moved may become a request: its old time must not stay, nor after a no."""
    ((told, event),) = invitations(kind, alice, a_booking(world, state=state))
    assert (told, event["status"]) == (method, status)


def test_a_booking_moved_past_the_others_of_its_series_is_told_with_them(world, alice):
    series, booked = a_series(world, alice, 1, 8, 2)
    tell_series(series, "series-cancelled", booked, NOW)
    context = Outbox.objects.get().context
    assert len(invitations("series-cancelled", alice, **context)) == 3


def written(world, member, wish=None):
    """The mails of one confirmation, after the member has said how to be told."""
    if wish:
        choose(member=member, choices={"booking-confirmed": wish}, now=NOW)
    booking = a_booking(world, member=member)
    history.tell(booking, "booking-confirmed", NOW)
    send_due(NOW)
    return mail.outbox


def test_an_invitation_waits_for_no_digest(world, alice):
    (letter,) = written(world, alice, "weekly")
    assert letter.alternatives[-1].mimetype.startswith("text/calendar")


def test_who_turns_the_mail_off_by_its_own_link_gets_no_more(world, alice, client):
    """RFC 8058: one click ends it, whatever it carries."""
    (letter,) = written(world, alice)
    stop_url = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert client.post(stop_url).status_code == 200
    Booking.objects.all().delete()
    assert len(written(world, alice)) == 1


def test_who_asks_for_invitations_gets_them_though_the_mail_was_off(world):
    choose(member=world.bob, choices={"booking-confirmed": "none"}, now=NOW)
    start_invitations(member=world.bob, now=NOW)
    assert len(written(world, world.bob)) == 1


def test_a_missed_booking_is_cancelled(world, alice):
    booking = a_booking(world, state=State.NO_SHOW)
    ((method, _event),) = invitations("booking-missed", alice, booking)
    assert method == "CANCEL"
