"""Pages of hours, closures and disruptions: they work, ask first, and are nobody else's."""

from datetime import time
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.forms.hours import read_day
from bookings.models import Booking, Disruption
from bookings.services.disruptions import find_disruptions
from equipment.models import MachineClosure
from equipment.services import lock_out
from members.models import Closure, Role
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.bookings.test_views import browser, text
from tests.people import NOW, World

HOURS = "/spaces/northside/hours/"
CLOSE = "/spaces/northside/closures/"
TODAY = {"starts": "2026-11-24T13:45", "ends": "2026-11-24T16:00", "reason": "Flood"}


@pytest.fixture(autouse=True)
def tuesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dana(world: World) -> Client:
    return browser(world.dana)


def disrupted(world: World) -> Disruption:
    """Alice's booking at 14:00, whose machine is locked out."""
    a_booking(world)
    lock_out(machine=world.router, why="Spindle worn", by=world.dana, now=NOW)
    find_disruptions(now=NOW)
    return Disruption.objects.get()


def page_of(disruption: Disruption) -> str:
    return f"/disruptions/{disruption.public_id}/"


# --- hours -------------------------------------------------------------------------------------


def test_staff_write_a_week_and_everybody_reads_it(world: World, dana: Client) -> None:
    week = {"day0": "10:00-13:00, 14–22", "day5": "18:00–02:00"}
    dana.post(f"{HOURS}opening/", week)
    dana.post(f"{HOURS}staffed/", {"day2": "17:00–20:00"})
    shown = text(browser(None).get(HOURS))
    assert "10:00–13:00, 14:00–22:00" in shown and "18:00–02:00" in shown
    assert "17:00–20:00" in shown and "closed" in shown
    assert "Plan a closure" not in shown


def test_hours_that_cannot_be_read_stand_to_be_mended(world: World, dana: Client) -> None:
    page = dana.post(f"{HOURS}opening/", {"day0": "from ten to six", "day1": "10:00–18:00"})
    assert "Write hours like 10:00–13:00" in text(page)
    assert 'value="from ten to six"' in page.content.decode()
    assert not world.space.hours.exists()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("9-17", [(time(9), time(17))]),
        ("14:00–22:00, 10:00–13:00", [(time(10), time(13)), (time(14), time(22))]),
        ("00:00–24:00", [(time(0), time(0))]),
        ("18:00 to 02:00", [(time(18), time(2))]),
    ],
)
def test_a_day_is_read(typed: str, expected: list[tuple[time, time]]) -> None:
    assert read_day(typed) == expected


@pytest.mark.parametrize(
    "typed", ["10", "10:00", "25–26", "10:99–11:00", "10-14, 13-15", "18-02, 19-20", "10-24:30"]
)
def test_a_day_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        read_day(typed)


@pytest.mark.parametrize("path", [f"{HOURS}opening/", CLOSE, "/spaces/northside/disruptions/"])
def test_only_staff_of_the_space_change_anything(world: World, path: str) -> None:
    assert browser(None).get(path).status_code == 302
    assert browser(world.alice).get(path).status_code in (403, 404)
    assert browser(world.alice).post(path).status_code in (403, 404, 405)
    assert browser(world.dana).get(path).status_code == 200


# --- closures ----------------------------------------------------------------------------------


def test_a_closure_that_hits_nobody_is_made_at_once(world: World, dana: Client) -> None:
    page = dana.post(CLOSE, TODAY, follow=True)
    assert page.redirect_chain == [(HOURS, 302)]
    assert "Flood" in text(page) and "No booking is in its way" in text(page)
    assert Closure.objects.get().starts == AT_14 - HOUR / 4


def test_whom_it_hits_is_shown_before_it_is_made(world: World, dana: Client) -> None:
    a_booking(world)
    asked = dana.post(CLOSE, TODAY)
    assert "This hits 1 booking" in text(asked) and "Alice Meyer" in text(asked)
    assert not Closure.objects.exists()
    dana.post(CLOSE, {**TODAY, "told": "1"})
    assert Closure.objects.exists()
    assert Disruption.objects.get().booking.member == world.alice


def test_the_same_form_sent_twice_closes_once(world: World, dana: Client) -> None:
    for _twice in range(2):
        dana.post(CLOSE, TODAY)
        dana.post("/machines/cnc-router/closures/new/", TODAY)
    assert Closure.objects.count() == MachineClosure.objects.count() == 1


def test_who_booked_meanwhile_is_shown_too(world: World, dana: Client) -> None:
    a_booking(world)
    a_booking(world, machine=world.mill, starts=AT_14 + HOUR)
    page = dana.post(CLOSE, {**TODAY, "told": "1"})
    assert "This hits 2 bookings" in text(page)
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends": "2026-11-24T13:00"}, "It ends before it begins"),
        ({"starts": "2026-11-23T10:00", "ends": "2026-11-23T11:00"}, "That is over"),
        ({"starts": "2027-03-28T02:30"}, "02:30"),  # the clocks skip it
        ({"starts": "soon"}, "Write the start like"),
        ({"reason": ""}, "required"),
        ({"starts": "9999-12-31T23:59"}, "Nobody plans that far"),
    ],
)
def test_impossible_closures_keep_what_was_typed(
    world: World, dana: Client, wrong: dict[str, str], words: str
) -> None:
    page = dana.post(CLOSE, {**TODAY, **wrong})
    assert words in text(page)
    kept = {**TODAY, **wrong}
    assert all(f'value="{value}"' in page.content.decode() for value in kept.values() if value)
    assert not Closure.objects.exists()


