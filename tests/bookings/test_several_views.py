"""Pages of series, of several machines and of any machine of a kind; all without JavaScript."""

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking, Question, Series
from equipment.models import Feature
from members.models import Member, Space
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.bookings.test_groups import a_group
from tests.bookings.test_series import a_series, on, stands
from tests.people import NOW, World, a_machine, a_tool_class

HIDDEN = re.compile(r'name="sequence" value="(\d+)"')

pytestmark = pytest.mark.usefixtures("tuesday", "generous")
WALL = "2026-11-24T18:00"
DAY = timedelta(days=1)
REPEAT, SEVERAL = "/machines/cnc-router/repeat/", "/machines/cnc-router/book-several/"
ANY = "/tool-classes/cnc-machines/book/"


@pytest.fixture
def tuesday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def generous(world: World) -> None:
    world.tool_class.most_future = None
    world.tool_class.save()


def browser(member: Member | None) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


def series_form(**fields: Any) -> dict[str, Any]:
    """Daily at 18:00 for an hour, three times."""
    given = {"starts": WALL, "minutes": "60", "note": "panel", "rhythm": "daily", "every": "1"}
    return {**given, "ends_by": "count", "count": "3", **fields}


def page_of(booking: Booking, name: str) -> str:
    return reverse(f"bookings:{name}", args=[booking.public_id])


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def ticks(response: Any) -> dict[str, bool]:
    """Which day is ticked to be skipped."""
    boxes = re.findall(r'name="skip" value="([\d-]+)"( checked)?', response.content.decode())
    return {day: bool(checked) for day, checked in boxes}


# --- making a series -----------------------------------------------------------------------------


def test_the_booking_form_leads_to_a_series_with_all_that_was_typed(world: World) -> None:
    client = browser(world.alice)
    assert f'formaction="{REPEAT}"' in client.get("/machines/cnc-router/book/").content.decode()
    sent = {"starts": WALL, "minutes": "120", "note": "my lamp", "key": str(uuid.uuid4())}
    shown = client.post(REPEAT, sent).content.decode()
    assert f'value="{WALL}"' in shown and 'value="my lamp"' in shown
    assert re.search(r'value="120"[^>]* checked', shown)
    assert sent["key"] in shown
    assert "This field is required" not in shown


def test_a_preview_lists_each_day_and_books_nothing(world: World) -> None:
    a_booking(world, starts=AT_14 + 4 * HOUR + DAY)
    response = browser(world.alice).post(REPEAT, series_form())
    shown = text(response)
    assert "Wednesday 25 November , 18:00–19:00 Someone was faster." in shown
    assert "Without those that are ticked, 2 can be booked." in shown
    assert ticks(response) == {"2026-11-24": False, "2026-11-25": True, "2026-11-26": False}
    assert (Series.objects.count(), Booking.objects.count()) == (0, 1)


def test_booking_leaves_out_the_ticked_days(world: World) -> None:
    a_booking(world, starts=AT_14 + 4 * HOUR + DAY)
    sent = series_form(book="1", skip=["2026-11-25"])
    response = browser(world.alice).post(REPEAT, sent, follow=True)
    series = Series.objects.get()
    assert response.redirect_chain == [(f"/series/{series.public_id}/", 302)]
    assert stands(series) == ["24 18:00", "26 18:00"]
    assert "The series on CNC router is booked." in text(response)
    assert "Every day at 18:00 for 1 h, from Tuesday 24 November, 3 times." in text(response)


def test_a_day_that_was_lost_since_the_preview_is_shown_and_nothing_is_booked(
    world: World,
) -> None:
    a_booking(world, starts=AT_14 + 4 * HOUR + DAY)
    response = browser(world.alice).post(REPEAT, series_form(book="1"))
    assert "Nothing is booked yet." in text(response)
    assert ticks(response)["2026-11-25"]
    assert 'value="panel"' in response.content.decode()
    assert not Series.objects.exists()


