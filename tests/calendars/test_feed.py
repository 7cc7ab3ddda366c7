"""The address answers its owner's apps, in few queries, and nobody once it is revoked."""

import gzip
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from bookings.models import Booking
from bookings.services import lapse_stale
from calendars.limits import place_of
from calendars.models import Feed
from calendars.services import renew_feed, revoke_feed
from calendars.versions import statement
from equipment.models import Lockout, MachineClosure
from equipment.services import clear_lockout, lock_out
from members.models import Closure, Role
from tests.calendars.feeds import (
    HOUR,
    Kind,
    State,
    a_booking,
    a_feed,
    calendar_of,
    events,
    path,
)
from tests.people import NOW, a_certification

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(world):
    return path(a_feed(world))


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
    a_booking(world, starts=NOW - HOUR, lapses_at=NOW + HOUR / 2)
    tag = client.get(address)["ETag"]
    with time_machine.travel(NOW + HOUR, tick=False):
        response = client.get(address, headers={"if-none-match": tag})
        (event,) = events(response)
        lapse_stale(now=NOW + HOUR)
        (later,) = events(client.get(address))
    assert (event["status"], event["summary"]) == ("CANCELLED", "Missed: CNC router")
    assert event["sequence"] == 1 and event["last-modified"].dt == NOW + HOUR / 2
    assert (later["status"], later["sequence"]) == ("CANCELLED", 1)


def test_two_that_lapse_at_two_machines_are_not_mistaken_for_each_other(world, client):
    a_booking(world, starts=NOW - HOUR, lapses_at=NOW + HOUR / 2)
    a_booking(world, starts=NOW - HOUR, lapses_at=NOW + HOUR, machine=world.mill)
    mill = a_feed(world, Kind.MACHINE, machine=world.mill)
    with time_machine.travel(NOW + HOUR / 2, tick=False):
        tag = client.get(path(mill))["ETag"]  # the router's has lapsed
        lapse_stale(now=NOW + HOUR / 2)
    with time_machine.travel(NOW + HOUR, tick=False):
        (event,) = events(client.get(path(mill), headers={"if-none-match": tag}))
    assert event["status"] == "CANCELLED"


def test_four_weeks_back_and_half_a_year_ahead(world, client, address):
    for weeks in (-5, -3, 25, 27):
        a_booking(world, starts=NOW + timedelta(weeks=weeks))
    starts = [event.start - NOW for event in events(client.get(address))]
    assert starts == [timedelta(weeks=-3), timedelta(weeks=25)]


def test_a_cancelled_booking_stays_for_weeks(world, client, address):
    a_booking(world, starts=NOW - timedelta(weeks=3), state=State.CANCELLED)
    with time_machine.travel(NOW + timedelta(days=6), tick=False):
        assert [event["status"] for event in events(client.get(address))] == ["CANCELLED"]


def test_what_was_booked_together_is_related(world, client, address):
    a_booking(world, group="0c7d3f8e-2a55-4d0c-9d5e-8b1a4f3e2d10")
    (event,) = events(client.get(address))
    assert event["related-to"] == "0c7d3f8e-2a55-4d0c-9d5e-8b1a4f3e2d10"
    assert event["related-to"].params["reltype"] == "SIBLING"


# --- each kind -----------------------------------------------------------------------------------


def summaries(client, feed):
    return [str(event["summary"]) for event in events(client.get(path(feed)))]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Kind.MACHINE, ["CNC router: BL"]),
        (Kind.TOOL_CLASS, ["CNC router: BL", "CNC mill: AM"]),
        (Kind.SPACE, ["CNC router: BL", "CNC mill: AM"]),
        (Kind.MINE, ["CNC mill"]),
    ],
)
def test_a_feed_holds_the_bookings_of_what_it_is_of(world, client, kind, shown):
    a_booking(world, member=world.bob)
    a_booking(world, starts=NOW + 2 * HOUR, machine=world.mill)
    assert summaries(client, a_feed(world, kind)) == shown


def test_maintenance_is_bookings_lockouts_and_closures(world, client):
    a_booking(world, member=world.dana, purpose="maintenance")
    a_booking(world, machine=world.mill, starts=NOW + 9 * HOUR)
    Lockout.objects.create(machine=world.mill, why="The belt slips", since=NOW)
    days = {"starts": NOW + 2 * HOUR, "ends": NOW + 4 * HOUR}
    MachineClosure.objects.create(machine=world.mill, reason="Service", **days)
    Closure.objects.create(space=world.space, reason="Party", **days)
    feed = a_feed(world, Kind.MAINTENANCE)
    assert sorted(summaries(client, feed)) == [
        "Closed: CNC mill",
        "Closed: Northside workshop",
        "Locked out: CNC mill",
        "Maintenance: CNC router",
    ]