def test_a_machine_is_closed_changed_and_opened_on_its_own_page(world: World, dana: Client) -> None:
    a_booking(world)
    home = "/machines/cnc-router/closures/"
    assert dana.post(f"{home}new/", {**TODAY, "told": "1"}, follow=True).status_code == 200
    closure = MachineClosure.objects.get()
    assert "Flood" in text(dana.get(home))
    later = {**TODAY, "starts": "2026-11-25T10:00", "ends": "2026-11-25T12:00"}
    dana.post(f"/machine-closures/{closure.pk}/", later)
    assert Disruption.objects.get().answer == Disruption.Answer.OVER
    assert dana.get(f"/machine-closures/{closure.pk}/remove/").status_code == 200
    dana.post(f"/machine-closures/{closure.pk}/remove/")
    assert not MachineClosure.objects.exists()


def test_a_keeper_closes_machines_and_no_space(world: World) -> None:
    Role.objects.create(member=world.bob, space=world.space, kind=Role.Kind.MAINTAINER)
    bob = browser(world.bob)
    bob.post("/machines/cnc-router/closures/new/", TODAY)
    closure = MachineClosure.objects.get()
    assert bob.get(CLOSE).status_code == 404
    assert browser(world.alice).get(f"/machine-closures/{closure.pk}/").status_code == 404


def test_what_an_outside_calendar_closed_is_not_changed_by_hand(world: World, dana: Client) -> None:
    closure = Closure.objects.create(
        space=world.space,
        starts=AT_14,
        ends=AT_14 + HOUR,
        reason="Maths",
        source=world.dana.public_id,
    )
    assert dana.post(f"/closures/{closure.pk}/remove/").status_code == 404
    assert "outside calendar" in text(dana.get(HOURS))


# --- disruptions -------------------------------------------------------------------------------


def test_the_page_says_what_is_in_the_way_and_offers_ways_out(world: World) -> None:
    page = text(browser(world.alice).get(page_of(disrupted(world))))
    assert "CNC router is locked out: Spindle worn." in page
    assert "Another machine, same time CNC mill" in page
    assert "The nearest free times" in page and "Give it back" in page


def test_one_button_moves_the_booking(world: World) -> None:
    found = disrupted(world)
    way = {"answer": "move", "machine": "cnc-mill", "starts": AT_14.isoformat()}
    page = browser(world.alice).post(page_of(found), way, follow=True)
    assert "Moved. Your calendar follows." in text(page)
    assert Booking.objects.get().machine == world.mill
    assert "This is settled" in text(browser(world.alice).get(page_of(found)))


def test_one_button_gives_it_back(world: World) -> None:
    found = disrupted(world)
    browser(world.alice).post(page_of(found), {"answer": "release"})
    assert Booking.objects.get().state == Booking.State.CANCELLED


@pytest.mark.parametrize(
    "tampered",
    [
        {},
        {"answer": "move"},
        {"answer": "move", "machine": "cnc-mill", "starts": "soon"},
        {"answer": "move", "machine": "no-such", "starts": AT_14.isoformat()},
        {"answer": "move", "machine": "cnc-router", "starts": AT_14.isoformat()},
        {"answer": "move", "machine": "cnc-mill", "starts": "2026-01-01T10:00:00+00:00"},
        {"answer": "burn"},
    ],
)
def test_tampered_answers_change_nothing_and_the_ways_stay(
    world: World, tampered: dict[str, str]
) -> None:
    found = disrupted(world)
    page = browser(world.alice).post(page_of(found), tampered)
    assert page.status_code == 200 and "CNC mill" in text(page)
    assert 'role="alert"' in page.content.decode()
    assert Booking.objects.get().starts == AT_14
    assert Disruption.objects.get().answered_at is None


def test_it_is_its_members_and_the_desks_and_nobody_elses(world: World) -> None:
    path = page_of(disrupted(world))
    assert browser(world.charlie).get(path).status_code == 404
    assert browser(world.charlie).post(path, {"answer": "release"}).status_code == 404
    assert "Alice Meyer" in text(browser(world.dana).get(path))


def test_staff_see_who_answered_and_how(world: World, dana: Client) -> None:
    found = disrupted(world)
    before = text(dana.get("/spaces/northside/disruptions/"))
    assert "1 booking waits for an answer." in before and "No answer yet" in before
    dana.post(page_of(found), {"answer": "release"})
    after = text(dana.get("/spaces/northside/disruptions/"))
    assert "0 bookings wait" in after and "Given back" in after and "Dana Osei" in after


def test_the_booking_leads_to_its_choices_until_it_is_settled(world: World) -> None:
    found = disrupted(world)
    booking = f"/bookings/{found.booking.public_id}/"
    assert page_of(found) in browser(world.alice).get(booking).content.decode()
    browser(world.alice).post(page_of(found), {"answer": "release"})
    assert page_of(found) not in browser(world.alice).get(booking).content.decode()


def test_the_desk_and_the_lockout_count_who_has_chosen(world: World, dana: Client) -> None:
    found = disrupted(world)
    assert "1 booking has to make way" in text(dana.get("/desk/"))
    assert "1 booking hit, 0 settled" in text(dana.get("/machines/cnc-router/"))
    assert "booking hit" not in text(browser(world.alice).get("/machines/cnc-router/"))
    browser(world.alice).post(page_of(found), {"answer": "release"})
    assert "has to make way" not in text(dana.get("/desk/"))
    assert "1 booking hit, 1 settled" in text(dana.get("/machines/cnc-router/"))