def test_what_stands_against_every_day_is_told_once(world: World) -> None:
    shown = text(browser(world.charlie).post(REPEAT, series_form()))
    assert shown.count("You still need the certification") == 1
    assert "Book all that is not skipped" not in shown


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"count": "1000"}, "That would be 1000 bookings"),
        ({"count": "99999"}, "less than or equal to 10000"),
        ({"count": ""}, "Choose how long the series goes on."),
        ({"ends_by": "until"}, "Choose how long the series goes on."),
        ({"ends_by": "until", "until": "2026-11-01"}, "ends before it begins"),
        ({"ends_by": "until", "until": "9999-12-31"}, "a series takes at most 366"),
        ({"ends_by": "until", "until": "soon"}, "Enter a valid date."),
        ({"ends_by": "never"}, "Select a valid choice"),
        ({"rhythm": "yearly"}, "Select a valid choice"),
        ({"every": "0"}, "greater than or equal to 1"),
        ({"starts": "yesterday"}, "Write the start like"),
        ({"starts": "2027-03-28T02:30"}, "does not exist"),
    ],
)
def test_what_makes_no_series_is_said_and_stays_typed(
    world: World, fields: dict[str, str], words: str
) -> None:
    for extra in ({}, {"book": "1"}):
        response = browser(world.alice).post(REPEAT, series_form(**fields, **extra))
        assert response.status_code == 200
        assert words in text(response)
        assert 'value="panel"' in response.content.decode()
    assert not Series.objects.exists()


def test_tampered_ticks_are_no_days(world: World) -> None:
    sent = series_form(book="1", skip=["x", "2026-13-45", "2026-11-24"])
    browser(world.alice).post(REPEAT, sent)
    assert stands(Series.objects.get()) == ["25 18:00", "26 18:00"]


def test_a_series_form_sent_twice_books_once(world: World) -> None:
    client, sent = browser(world.alice), series_form(book="1", key=str(uuid.uuid4()))
    first, second = (client.post(REPEAT, sent) for _twice in range(2))
    assert first["Location"] == second["Location"]
    assert Series.objects.count() == 1


def test_a_last_day_ends_a_series(world: World) -> None:
    sent = series_form(book="1", rhythm="weekly", ends_by="until", until="2026-12-09", count="")
    response = browser(world.alice).post(REPEAT, sent, follow=True)
    assert "Every week at 18:00 for 1 h, from Tuesday 24 November, until" in text(response)
    assert Series.objects.get().until == date(2026, 12, 9)


# --- seeing and changing one ---------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("bob", 404), ("dana", 200)])
def test_a_series_is_its_owners_and_the_desks(world: World, who: str, status: int) -> None:
    series = a_series(world, count=2)
    client = browser(getattr(world, who))
    assert client.get(f"/series/{series.public_id}/").status_code == status
    for name in ("series_move", "series_cancel"):
        assert client.get(page_of(on(series, 24), name)).status_code == status
        assert client.post(page_of(on(series, 24), name)).status_code == status
    assert stands(series) == ["24 18:00", "25 18:00"]


@pytest.mark.parametrize("name", ["series_move", "series_cancel", "group_move", "group_cancel"])
def test_a_booking_of_no_series_or_group_has_no_such_page(world: World, name: str) -> None:
    assert browser(world.alice).get(page_of(a_booking(world), name)).status_code == 404


def test_strangers_are_asked_to_sign_in(world: World) -> None:
    series, group = a_series(world, count=1), a_group(world)
    paths = [REPEAT, SEVERAL, ANY, f"/series/{series.public_id}/"]
    paths += [page_of(on(series, 24), name) for name in ("series_move", "series_cancel")]
    paths += [page_of(group[0], name) for name in ("group_move", "group_cancel")]
    for path in paths:
        assert browser(None).get(path)["Location"].startswith("/account/login/")


def test_a_booking_says_that_it_is_one_of_a_series(world: World) -> None:
    series = a_series(world, count=2)
    shown = browser(world.alice).get(page_of(on(series, 25), "booking_detail"))
    assert "One of a series" in text(shown)
    assert f"/series/{series.public_id}/" in shown.content.decode()


def test_the_move_form_shows_the_booking_as_it_is(world: World) -> None:
    shown = browser(world.alice).get(page_of(on(a_series(world), 25), "series_move"))
    assert 'value="2026-11-25T18:00"' in shown.content.decode()
    assert re.search(r'value="following"[^>]* checked', shown.content.decode())


def test_moving_one_on_takes_those_that_follow_along(world: World) -> None:
    series = a_series(world, count=3)
    sent = {"starts": "2026-11-25T20:00", "minutes": "60", "machine": "cnc-mill"}
    client = browser(world.alice)
    client.post(page_of(on(series, 25), "series_move"), {**sent, "scope": "following"})
    rest = Series.objects.exclude(pk=series.pk).get()
    assert (stands(series), stands(rest)) == (["24 18:00"], ["25 20:00", "26 20:00"])
    sent |= {"starts": "2026-11-26T16:00", "scope": "one"}
    client.post(page_of(on(rest, 26), "series_move"), sent)
    assert stands(rest) == ["25 20:00", "26 16:00"]