def test_a_lockout_ends_tonight_until_it_is_cleared(world, client):
    lockout = Lockout.objects.create(machine=world.mill, why="The belt slips", since=NOW)
    feed = a_feed(world, Kind.MAINTENANCE)
    (event,) = events(client.get(path(feed)))
    assert (event.end.hour, event["sequence"]) == (23, 0)  # midnight in Berlin
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        (event,) = events(client.get(path(feed)))
        assert (event.end - NOW > timedelta(days=1), event["sequence"]) == (True, 1)
        Lockout.objects.filter(pk=lockout.pk).update(cleared_at=NOW + HOUR * 25)
        (event,) = events(client.get(path(feed)))
        assert event.end == NOW + HOUR * 25


def test_a_lockout_that_is_cleared_is_a_new_version(world, client):
    given = {"by": world.dana}
    lockout = lock_out(machine=world.mill, why="The belt slips", now=NOW, **given)
    feed = a_feed(world, Kind.MAINTENANCE)
    seen = []
    for hours in (1, 13, 20):  # today, after midnight, cleared then
        with time_machine.travel(NOW + hours * HOUR, tick=False):
            if hours == 20:
                clear_lockout(lockout=lockout, now=NOW + 20 * HOUR, **given)
            (event,) = events(client.get(path(feed)))
            seen.append(int(event["sequence"]))
    assert seen == sorted(set(seen))


def test_inductions_are_those_one_still_needs(world, client):
    a_booking(world, member=world.dana, purpose="induction")
    assert summaries(client, a_feed(world, Kind.INDUCTIONS)) == []  # Alice is certified
    assert summaries(client, a_feed(world, Kind.INDUCTIONS, world.charlie)) == [
        "Induction: CNC router: DO"
    ]


def test_a_certifiers_sessions_are_the_inductions_one_gives(world, client):
    a_booking(world, member=world.dana, purpose="induction")
    a_booking(world, member=world.dana, starts=NOW + 3 * HOUR)
    assert summaries(client, a_feed(world, Kind.SESSIONS, world.dana)) == ["Induction: CNC router"]


def test_a_certification_ends_on_a_day_and_a_renewal_moves_it(world, client):
    type = world.certification
    a_certification(world.charlie, type, until=NOW + timedelta(days=3))
    feed = a_feed(world, Kind.CERTIFICATIONS, world.charlie)
    (before,) = events(client.get(path(feed)))
    assert (before["summary"], str(before.start)) == ("CNC ends", "2026-11-27")
    assert before["description"] == "To renew it: Marta's induction, Wednesdays 17:00."
    a_certification(world.charlie, type, until=NOW + timedelta(days=30))
    (after,) = events(client.get(path(feed)))
    assert (after["uid"], str(after.start)) == (before["uid"], "2026-12-24")
    assert after["sequence"] > before["sequence"]


def test_a_revoked_certification_is_cancelled(world, client):
    held = a_certification(world.charlie, world.certification, until=NOW + timedelta(days=3))
    feed = a_feed(world, Kind.CERTIFICATIONS, world.charlie)
    tag = client.get(path(feed))["ETag"]
    held.revoked_at = NOW
    held.save()
    (event,) = events(client.get(path(feed), headers={"if-none-match": tag}))
    assert (event["status"], event["summary"]) == ("CANCELLED", "Revoked: CNC")


@pytest.mark.parametrize("minutes", [None, 0, 30])
def test_an_alarm_rings_if_one_is_wished(world, client, minutes):
    a_booking(world)
    a_booking(world, starts=NOW + 5 * HOUR, state=State.CANCELLED)
    live, cancelled = events(client.get(path(a_feed(world, alarm_minutes=minutes))))
    alarms = [alarm["trigger"].dt for alarm in live.walk("VALARM")]
    assert alarms == ([] if minutes is None else [-timedelta(minutes=minutes)])
    assert not cancelled.walk("VALARM")


def test_it_is_in_the_owners_language(world, client):
    world.alice.language = "de"
    world.alice.save()
    a_booking(world, state=State.CANCELLED)
    (event,) = events(client.get(path(a_feed(world))))
    assert event["summary"] == "Abgesagt: CNC router"


# --- what it costs -------------------------------------------------------------------------------


