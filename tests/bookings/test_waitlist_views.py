"""Pages of the waitlist and of finding a slot: they work, keep what was typed, and are private."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking, Question, Wait
from bookings.services import waitlist
from equipment.models import Feature
from members.models import Hold, Member, Role
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.bookings.waiting import a_wish, offer_of, the_worker
from tests.people import NOW, World, a_certification, a_machine, a_member

pytestmark = pytest.mark.usefixtures("tuesday")
DAY = timedelta(days=1)
SLOT = "what=cnc-router&minutes=60&starts=2026-11-24T13:00:00Z&ends=2026-11-24T14:00:00Z"


@pytest.fixture
def tuesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(world: World) -> Booking:
    """The router, offered to Alice tomorrow at 14:00."""
    wish = a_wish(world, world.alice, starts=AT_14 + DAY)
    the_worker(NOW)
    offer = offer_of(wish)
    assert offer is not None
    return offer


def browser(member: Member | None) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


def text(response: Any) -> str:
    shown = re.sub(r"</?time[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def wish_form(**fields: Any) -> dict[str, Any]:
    return {
        "what": "cnc-router",
        "minutes": "60",
        "starts": "2026-11-24T14:00",
        "ends": "2026-11-24T15:00",
        **fields,
    }


# --- waiting -------------------------------------------------------------------------------------


def test_a_taken_slot_leads_to_a_form_that_is_filled_in(world: World) -> None:
    erin = certified(world, "Erin Blake")
    a_booking(world)
    client = browser(erin)
    refused = client.get("/machines/cnc-router/book/?starts=2026-11-24T14:00&minutes=60")
    address = re.search(r'href="(/waitlist/new/[^"]+)"', refused.content.decode())
    assert address is not None
    shown = client.get(address[1].replace("&amp;", "&")).content.decode()
    assert 'value="2026-11-24T14:00"' in shown and 'value="2026-11-24T15:00"' in shown
    assert re.search(r'value="cnc-router" selected', shown)
    assert re.search(r'value="60" selected', shown)


def certified(world: World, name: str) -> Member:
    member = a_member(name, plan=world.plan, space=world.space)
    a_certification(member, world.certification)
    return member


def test_a_member_waits_and_withdraws(world: World) -> None:
    a_booking(world)
    client = browser(certified(world, "Erin Blake"))
    answer = client.post("/waitlist/new/", wish_form(), follow=True)
    assert "You are on the waitlist." in text(answer)
    wish = Wait.objects.get()
    assert (wish.machine, wish.starts, wish.minutes) == (world.router, AT_14, 60)
    withdrawn = client.post(reverse("bookings:wait_withdraw", args=[wish.public_id]), follow=True)
    assert "You wait for it no longer." in text(withdrawn)
    assert "Withdrawn" in text(withdrawn)


def test_any_machine_of_a_kind_may_be_waited_for(world: World) -> None:
    any_of_them = f"any:{world.space.slug}:{world.tool_class.slug}"
    sent = wish_form(what=any_of_them, ends="2026-11-26T20:00", minutes="120")
    browser(world.alice).post("/waitlist/new/", sent)
    wish = Wait.objects.get()
    assert (wish.machine, wish.tool_class, wish.minutes) == (None, world.tool_class, 120)


def test_a_refusal_keeps_what_was_typed(world: World) -> None:
    response = browser(world.charlie).post("/waitlist/new/", wish_form(minutes="120"))
    shown = response.content.decode()
    assert "Your window is shorter than the 2 h" in text(response)
    assert 'value="2026-11-24T14:00"' in shown
    assert re.search(r'value="120" selected', shown)
    assert not Wait.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("what", "nothing-like-it", "Select a valid choice"),
        ("what", "any:northside:lasers", "Select a valid choice"),
        ("what", "", "This field is required"),
        ("minutes", "-5", "greater than or equal to 1"),
        ("minutes", "99999999999999999999", "less than or equal to"),
        ("minutes", "soon", "Enter a whole number"),
        ("starts", "yesterday", "Write the start like"),
        ("starts", "9999-12-31T23:59", "Nobody plans that far"),
        ("ends", "2027-03-28T02:30", "does not exist"),
        ("ends", "", "This field is required"),
        ("key", "not-a-uuid", ""),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(
    world: World, field: str, typed: str, words: str
) -> None:
    response = browser(world.alice).post("/waitlist/new/", wish_form(**{field: typed}))
    assert response.status_code == 200
    assert words in text(response)
    assert not Wait.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "what=x&minutes=y&starts=z&ends=",
        "minutes=0&starts=0001-01-01T00:00&ends=9999-12-31T23:59:59Z",
        "minutes=%D9%A3%D9%A0&starts=2027-03-28T02:30",
        "what=%00",
    ],
)
def test_a_strange_address_still_shows_the_form(world: World, address: str) -> None:
    assert browser(world.alice).get(f"/waitlist/new/?{address}").status_code == 200


# --- answering -----------------------------------------------------------------------------------


def test_an_offer_stands_on_ones_waitlist_and_home_and_is_taken(
    world: World, offered: Booking
) -> None:
    client = browser(world.alice)
    for page in ("/waitlist/", "/", f"/bookings/{offered.public_id}/"):
        assert "Wednesday 25 November, 14:00–15:00" in text(client.get(page)), page
    answer = client.post(reverse("bookings:offer_take", args=[offered.public_id]), follow=True)
    assert "CNC router is yours." in text(answer)
    offered.refresh_from_db()
    assert offered.state == Booking.State.CONFIRMED
    assert "Served" in text(client.get("/waitlist/"))


def test_what_the_kind_asks_is_asked_before_it_is_taken(world: World, offered: Booking) -> None:
    material = Question.objects.create(tool_class=world.tool_class, text="What material?")
    client, address = browser(world.alice), reverse("bookings:offer_take", args=[offered.public_id])
    for asked in (client.get(address), client.post(address)):
        assert "What material?" in text(asked)
    offered.refresh_from_db()
    assert offered.state == Booking.State.OFFERED
    client.post(address, {f"question-{material.pk}": "beech"})
    offered.refresh_from_db()
    assert offered.state == Booking.State.CONFIRMED
    assert offered.answers.get().text == "beech"


def test_what_stands_against_taking_it_is_said_on_the_spot(world: World, offered: Booking) -> None:
    Hold.objects.create(member=world.alice, reason="Banned", remedy="Talk to staff.", since=NOW)
    address = reverse("bookings:offer_take", args=[offered.public_id])
    assert "Talk to staff." in text(browser(world.alice).post(address))


def test_an_offer_is_left_to_the_next(world: World, offered: Booking) -> None:
    address = reverse("bookings:offer_decline", args=[offered.public_id])
    answer = browser(world.alice).post(address, follow=True)
    assert "It goes to the next person." in text(answer)
    assert Wait.objects.get().state == Wait.State.WAITING


def test_an_offer_that_lapsed_says_so(world: World, offered: Booking) -> None:
    with time_machine.travel(NOW + HOUR, tick=False):
        client = browser(world.alice)
        for verb in ("take", "decline"):
            address = reverse(f"bookings:offer_{verb}", args=[offered.public_id])
            assert "Nobody took this offer" in text(client.post(address, follow=True))
        assert "Take it" not in text(client.get("/waitlist/"))


def test_somebody_elses_offer_and_wish_are_not_there(world: World, offered: Booking) -> None:
    erin = browser(certified(world, "Erin Blake"))
    for name in ("offer_take", "offer_decline"):
        assert erin.post(reverse(f"bookings:{name}", args=[offered.public_id])).status_code == 404
    withdraw = reverse("bookings:wait_withdraw", args=[offered.wait.public_id])
    assert erin.post(withdraw).status_code == 404
    assert "25 November" not in text(erin.get("/waitlist/"))
    offered.refresh_from_db()
    assert offered.state == Booking.State.OFFERED


def test_staff_of_the_space_answer_for_their_members(world: World, offered: Booking) -> None:
    address = reverse("bookings:offer_take", args=[offered.public_id])
    assert browser(world.dana).post(address).status_code == 302
    offered.refresh_from_db()
    assert (offered.state, offered.member) == (Booking.State.CONFIRMED, world.alice)


@pytest.mark.parametrize("path", ["/waitlist/", "/waitlist/new/", "/waitlist/queue/", "/find/"])
def test_strangers_are_asked_who_they_are(world: World, path: str) -> None:
    response = browser(None).get(path)
    assert (response.status_code, "login" in response["Location"]) == (302, True)


def test_what_changes_something_is_posted(world: World, offered: Booking) -> None:
    client = browser(world.alice)
    decline = reverse("bookings:offer_decline", args=[offered.public_id])
    assert client.get(decline).status_code == 405
    assert client.get(reverse("bookings:offer_take", args=[offered.public_id])).status_code == 200
    offered.refresh_from_db()
    assert offered.state == Booking.State.OFFERED
    withdraw = reverse("bookings:wait_withdraw", args=[offered.wait.public_id])
    assert client.get(withdraw).status_code == 405
    assert client.post("/waitlist/").status_code == 405
    assert client.post("/find/").status_code == 405


# --- the queue -----------------------------------------------------------------------------------


def test_staff_see_who_is_next(world: World, offered: Booking) -> None:
    world.tool_class.fair_share = True
    world.tool_class.save()
    a_booking(world)
    a_wish(world, certified(world, "Erin Blake"), now=NOW + MINUTE)
    shown = text(browser(world.dana).get("/waitlist/queue/"))
    assert shown.index("Alice Meyer") < shown.index("Erin Blake")
    assert "offered until 24 Nov, 14:30" in shown
    assert "0 min used in 30 days" in shown


def test_the_queue_is_for_staff_and_for_their_own_space(world: World, offered: Booking) -> None:
    assert browser(world.alice).get("/waitlist/queue/").status_code == 403
    Role.objects.filter(member=world.dana).delete()
    elsewhere = type(world.space).objects.create(name="Southside", slug="southside")
    Role.objects.create(member=world.dana, space=elsewhere, kind=Role.Kind.STAFF)
    shown = text(browser(world.dana).get("/waitlist/queue/"))
    assert "Nobody waits" in shown and "Alice" not in shown


# --- finding -------------------------------------------------------------------------------------


def find(world: World, member: Member, **asked: Any) -> Any:
    usual = {
        "what": f"any:{world.space.slug}:{world.tool_class.slug}",
        "minutes": "180",
        "first": "2026-11-24",
        "last": "2026-11-27",
    }
    return browser(member).get("/find/", usual | asked)


def test_three_hours_on_any_machine_before_friday_in_the_evening(world: World) -> None:
    a_booking(world, starts=AT_14 + 3 * HOUR, hours=2)
    response = find(world, world.alice, last="2026-11-26", daytime="evening")
    assert "CNC mill Tuesday 24 November, 17:00–20:00" in text(response)
    href = re.search(r'href="(/machines/cnc-mill/book/[^"]+)"', response.content.decode())
    assert href is not None
    form = browser(world.alice).get(href[1].replace("&amp;", "&")).content.decode()
    assert 'value="2026-11-24T17:00"' in form
    assert re.search(r'value="180"[^>]* checked', form)


def test_hours_that_are_written_count_before_the_chip(world: World) -> None:
    shown = text(find(world, world.alice, daytime="morning", since="19:00", until="23:00"))
    assert "Tuesday 24 November, 19:00–22:00" in shown


def test_only_some_days_and_only_with_a_feature(world: World) -> None:
    rotary = Feature.objects.create(name="Rotary axis", slug="rotary")
    world.mill.features.add(rotary)
    shown = text(find(world, world.alice, days=["3"], features=["rotary"]))
    assert "CNC mill Thursday 26 November" in shown
    assert "CNC router Thursday" not in shown
    world.mill.features.clear()
    assert "No machine of the kind has all of that." in text(
        find(world, world.alice, features=["rotary"])
    )


def test_nothing_free_leads_to_the_waitlist_for_that_window(world: World) -> None:
    for machine in (world.router, world.mill):
        a_booking(world, machine=machine, starts=NOW + 30 * MINUTE, hours=4)
    asked = {"last": "2026-11-24", "since": "14:00", "until": "18:00"}
    response = find(world, world.alice, **asked)
    assert "Nothing is free then" in text(response)
    href = re.search(r'href="(/waitlist/new/[^"]+)"', response.content.decode())
    assert href is not None
    form = browser(world.alice).get(href[1].replace("&amp;", "&")).content.decode()
    assert re.search(r'value="180" selected', form)


def test_whoever_may_not_is_told_why(world: World) -> None:
    shown = text(find(world, world.charlie))
    assert "Free, but not for you" in shown
    assert "Marta&#x27;s induction" in shown
    assert "Tell me when it is free" not in shown
    assert "The longest booking here is 4 h." in text(find(world, world.alice, minutes="480"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"what": "nothing"}, "Select a valid choice"),
        ({"minutes": "7"}, "Select a valid choice"),
        ({"minutes": "x"}, "Select a valid choice"),
        ({"first": "2026-11-31"}, "Enter a valid date"),
        ({"last": "2026-11-23"}, "Choose a day that is not over"),
        ({"last": "2027-11-23"}, "Choose a day within 62 days"),
        ({"first": "9999-12-30", "last": "9999-12-31"}, "Nobody plans that far"),
        ({"first": "0001-01-01", "last": "0001-01-02"}, "Nobody plans that far"),
        ({"first": "2026-11-10", "last": "2026-11-20"}, "Choose a day that is not over"),
        ({"daytime": "night"}, "Select a valid choice"),
        ({"since": "25:00"}, "Enter a valid time"),
        ({"days": ["8"]}, "Select a valid choice"),
    ],
)
def test_a_strange_question_is_answered_beside_the_field(
    world: World, asked: dict[str, Any], words: str
) -> None:
    response = find(world, world.alice, **asked)
    assert response.status_code == 200
    assert words in text(response)


def test_the_form_is_there_before_anything_was_asked(world: World) -> None:
    shown = browser(world.alice).get("/find/?what=cnc-mill").content.decode()
    assert 'value="2026-11-24"' in shown and 'value="2026-12-01"' in shown
    assert re.search(r'value="cnc-mill" selected', shown)


def test_where_there_is_no_machine_the_pages_say_so(world: World) -> None:
    world.tool_class.machines.update(retired_at=NOW)
    for path in ("/find/", "/waitlist/new/"):
        assert "No machines yet" in text(browser(world.alice).get(path))


def test_looking_takes_as_many_statements_for_twenty_machines_as_for_two(world: World) -> None:
    for number in range(18):
        a_machine(f"CNC {number}", world.tool_class, world.space)
    find(world, world.alice)
    with CaptureQueriesContext(connection) as captured:
        find(world, world.alice)
    ours = [
        query for query in captured if "equipment_" in query["sql"] or "bookings_" in query["sql"]
    ]
    assert len(ours) == 4  # machines, features, all about them and the member, their use


def test_a_long_queue_takes_as_many_statements_as_a_short_one(world: World) -> None:
    client = browser(world.dana)
    counts = []
    for hours in (1, 2, 3):
        a_wish(world, world.alice, starts=AT_14 + hours * HOUR, machine=None)
        a_wish(world, world.alice, starts=AT_14 + hours * HOUR, machine=None, minutes=30)
        with CaptureQueriesContext(connection) as captured:
            client.get("/waitlist/queue/")
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_ones_waitlist_takes_few_statements(world: World, offered: Booking) -> None:
    for hours in range(5):
        a_wish(world, world.alice, starts=AT_14 + hours * HOUR)
    client = browser(world.alice)
    client.get("/waitlist/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/waitlist/")
    assert len([query for query in captured if "bookings_" in query["sql"]]) == 3
    waitlist.withdraw(wish=offered.wait, by=world.alice, now=NOW)