def test_a_move_that_clashes_names_its_day_and_keeps_what_was_typed(world: World) -> None:
    series = a_series(world, count=2)
    a_booking(world, starts=AT_14 + 6 * HOUR + DAY)
    sent = {"starts": "2026-11-24T20:00", "minutes": "60", "machine": "cnc-router"}
    response = browser(world.alice).post(
        page_of(on(series, 24), "series_move"), {**sent, "scope": "all"}
    )
    assert "Wednesday 25 November: Someone was faster." in text(response)
    assert 'value="2026-11-24T20:00"' in response.content.decode()
    assert stands(series) == ["24 18:00", "25 18:00"]


@pytest.mark.parametrize(
    ("scope", "left"),
    [("one", ["24 18:00", "26 18:00"]), ("following", ["24 18:00"]), ("all", [])],
)
def test_cancelling_asks_how_much_of_it(world: World, scope: str, left: list[str]) -> None:
    series = a_series(world, count=3)
    browser(world.alice).post(page_of(on(series, 25), "series_cancel"), {"scope": scope})
    assert stands(series) == left


def test_staff_who_cancel_a_series_say_why(world: World) -> None:
    series, dana = a_series(world, count=2), browser(world.dana)
    path = page_of(on(series, 24), "series_cancel")
    assert "This field is required" in text(dana.post(path, {"scope": "all"}))
    dana.post(path, {"scope": "all", "why": "The belt is torn"})
    assert stands(series) == []


@pytest.mark.parametrize("name", ["series_move", "series_cancel", "group_move", "group_cancel"])
def test_a_page_that_shows_an_older_version_changes_nothing(world: World, name: str) -> None:
    """It is opened, the booking changes meanwhile, and only then is the form sent."""
    booking = on(a_series(world), 25) if "series" in name else a_group(world)[0]
    client, path = browser(world.alice), page_of(booking, name)
    seen = HIDDEN.search(client.get(path).content.decode())
    assert seen is not None
    Booking.objects.filter(pk=booking.pk).update(sequence=F("sequence") + 1)
    before = list(Booking.objects.values_list("state", "starts").order_by("pk"))
    typed = {"scope": "all", "starts": "2026-11-25T20:00", "minutes": "60"}
    typed |= {"machine": booking.machine.slug, "sequence": seen[1]}
    assert "changed" in text(client.post(path, typed))
    assert list(Booking.objects.values_list("state", "starts").order_by("pk")) == before


def test_a_series_page_costs_the_same_for_few_days_and_many(world: World) -> None:
    client = browser(world.alice)

    def cost(series: Series) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/series/{series.public_id}/")
        return len(captured)

    client.get("/bookings/")
    few = cost(a_series(world, count=1))
    assert cost(a_series(world, first=date(2026, 11, 26), count=12)) == few


# --- several machines ----------------------------------------------------------------------------


def group_form(**fields: Any) -> dict[str, Any]:
    machines = ["cnc-router", "cnc-mill"]
    return {"several": "1", "starts": WALL, "minutes": "60", "machines": machines, **fields}


def test_the_booking_form_leads_to_more_machines(world: World) -> None:
    sent = {"starts": WALL, "minutes": "120", "note": "my lamp"}
    shown = browser(world.alice).post(SEVERAL, sent).content.decode()
    assert f'value="{WALL}"' in shown and 'value="my lamp"' in shown
    assert re.search(r'value="cnc-router"[^>]* checked', shown)
    assert not re.search(r'value="cnc-mill"[^>]* checked', shown)


def test_several_machines_are_booked_and_told_of_each_other(world: World) -> None:
    response = browser(world.alice).post(SEVERAL, group_form(), follow=True)
    assert Booking.objects.values("group").distinct().count() == 1
    assert "CNC router, CNC mill are booked." in text(response)
    assert "Booked together with: CNC mill" in text(response)


def test_one_that_is_taken_is_named_and_none_is_booked(world: World) -> None:
    a_booking(world, machine=world.mill, starts=AT_14 + 4 * HOUR)
    response = browser(world.alice).post(SEVERAL, group_form(note="inlay"))
    assert "CNC mill: Someone was faster." in text(response)
    assert 'value="inlay"' in response.content.decode()
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("machines", [["cnc-router", "nothing"], [], ["cnc-router", "1 OR 1"]])
def test_a_machine_that_is_not_there_is_not_booked(world: World, machines: list[str]) -> None:
    response = browser(world.alice).post(SEVERAL, group_form(machines=machines))
    assert response.status_code == 200
    assert not Booking.objects.exists()


