"""Pages of outside calendars: tried out first, then kept; for the staff of the space."""

from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from calendars.busy import services
from calendars.busy.fetching import Fetched
from calendars.models import BusySource
from members.models import Closure
from tests.bookings.people import a_booking
from tests.bookings.test_views import browser, text
from tests.calendars.busy.test_reading import a_calendar
from tests.calendars.busy.test_services import LATER, LESSON, School, a_source
from tests.people import NOW, World, a_world

LIST = "/spaces/northside/calendars/"
NEW = f"{LIST}new/"
ADDRESS = {"name": "School", "url": "https://school.example/7.ics", "every_minutes": "60"}
FILE = {"name": "School", "every_minutes": "60"}


@pytest.fixture
def world(db: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def dana(world: World) -> Client:
    return browser(world.dana)


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> School:
    there = School()
    monkeypatch.setattr(services, "fetch", there.fetch)
    return there


def a_file(body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("room.ics", body, "text/calendar")


def test_an_address_is_tried_out_and_then_kept(world: World, dana: Client, school: School) -> None:
    a_booking(world)
    school.answer = Fetched(a_calendar(LESSON, LATER))
    tried = text(dana.post(NEW, ADDRESS))
    assert "2 busy times in the next 26 weeks" in tried and "This hits 1 booking." in tried
    assert not BusySource.objects.exists() and not Closure.objects.exists()
    page = text(dana.post(NEW, {**ADDRESS, "keep": "1"}, follow=True))
    assert "School is added." in page and "2 busy times ahead" in page and "In order" in page
    assert Closure.objects.count() == 2


def test_a_file_is_tried_out_and_sent_again_as_text(world: World, dana: Client) -> None:
    body = a_calendar(LESSON)
    tried = dana.post(NEW, {**FILE, "machine": "cnc-mill", "upload": a_file(body)})
    assert "1 busy time in the next 26 weeks" in text(tried)
    assert "“School” closes CNC mill" in text(tried)
    kept = {**FILE, "machine": "cnc-mill", "text": body.decode(), "keep": "1"}
    dana.post(NEW, kept)
    assert world.mill.closures.count() == 1
    assert BusySource.objects.get().machine == world.mill


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": ""}, "Write an address or choose a file"),
        ({"url": "ftp://school.example/"}, "That is no address"),
        ({"url": "http://dana:x@school.example/"}, "holds a name or a password"),
        ({"url": "http://school.example:22/"}, "Only the usual ports"),
        ({"name": ""}, "required"),
        ({"machine": "no-such"}, "valid choice"),
        ({"every_minutes": "1"}, "valid choice"),
    ],
)
def test_what_cannot_be_read_keeps_what_was_typed(
    world: World, dana: Client, school: School, given: dict[str, str], words: str
) -> None:
    page = dana.post(NEW, {**ADDRESS, **given})
    assert words in text(page)
    typed = {**ADDRESS, **given}
    assert f'value="{typed["name"]}"' in page.content.decode() or not typed["name"]
    assert f'value="{typed["url"]}"' in page.content.decode() or not typed["url"]
    assert not school.asked


def test_why_an_address_gives_nothing_is_said_at_it(
    world: World, dana: Client, school: School
) -> None:
    school.answer = "not-public"
    assert "inside a private network" in text(dana.post(NEW, {**ADDRESS, "keep": "1"}))
    assert not BusySource.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"\0\1", "no text"), (b"<html>", "no calendar"), (b"x" * 1_100_000, "larger than 1 MiB")],
)
def test_a_file_that_is_none_is_refused(
    world: World, dana: Client, body: bytes, words: str
) -> None:
    assert words in text(dana.post(NEW, {**FILE, "upload": a_file(body)}))


def test_a_failure_is_shown_and_read_now_mends_it(
    world: World, dana: Client, school: School
) -> None:
    source = a_source(world)
    school.answer = "too-slow"
    page = text(dana.post(f"/busy/{source.public_id}/refresh/", follow=True))
    assert "It did not answer in time" in page and "what was known stays" in page
    school.answer = Fetched(a_calendar(LESSON))
    page = text(dana.post(f"/busy/{source.public_id}/refresh/", follow=True))
    assert "School is read." in page and "In order" in page


def test_removing_asks_once(world: World, dana: Client, school: School) -> None:
    source = a_source(world)
    path = f"/busy/{source.public_id}/remove/"
    assert "Remove it" in text(dana.get(path))
    dana.post(path)
    assert "No outside calendar yet" in text(dana.get(LIST))
    assert dana.post(path).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_many(
    world: World, dana: Client, school: School, django_assert_max_num_queries: Any
) -> None:
    for name in ("School", "Choir", "Scouts", "Council"):
        url = f"https://{name.lower()}.example/7.ics"
        a_source(world, name=name, url=url)
        a_source(world, name=name, url=url, machine=world.mill)
    with django_assert_max_num_queries(12):
        assert text(dana.get(LIST)).count("Read now") == 8


def test_it_is_for_the_staff_of_the_space(world: World, school: School) -> None:
    source = a_source(world)
    for path in (LIST, NEW, f"/busy/{source.public_id}/remove/"):
        assert browser(None).get(path).status_code == 302
        assert browser(world.alice).get(path).status_code == 403
    assert browser(world.dana).get(f"/busy/{source.public_id}/refresh/").status_code == 405