def test_unchanged_is_one_statement(world, client, address, django_assert_num_queries):
    a_booking(world)
    tag = client.get(address)["ETag"]
    with django_assert_num_queries(1):
        again = client.get(address, headers={"if-none-match": tag})
    assert again.status_code == 304 and not again.content and again["ETag"] == tag


@pytest.mark.parametrize("kind", list(Kind))
def test_no_more_statements_for_more_bookings(world, client, kind, django_assert_max_num_queries):
    feed = a_feed(world, kind, world.dana)
    client.get(path(feed))
    for hours in range(30):
        a_booking(world, starts=NOW + hours * HOUR, member=world.dana, purpose="induction")
    with django_assert_max_num_queries(8):
        client.get(path(feed))


def test_what_was_built_once_is_kept(world, client, address, django_assert_num_queries):
    for hours in range(20):
        a_booking(world, starts=NOW + hours * HOUR)
    first = client.get(address).content
    with django_assert_num_queries(4):  # whose, which feed, which bookings, their machines
        assert client.get(address).content == first


def test_a_changed_name_is_told_though_the_rest_is_kept(world, client):
    a_booking(world)
    feed = a_feed(world, Kind.SPACE)
    assert summaries(client, feed) == ["CNC router: AM"]
    world.router.name = "Big router"
    world.router.save()
    assert summaries(client, feed) == ["Big router: AM"]


@pytest.mark.parametrize("kind", [Kind.MACHINE, Kind.TOOL_CLASS, Kind.SPACE])
def test_a_machine_is_renamed_in_its_feeds_at_once(world, client, kind):
    a_booking(world)
    feed = a_feed(world, kind)
    tag = client.get(path(feed))["ETag"]
    world.router.name = "Big router"
    world.router.save()
    (event,) = events(client.get(path(feed), headers={"if-none-match": tag}))
    assert event["summary"] == "Big router: AM"


def test_its_title_follows_the_owners_name_at_once(world, client, address):
    tag = client.get(address)["ETag"]
    world.alice.name = "Alice Berger"
    world.alice.save()
    response = client.get(address, headers={"if-none-match": tag})
    assert calendar_of(response)["name"] == "Bench bookings of Alice Berger"


def changes(world):
    """By kind, what must show in a feed of Dana's."""
    use = {"member": world.dana, "purpose": "use"}
    booked = {
        Kind.MINE: use,
        Kind.MACHINE: use,
        Kind.TOOL_CLASS: use,
        Kind.SPACE: use,
        Kind.MAINTENANCE: {"member": world.dana, "purpose": "maintenance"},
        Kind.INDUCTIONS: {"member": world.bob, "purpose": "induction"},
        Kind.SESSIONS: {"member": world.dana, "purpose": "induction"},
    }
    return booked


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.CERTIFICATIONS])
def test_every_change_gives_another_tag(world, client, kind):
    feed = a_feed(world, kind, world.dana)
    seen = [client.get(path(feed))["ETag"]]
    booking = a_booking(world, **changes(world)[kind])
    seen.append(client.get(path(feed))["ETag"])
    booking.sequence, booking.updated_at = 1, NOW + HOUR
    booking.save()
    seen.append(client.get(path(feed))["ETag"])
    Booking.objects.filter(pk=booking.pk).update(state="cancelled", holds=False, sequence=2)
    seen.append(client.get(path(feed))["ETag"])
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        seen.append(client.get(path(feed))["ETag"])
    assert len(set(seen)) == 5


def test_a_move_shows_on_both_machines(world, client):
    booking = a_booking(world)
    router, mill = a_feed(world, Kind.MACHINE), a_feed(world, Kind.MACHINE, machine=world.mill)
    tags = {feed: client.get(path(feed))["ETag"] for feed in (router, mill)}
    booking.machine, booking.sequence = world.mill, 1
    booking.save()
    after = {
        feed: events(client.get(path(feed), headers={"if-none-match": tag}))
        for feed, tag in tags.items()
    }
    assert after[router] == []
    assert [event["sequence"] for event in after[mill]] == [1]


def test_a_role_that_ends_takes_the_names_with_it(world, client):
    a_booking(world)
    feed = a_feed(world, Kind.MACHINE, world.dana)
    response = client.get(path(feed))
    assert events(response)[0]["summary"] == "CNC router: Alice Meyer"
    Role.objects.all().delete()
    response = client.get(path(feed), headers={"if-none-match": response["ETag"]})
    assert events(response)[0]["summary"] == "CNC router: AM"