def test_a_group_is_moved_and_cancelled_by_any_of_its_bookings(world: World) -> None:
    second, client = a_group(world)[1], browser(world.alice)
    client.post(page_of(second, "group_move"), {"starts": "2026-11-24T16:00", "minutes": "30"})
    assert {row.starts for row in Booking.objects.all()} == {AT_14 + 2 * HOUR}
    client.post(page_of(second, "group_cancel"))
    assert not Booking.objects.filter(holds=True).exists()


def test_nobody_changes_somebody_elses_group(world: World) -> None:
    first = a_group(world)[0]
    for name in ("group_move", "group_cancel"):
        assert browser(world.bob).post(page_of(first, name)).status_code == 404
    assert Booking.objects.filter(holds=True).count() == 2


# --- any machine of a kind -----------------------------------------------------------------------


def any_form(**fields: Any) -> dict[str, Any]:
    return {"space": "northside", "starts": WALL, "minutes": "60", **fields}


def test_any_machine_of_a_kind_is_booked(world: World) -> None:
    rotary = Feature.objects.create(name="Rotary axis", slug="rotary")
    world.mill.features.add(rotary)
    client = browser(world.alice)
    assert "Rotary axis" in text(client.get(ANY))
    response = client.post(ANY, any_form(features=["rotary"]), follow=True)
    assert Booking.objects.get().machine == world.mill
    assert "CNC mill is booked." in text(response)


def test_a_refusal_names_the_machines_it_is_about(world: World) -> None:
    shown = text(browser(world.charlie).post(ANY, any_form()))
    assert "CNC router, CNC mill: You still need the certification" in shown
    assert not Booking.objects.exists()


def test_the_booking_form_leads_to_any_of_its_kind(world: World) -> None:
    sent = {"starts": WALL, "minutes": "120", "note": "my lamp"}
    shown = browser(world.alice).post(ANY, sent).content.decode()
    assert f'value="{WALL}"' in shown and 'value="my lamp"' in shown
    assert "This field is required" not in shown
    assert not Booking.objects.exists()


@pytest.mark.parametrize("fields", [{"space": "nowhere"}, {"features": ["none"]}, {"space": ""}])
def test_a_tampered_form_books_nothing(world: World, fields: dict[str, Any]) -> None:
    assert browser(world.alice).post(ANY, any_form(**fields)).status_code == 200
    assert not Booking.objects.exists()


def test_a_kind_without_machines_is_not_there(world: World) -> None:
    a_tool_class("Kilns")
    for slug in ("kilns", "nothing"):
        assert browser(world.alice).get(f"/tool-classes/{slug}/book/").status_code == 404


def test_machines_of_the_own_space_come_first(world: World) -> None:
    far = Space.objects.create(name="Annex", slug="annex", zone="Asia/Kathmandu")
    a_machine("Far mill", world.tool_class, far)
    client = browser(world.alice)
    assert "Northside workshop time" in text(client.get(ANY))
    assert "Annex time" in text(client.get(f"{ANY}?space=annex"))
    client.post(ANY, any_form(space="annex", starts="2026-11-24T20:00"))
    assert Booking.objects.get().machine.name == "Far mill"


# --- for others, and with questions --------------------------------------------------------------


def test_staff_book_a_series_for_a_member(world: World) -> None:
    path = f"{REPEAT}?member={world.alice.public_id}"
    dana = browser(world.dana)
    assert "For Alice Meyer." in text(dana.post(path, series_form()))
    dana.post(path, series_form(book="1"))
    assert Series.objects.get().member == world.alice
    assert browser(world.bob).post(path, series_form(book="1")).status_code == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (REPEAT, {**series_form(count="1"), "book": "1"}),
        (SEVERAL, group_form()),
        (ANY, any_form()),
    ],
)
def test_what_a_kind_asks_is_asked_on_every_way(
    world: World, path: str, form: dict[str, Any]
) -> None:
    question = Question.objects.create(tool_class=world.tool_class, text="Which material?")
    client, name = browser(world.alice), f"question-{question.pk}"
    assert "Which material?" in text(client.get(path))
    assert "Which material?" in text(client.post(path, form))
    assert not Booking.objects.exists()
    client.post(path, {**form, name: "Birch"})
    answers = set(Booking.objects.values_list("answers__text", flat=True))
    assert answers == {"Birch"}
