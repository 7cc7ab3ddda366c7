"""The bench of /demo/: what one presses reaches the device, what one sees comes from it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Booking
from demo import bench
from demo.data import fill
from demo.data.people import LOGINS
from demo.data.place import BENCH
from demo.processes import free_port
from equipment.models import Lockout, Machine
from equipment.services import lock_out
from members.models import AccessEpoch, Member
from tests.browser import OpenScreen, screen
from tests.device.process import DeviceProcess, running_device

__all__ = ["screen"]

NOW = datetime(2026, 11, 24, 12, 30, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mounted(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's pages, and a directory in which no supervisor works."""
    settings.ROOT_URLCONF = "tests.demo_data.urls"
    monkeypatch.setenv("DEMO_DIRECTORY", str(tmp_path))
    return tmp_path


@pytest.fixture
def router(mounted: Path) -> Iterator[DeviceProcess]:
    """The bench's real device, without a broker to talk to, where the supervisor would list it."""
    with running_device(BENCH, free_port()) as device:
        port = device._socket.getpeername()[1]
        listed = {"devices": {BENCH: port}, "control": free_port()}
        (mounted / "processes.json").write_text(json.dumps(listed))
        yield device


@pytest.fixture
def filled(db: None) -> Machine:
    fill(NOW)
    return Machine.objects.get(slug=BENCH)


def press(client: Client, do: str, **headers: str) -> str:
    response = client.post("/demo/act/", {"do": do}, headers=headers or {"X-Live": "1"})
    assert response.status_code == 200
    return response.content.decode()


# --- without anything running -------------------------------------------------------------------


@pytest.mark.django_db
def test_without_processes_and_data_it_is_a_poster(client: Client) -> None:
    page = client.get("/demo/")
    assert page.status_code == 200
    assert b'data-state="LOCKED"' in page.content
    assert b"Start it with ./run demo" in page.content


def test_what_nobody_hears_is_said(client: Client, filled: Machine) -> None:
    assert "Nothing runs here" in press(client, "weld")


def test_a_button_that_is_none_is_refused(client: Client, filled: Machine) -> None:
    assert "There is no such button" in press(client, "reformat")


def test_it_is_posted_to(client: Client) -> None:
    assert client.get("/demo/act/").status_code == 405
    assert client.get("/demo/be/").status_code == 405
    assert client.post("/demo/live/").status_code == 405


def test_one_can_be_anybody_of_the_story_and_nobody_else(client: Client, filled: Machine) -> None:
    assert client.post("/demo/be/", {"who": "viktor"}).status_code == 404
    assert client.post("/demo/be/", {"who": "dana"}).status_code == 302
    assert client.session["_auth_user_id"] == str(Member.objects.get(name=LOGINS["dana"]).pk)


# --- Alice's phone ------------------------------------------------------------------------------


def test_her_phone_books_the_next_two_free_minutes(filled: Machine) -> None:
    seated = Booking.objects.get(machine=filled)
    bench.act("book", NOW)
    booked = Booking.objects.exclude(pk=seated.pk).get(machine=filled)
    assert (booked.starts, booked.ends) == (seated.ends, seated.ends + timedelta(minutes=2))
    assert booked.member.name == LOGINS["alice"]


def test_after_her_time_the_next_full_minute_is_free(filled: Machine) -> None:
    Booking.objects.filter(machine=filled).update(holds=False)
    assert bench.next_trial(filled, NOW) == NOW.replace(second=0) + timedelta(minutes=1)


def test_time_up_leaves_some_seconds_and_tells_the_gatekeeper(filled: Machine) -> None:
    before = AccessEpoch.objects.get(pk=1).number
    bench.act("time-up", NOW)
    booking = Booking.objects.get(machine=filled)
    assert booking.ends == booking.blocked_until == NOW + bench.SECONDS_LEFT
    assert AccessEpoch.objects.get(pk=1).number == before + 1
    bench.act("time-up", NOW)  # again: it does not get longer
    assert Booking.objects.get(machine=filled).ends == NOW + bench.SECONDS_LEFT


def test_time_up_ends_a_booking_that_was_started_early(filled: Machine) -> None:
    Booking.objects.filter(machine=filled).update(holds=False)
    bench.act("book", NOW)
    bench.act("time-up", NOW)
    booking = Booking.objects.get(machine=filled, holds=True)
    assert (booking.starts, booking.ends) == (NOW, NOW + bench.SECONDS_LEFT)


# --- the machine --------------------------------------------------------------------------------


def test_a_tap_reaches_the_device(client: Client, filled: Machine, router: DeviceProcess) -> None:
    shown = press(client, "tap-bob")
    assert "Bob, …F681" in shown
    assert 'id="tap-bob" name="do" value="tap-bob" data-part aria-pressed="true"' in shown
    assert "It stays locked: nobody answers." in shown


def test_a_welded_relay_is_a_fault_until_it_is_repaired(
    client: Client, filled: Machine, router: DeviceProcess
) -> None:
    assert "Repair it" in press(client, "weld")
    router.until(st="fault")
    shown = client.get("/demo/live/").content.decode()
    assert 'data-state="FAULT"' in shown
    lock_out(machine=filled, why="Contactor stuck", by=None, now=timezone.now())
    press(client, "repair")
    router.until(st="locked", welded=False)
    assert not Lockout.objects.filter(machine=filled, cleared_at=None).exists()


def test_the_desks_reader_reads_the_stranger_s_badge(
    client: Client, filled: Machine, router: DeviceProcess, mounted: Path
) -> None:
    listed = json.loads((mounted / "processes.json").read_text())
    listed["devices"]["desk"] = listed["devices"].pop(BENCH)
    (mounted / "processes.json").write_text(json.dumps(listed))
    assert client.post("/demo/act/", {"do": "tap-desk"}).status_code == 302
    assert "tap, badge …B883" in [line["what"] for line in router.do()["log"]]


def test_cables_are_pulled_and_put_back(
    client: Client, filled: Machine, router: DeviceProcess
) -> None:
    assert "Plug it back in" in press(client, "unplug")
    assert not router.do()["network"]
    assert "Pull the network" in press(client, "plug")
    assert router.do()["network"]


def test_without_javascript_a_button_leads_back_to_the_page(
    client: Client, filled: Machine, router: DeviceProcess
) -> None:
    response = client.post("/demo/act/", {"do": "start"})
    assert (response.status_code, response["Location"]) == (302, "/demo/")
    assert "start pressed, but there is no power" in [line["what"] for line in router.do()["log"]]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_flaws_and_shows_what_the_device_says(
    screen: OpenScreen, router: DeviceProcess, size: str, scheme: str
) -> None:
    fill(timezone.now())
    window = screen(size=size, scheme=scheme)
    page = window.open("/demo/")
    assert not window.flaws()
    page.get_by_role("button", name="Weld the relay").click()
    page.wait_for_selector('#stage[data-state="FAULT"]')
    assert page.locator("#screen b").inner_text() == "FAULT"
    assert not window.flaws()
