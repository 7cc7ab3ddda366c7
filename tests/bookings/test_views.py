"""Pages of bookings: they work, keep what was typed, and show nobody somebody else's."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking
from members.models import Member
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World

pytestmark = pytest.mark.usefixtures("tuesday")
State = Booking.State
WALL = "2026-11-24T14:00"


@pytest.fixture
def tuesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def browser(member: Member | None) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


def form(**fields: Any) -> dict[str, Any]:
    return {"starts": WALL, "minutes": "60", "note": "panel", **fields}


def page_of(booking: Booking, name: str = "detail") -> str:
    return reverse(f"bookings:booking_{name}", args=[booking.public_id])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- booking -----------------------------------------------------------------------------------


def test_a_member_books_and_lands_on_the_booking(world: World) -> None:
    response = browser(world.alice).post("/machines/cnc-router/book/", form(), follow=True)
    booking = Booking.objects.get()
    assert response.redirect_chain == [(page_of(booking), 302)]
    assert (booking.starts, booking.ends, booking.note) == (AT_14, AT_14 + HOUR, "panel")
    assert "CNC router is booked." in text(response)


def test_the_form_starts_in_the_next_gap_and_says_when_it_ends(world: World) -> None:
    a_booking(world, starts=NOW, member=world.alice)
    shown = browser(world.alice).get("/machines/cnc-router/book/").content.decode()
    assert 'value="2026-11-24T14:30"' in shown
    assert "1 h, until 15:30" in shown


def test_only_lengths_that_fit_are_offered(world: World) -> None:
    a_booking(world, starts=AT_14 + 90 * MINUTE)
    shown = text(browser(world.alice).get(f"/machines/cnc-router/book/?starts={WALL}"))
    assert "1 h 30, until 15:30" in shown
    assert "2 h, until" not in shown


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("minutes=90", "1 h 30, until 15:30"),
        ("minutes=other&other=75", "1 h 15, until 15:15"),
        ("minutes=other&other=", "1 h, until 15:00"),
    ],
)
def test_another_start_keeps_the_length_that_was_chosen(
    world: World, chosen: str, shown: str
) -> None:
    page = browser(world.alice).get(f"/machines/cnc-router/book/?starts={WALL}&{chosen}")
    (label,) = re.findall(r"checked>([^<]+)</label>", page.content.decode())
    assert label == shown


def test_where_nothing_fits_it_is_the_usual_hour_to_wait_for(world: World) -> None:
    a_booking(world, hours=2)
    page = text(browser(world.charlie).get(f"/machines/cnc-router/book/?starts={WALL}"))
    assert "1 h, until 15:00" in page
    assert "30 min, until" not in page


def test_a_gap_of_the_board_fills_the_form(world: World) -> None:
    address = "/machines/cnc-router/book/?starts=2026-11-24T16:00:00Z&ends=2026-11-24T17:30:00Z"
    shown = browser(world.alice).get(address).content.decode()
    assert 'value="2026-11-24T17:00"' in shown
    assert re.search(r'value="90"[^>]* checked', shown)


def test_refusals_are_told_before_the_click(world: World) -> None:
    shown = text(browser(world.charlie).get("/machines/cnc-router/book/"))
    assert "One thing stands in the way" in shown
    assert "Marta&#x27;s induction, Wednesdays 17:00" in shown


def test_all_refusals_come_at_once_and_nothing_typed_is_lost(world: World) -> None:
    sent = form(starts="2026-11-24T14:07", minutes="other", other="601", note="my long panel")
    response = browser(world.bob).post("/machines/cnc-router/book/", sent)
    shown = response.content.decode()
    assert "4 things stand in the way" in text(response)
    for typed in ('value="2026-11-24T14:07"', 'value="601"', 'value="my long panel"'):
        assert typed in shown
    assert re.search(r'value="other"[^>]* checked', shown)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("starts", "yesterday", "Write the start like"),
        ("starts", "", "This field is required"),
        ("starts", "9999-12-31T23:59", "Nobody plans that far"),
        ("starts", "2027-03-28T02:30", "does not exist"),
        ("minutes", "-5", "Choose a length"),
        ("minutes", "٣٠", "Choose a length"),
        ("minutes", "99999999999", "at most 8 characters"),
        ("minutes", "", "This field is required"),
        ("minutes", "other", "Write the length in minutes"),
        ("note", "x" * 81, "at most 80 characters"),
        ("key", "not-a-uuid", ""),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(
    world: World, field: str, typed: str, words: str
) -> None:
    response = browser(world.alice).post("/machines/cnc-router/book/", form(**{field: typed}))
    assert response.status_code == 200
    assert words in text(response)
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "starts", ["", "x", "0001-01-01T00:00", "9999-12-31T23:59:59Z", "2027-03-28T02:30"]
)
def test_a_strange_address_still_shows_the_form(world: World, starts: str) -> None:
    asked = {"starts": starts, "minutes": "x", "ends": "y"}
    assert browser(world.alice).get("/machines/cnc-router/book/", asked).status_code == 200


def test_the_first_of_a_repeated_hour_is_taken_and_said(world: World) -> None:
    world.tool_class.horizon_days = 400
    world.tool_class.save()
    response = browser(world.alice).post(
        "/machines/cnc-router/book/", form(starts="2027-10-31T02:30"), follow=True
    )
    assert Booking.objects.get().starts == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "02:30 comes twice" in text(response)


def test_a_form_sent_twice_books_once(world: World) -> None:
    client, sent = browser(world.alice), form(key=str(uuid.uuid4()))
    first, second = (client.post("/machines/cnc-router/book/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


def test_booking_over_http_takes_few_statements(world: World) -> None:
    client = browser(world.alice)
    with CaptureQueriesContext(connection) as captured:
        client.post("/machines/cnc-router/book/", form())
    statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    # session, member, machine | facts, booking, change, notice | the toast's session
    assert len(statements) <= 10, "\n".join(statements)


# --- seeing ------------------------------------------------------------------------------------


def test_my_bookings_are_ahead_or_before(world: World) -> None:
    a_booking(world, note="lamp")
    ahead = text(browser(world.alice).get("/bookings/"))
    assert "Ahead" in ahead and "lamp" in ahead and "Confirmed" in ahead
    with time_machine.travel(AT_14 + 2 * HOUR, tick=False):
        over = text(browser(world.alice).get("/bookings/"))
    assert "Nothing booked" in over and "Over or cancelled" in over and "Done" in over


def test_a_booking_tells_its_history(world: World) -> None:
    booking = a_booking(world)
    client = browser(world.alice)
    client.post(page_of(booking, "move"), form(starts="2026-11-24T16:00", machine="cnc-mill"))
    shown = text(client.get(page_of(booking)))
    assert "Alice Meyer booked" in shown
    assert "Alice Meyer moved it" in shown
    assert "CNC mill, Tuesday 24 November, 16:00–17:00" in shown


@pytest.mark.parametrize("name", ["detail", "move", "extend", "cancel"])
@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("bob", 404), ("dana", 200)])
def test_a_booking_is_its_owners_and_the_desks(
    world: World, name: str, who: str, status: int
) -> None:
    booking = a_booking(world)
    assert browser(getattr(world, who)).get(page_of(booking, name)).status_code == status


@pytest.mark.parametrize("name", ["move", "extend", "cancel", "check_in", "finish"])
def test_nobody_changes_somebody_elses(world: World, name: str) -> None:
    booking = a_booking(world)
    before = Booking.objects.values().get()
    assert browser(world.bob).post(page_of(booking, name), form()).status_code == 404
    assert Booking.objects.values().get() == before


@pytest.mark.parametrize(
    "name", ["detail", "move", "extend", "cancel", "check_in", "finish", "list", "create", "start"]
)
def test_strangers_are_asked_to_sign_in(world: World, name: str) -> None:
    booking = a_booking(world)
    paths = {
        "list": "/bookings/",
        "create": "/machines/cnc-router/book/",
        "start": "/machines/cnc-router/start/",
    }
    path = paths.get(name) or page_of(booking, name)
    ask = browser(None).post if name in ("check_in", "finish", "start") else browser(None).get
    response = ask(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("name", ["check_in", "finish"])
def test_what_changes_something_is_posted(world: World, name: str) -> None:
    booking = a_booking(world)
    assert browser(world.alice).get(page_of(booking, name)).status_code == 405
    assert browser(world.alice).get("/machines/cnc-router/start/").status_code == 405


@pytest.mark.parametrize("name", ["detail", "list"])
def test_what_is_only_read_is_not_posted(world: World, name: str) -> None:
    booking = a_booking(world)
    path = "/bookings/" if name == "list" else page_of(booking)
    assert browser(world.alice).post(path).status_code == 405


# --- changing ----------------------------------------------------------------------------------


def test_a_move_that_is_refused_keeps_the_booking(world: World) -> None:
    booking = a_booking(world)
    a_booking(world, starts=AT_14 + 2 * HOUR)
    sent = form(starts="2026-11-24T16:30", machine="cnc-router")
    shown = text(browser(world.alice).post(page_of(booking, "move"), sent))
    assert "Someone was faster. The next gap is" in shown
    booking.refresh_from_db()
    assert booking.starts == AT_14


def test_the_move_form_says_what_stands_against_another_time(world: World) -> None:
    a_booking(world, starts=AT_14 + 3 * HOUR)
    mine = page_of(a_booking(world), "move")
    client = browser(world.alice)
    assert "Someone was faster." in text(client.get(f"{mine}?starts=2026-11-24T17:00&minutes=60"))
    assert "stands in the way" not in text(client.get(mine))


def test_the_move_form_shows_the_booking_as_it_is(world: World) -> None:
    shown = browser(world.alice).get(page_of(a_booking(world), "move")).content.decode()
    assert 'value="2026-11-24T14:00"' in shown
    assert re.search(r'value="60"[^>]* checked', shown)
    assert re.search(r'value="cnc-router"[^>]* checked', shown)


def test_extending_offers_what_fits(world: World) -> None:
    booking = a_booking(world)
    a_booking(world, starts=AT_14 + 90 * MINUTE)
    client = browser(world.alice)
    shown = text(client.get(page_of(booking, "extend")))
    assert "15:30 (+30 min)" in shown and "15:45" not in shown
    client.post(page_of(booking, "extend"), {"until": (AT_14 + 90 * MINUTE).isoformat()})
    booking.refresh_from_db()
    assert booking.ends == AT_14 + 90 * MINUTE


def test_without_room_extending_says_why(world: World) -> None:
    booking = a_booking(world)
    a_booking(world, starts=AT_14 + HOUR)
    shown = text(browser(world.alice).get(page_of(booking, "extend")))
    assert "The next gap is" in shown


def test_staff_who_cancel_say_why(world: World) -> None:
    booking, dana = a_booking(world), browser(world.dana)
    assert "This field is required" in text(dana.post(page_of(booking, "cancel")))
    dana.post(page_of(booking, "cancel"), {"why": "The belt is torn"})
    booking.refresh_from_db()
    assert booking.state == State.CANCELLED
    assert "The belt is torn" in text(browser(world.alice).get(page_of(booking)))


def test_a_member_cancels_with_one_click(world: World) -> None:
    booking = a_booking(world)
    response = browser(world.alice).post(page_of(booking, "cancel"), follow=True)
    assert "Cancelled. The time is free for others." in text(response)
    assert not Booking.objects.filter(holds=True).exists()


def test_check_in_and_finish_by_page(world: World) -> None:
    booking, client = a_booking(world), browser(world.alice)
    assert "from 13:50 on" in text(client.post(page_of(booking, "check_in"), follow=True))
    with time_machine.travel(AT_14, tick=False):
        assert "Checked in" in text(client.post(page_of(booking, "check_in"), follow=True))
    with time_machine.travel(AT_14 + 30 * MINUTE, tick=False):
        client.post(page_of(booking, "finish"))
    booking.refresh_from_db()
    assert (booking.state, booking.ends) == (State.DONE, AT_14 + 30 * MINUTE)


def test_start_without_having_booked(world: World) -> None:
    client = browser(world.alice)
    for _twice in range(2):
        client.post("/machines/cnc-router/start/")
    booking = Booking.objects.get()
    assert (booking.state, booking.origin) == (State.RUNNING, Booking.Origin.WALK_UP)


def test_start_begins_ones_own_booking(world: World) -> None:
    booking = a_booking(world)
    with time_machine.travel(AT_14 - 5 * MINUTE, tick=False):
        browser(world.alice).post("/machines/cnc-router/start/")
    booking.refresh_from_db()
    assert booking.state == State.RUNNING


def test_start_says_why_not(world: World) -> None:
    response = browser(world.charlie).post("/machines/cnc-router/start/", follow=True)
    assert "You still need the certification" in text(response)
    assert not Booking.objects.exists()


def test_an_unknown_or_retired_machine_is_not_there(world: World) -> None:
    world.router.retired_at = NOW - timedelta(days=1)
    world.router.save()
    for slug in ("cnc-router", "nothing"):
        assert browser(world.alice).get(f"/machines/{slug}/book/").status_code == 404
