"""The address answers its owner's apps, in few queries, and nobody once it is revoked."""

from datetime import timedelta

import icalendar
import pytest
import time_machine

from bookings.models import Booking
from calendars.models import Feed
from calendars.services import renew_feed, revoke_feed
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
State = Booking.State


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def address(world):
    return f"/feeds/{renew_feed(member=world.alice, now=NOW).token}.ics"


def a_booking(world, starts=NOW + HOUR, state=State.CONFIRMED, **fields):
    fields = {"machine": world.router, "member": world.alice, **fields}
    return Booking.objects.create(
        starts=starts,
        ends=starts + HOUR,
        blocked_until=starts + HOUR,
        state=state,
        holds=state in Booking.OPEN,
        created_at=NOW,
        updated_at=NOW,
        **fields,
    )


def events(response):
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def test_it_holds_the_owners_bookings_and_no_others(world, client, address):
    mine = a_booking(world, note="clock case")
    a_booking(world, member=world.bob, machine=world.mill)
    response = client.get(address)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = events(response)
    assert event["uid"] == str(mine.public_id)
    assert event["summary"] == "CNC router" and event.start == NOW + HOUR
    assert event["location"] == "Northside workshop"
    assert event["description"].startswith("clock case.")
    assert event["url"].endswith(f"/bookings/{mine.public_id}/")


@pytest.mark.parametrize(
    ("state", "status", "summary"),
    [
        (State.CONFIRMED, "CONFIRMED", "CNC router"),
        (State.DONE, "CONFIRMED", "CNC router"),
        (State.OFFERED, "TENTATIVE", "Offered: CNC router"),
        (State.CANCELLED, "CANCELLED", "Cancelled: CNC router"),
        (State.NO_SHOW, "CANCELLED", "Missed: CNC router"),
        (State.LAPSED, "CANCELLED", "Lapsed: CNC router"),
    ],
)
def test_every_state_is_told_by_status_and_in_words(world, client, address, state, status, summary):
    a_booking(world, state=state)
    (event,) = events(client.get(address))
    assert (event["status"], event["summary"]) == (status, summary)


def test_a_no_show_is_told_before_the_worker_has_been_by(world, client, address):
    a_booking(world, starts=NOW - HOUR, lapses_at=NOW - HOUR / 2)
    (event,) = events(client.get(address))
    assert (event["status"], event["summary"]) == ("CANCELLED", "Missed: CNC router")


def test_four_weeks_back_and_half_a_year_ahead(world, client, address):
    for weeks in (-5, -3, 25, 27):
        a_booking(world, starts=NOW + timedelta(weeks=weeks))
    starts = [event.start - NOW for event in events(client.get(address))]
    assert starts == [timedelta(weeks=-3), timedelta(weeks=25)]


def test_three_statements_however_many_bookings(world, client, address, django_assert_num_queries):
    for hours in range(20):
        a_booking(world, starts=NOW + hours * HOUR)
    with django_assert_num_queries(3):  # the feed, that it was fetched, the bookings
        client.get(address)
    with django_assert_num_queries(2):
        client.get(address)


def test_an_unchanged_feed_is_not_sent_again(world, client, address):
    booking = a_booking(world)
    tag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": tag})
    assert again.status_code == 304 and not again.content
    Booking.objects.filter(pk=booking.pk).update(sequence=1, updated_at=NOW + HOUR)
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_head_tells_the_tag_alone(world, client, address):
    response = client.head(address)
    assert response.status_code == 200 and not response.content
    assert response["ETag"] == client.get(address)["ETag"]


def test_the_fetch_is_noted_once_an_hour(world, client, address):
    for minutes, noted in ((0, 0), (59, 0), (60, 60)):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get(address)
        assert Feed.objects.get().fetched_at == NOW + timedelta(minutes=noted)


def test_unknown_revoked_and_closed_are_not_found(world, client, address):
    assert client.get("/feeds/unknown.ics").status_code == 404
    world.alice.is_active = False
    world.alice.save()
    assert client.get(address).status_code == 404
    world.alice.is_active = True
    world.alice.save()
    assert client.get(address).status_code == 200
    revoke_feed(member=world.alice, now=NOW)
    assert client.get(address).status_code == 404


def test_it_is_read_only(client, address):
    assert client.post(address).status_code == 405
