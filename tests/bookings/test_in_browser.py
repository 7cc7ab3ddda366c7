"""The booking pages in a real browser: no flaw, and lengths that follow the start."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from bookings.rules.local import align
from tests.bookings.people import HOUR, MINUTE, a_booking
from tests.browser import OpenScreen, Scheme, screen
from tests.people import World, a_world

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def today() -> World:
    """A world around the real present: a browser's clock is not ours to set."""
    return a_world(now=timezone.now(), buffer_minutes=15)


def next_quarter(world: World) -> datetime:
    return align(timezone.now() + MINUTE, timedelta(minutes=15), world.space.tz)


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_no_page_has_a_flaw(today: World, screen: OpenScreen, size: str, scheme: Scheme) -> None:
    at = next_quarter(today)
    booking = a_booking(today, starts=at, now=timezone.now(), note="lamp panels")
    page = f"/bookings/{booking.public_id}/"
    mine = [page, f"{page}move/", f"{page}extend/", f"{page}cancel/", "/bookings/"]
    book = f"/machines/cnc-router/book/?starts={at:%Y-%m-%dT%H:%M:%SZ}"
    flaws = {}
    for member, paths in ((today.alice, [*mine, book]), (today.bob, [book])):
        shown = screen(member, size=size, scheme=scheme)
        for path in paths:
            shown.open(path)
            flaws[path] = shown.flaws()
    assert not {path: found for path, found in flaws.items() if found}


def test_a_new_start_brings_the_lengths_that_fit_there(today: World, screen: OpenScreen) -> None:
    at = next_quarter(today) + 24 * HOUR
    a_booking(today, starts=at + 2 * HOUR, now=timezone.now())
    page = screen(today.alice).open("/machines/cnc-router/book/")
    wall = at.astimezone(today.space.tz)
    page.get_by_label("Start").fill(f"{wall:%Y-%m-%dT%H:%M}")
    page.get_by_label("Start").blur()
    expect(page.get_by_text("2 h, until")).to_have_count(0)
    longest = wall + timedelta(minutes=90)  # and a quarter for the buffer
    page.get_by_text(f"1 h 30, until {longest:%H:%M}").click()
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/**")
    assert Booking.objects.filter(starts=at, ends=at + 1.5 * HOUR).exists()


def test_a_booking_is_made_by_keyboard_alone(today: World, screen: OpenScreen) -> None:
    page = screen(today.alice).open("/machines/cnc-router/book/")
    page.get_by_label("1 h, until").focus()
    page.keyboard.press("ArrowLeft")  # 45 minutes
    page.keyboard.press("Enter")
    page.wait_for_url("**/bookings/**")
    booking = Booking.objects.get()
    assert booking.ends - booking.starts == timedelta(minutes=45)