def test_head_tells_what_get_would(world, client, address):
    """RFC 9110 section 8.6: a length is that of GET, never 0."""
    a_booking(world)
    whole, head = client.get(address), client.head(address)
    assert head.status_code == 200 and not head.content
    assert head.headers == whole.headers and int(head["Content-Length"]) == len(whole.content)
    again = client.head(address, headers={"if-none-match": whole["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("asked", "packed"),
    [("gzip, deflate", True), ("*", True), ("gzip;q=0", False), ("br", False), ("", False)],
)
def test_it_is_packed_for_those_who_unpack(world, client, address, asked, packed):
    a_booking(world)
    plain = client.get(address).content
    response = client.get(address, headers={"accept-encoding": asked})
    assert response.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(response.content) if packed else response.content) == plain
    assert "Accept-Encoding" in response["Vary"]
    assert response["Content-Length"] == str(len(response.content))


def test_only_its_reader_keeps_it(client, address):
    assert client.get(address)["Cache-Control"] == "private, no-cache"


def test_the_fetch_is_noted_once_an_hour(world, client, address):
    for minutes, noted in ((0, 0), (59, 0), (60, 60)):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get(address)
        assert Feed.objects.get().fetched_at == NOW + timedelta(minutes=noted)


# --- who may not ---------------------------------------------------------------------------------


def test_unknown_and_closed_are_not_found(world, client, address):
    assert client.get("/feeds/unknown.ics").status_code == 404
    world.alice.is_active = False
    world.alice.save()
    assert client.get(address).status_code == 404


def test_a_revoked_or_changed_address_is_dead_at_once(world, client):
    feed = a_feed(world)
    tag = client.get(path(feed))["ETag"]
    new = renew_feed(feed=feed, by=world.alice, now=NOW)
    assert client.get(path(feed), headers={"if-none-match": tag}).status_code == 404
    assert client.get(path(new)).status_code == 200
    revoke_feed(feed=new, by=world.alice, now=NOW)
    assert client.get(path(new)).status_code == 404


@pytest.mark.parametrize(
    "token", ["x" * 5000, "..%2f..%2fetc", "%00", "a%0d%0aSet-Cookie:x", "' OR 1=1 --", "\u202eabc"]
)
def test_an_absurd_token_is_not_found(db, client, token):
    assert client.get(f"/feeds/{token}.ics").status_code == 404


def test_a_range_is_not_listened_to(world, client, address):
    a_booking(world)
    whole = client.get(address).content
    for asked in ("bytes=0-1", "bytes=99999999999999999999-", "lines=1-2"):
        response = client.get(address, headers={"range": asked})
        assert (response.status_code, response.content) == (200, whole)
    for query in ("?start=-1", "?start=99999-99-99&end=0", "?days=1e999"):
        assert client.get(address + query).content == whole


def test_guessing_is_refused_from_where_it_comes(world, client, address, django_assert_num_queries):
    for n in range(30):
        assert client.get(f"/feeds/guess{n}.ics").status_code == 404
    with django_assert_num_queries(0):
        refused = client.get("/feeds/one-more.ics")
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 600
    assert client.get(address).status_code == 429, "a lucky guess would learn nothing, either"
    assert client.get(address, REMOTE_ADDR="192.0.2.7").status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert client.get(address).status_code == 200


def test_who_guesses_shuts_out_nobody_who_shares_the_place(world, client, address):
    """As on the network of a makerspace; but what they revoke is dead there, too."""
    tag = client.get(address)["ETag"]
    for n in range(40):
        client.get(f"/feeds/guess{n}.ics")
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304
    revoke_feed(feed=Feed.objects.get(), by=world.alice, now=NOW)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("asker", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_household_is_one_place(asker, place):
    """It has eighteen trillion million addresses of IPv6 to guess from."""
    assert place_of(asker) == place


def test_one_address_is_not_asked_without_end(world, client, address, django_assert_num_queries):
    other = path(a_feed(world, Kind.SPACE))
    assert {client.head(address).status_code for _time in range(120)} == {200}
    with django_assert_num_queries(0):
        refused = client.get(address)
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert client.get(other).status_code == 200


def test_it_is_read_only(client, address):
    assert client.post(address).status_code == 405


def test_no_table_of_bookings_is_read_from_end_to_end(db):
    """However many bookings there are: each is found by an index."""
    given = {"token": "x", "now": NOW, "back": NOW, "ahead": NOW}
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + statement("sqlite"), given)
        steps = [row[3] for row in cursor.fetchall()]
    assert any(step.startswith("SEARCH b USING") for step in steps)
    assert not [step for step in steps if step in ("SCAN b", "SCAN c", "SCAN l", "SCAN t")]
