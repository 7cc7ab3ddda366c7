"""From signing in to the booking on one's home page, by mouse and by phone, among many others."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking
from demo.data.people import PASSWORD
from members.models import Member
from tests.browser import OpenScreen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Makerspace = Callable[[str], Member]


def sign_in(page: Page) -> None:
    page.get_by_label("Mail address").fill("alice@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def newest(member: Member) -> Booking:
    return Booking.objects.filter(member=member).latest("pk")


@pytest.mark.smoke
def test_a_member_books_a_gap_and_finds_it_at_home(
    screen: OpenScreen, makerspace: Makerspace, tomorrow: str
) -> None:
    window = screen()
    page = window.open("/")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alice")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role(
        "link", name="Board"
    ).click()
    page.goto(f"{window.base}/board/?day={tomorrow}")
    page.get_by_role("link", name="Book Band saw").first.click()
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/*/")

    booked = newest(makerspace("alice"))
    assert booked.machine.name == "Band saw"
    window.open(f"/board/?day={tomorrow}")
    expect(page.get_by_role("link", name="Your booking: Band saw")).to_be_visible()
    window.open("/")
    expect(page.get_by_role("main")).to_contain_text("Band saw")
    assert not window.flaws()


def test_the_same_on_a_phone(screen: OpenScreen, makerspace: Makerspace, tomorrow: str) -> None:
    alice = makerspace("alice")
    window = screen(alice, size="phone")
    page = window.open(f"/board/?day={tomorrow}")
    gap = page.get_by_role("link", name="Book Band saw").first
    assert (gap.bounding_box() or {})["height"] >= 44
    gap.click()
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/*/")
    assert newest(alice).machine.name == "Band saw"
    page.get_by_role("link", name="Mine").click()
    expect(page.get_by_role("main")).to_contain_text("Band saw")
    assert not window.flaws()


def test_a_drag_over_a_gap_asks_for_exactly_that_time(
    screen: OpenScreen, makerspace: Makerspace, tomorrow: str
) -> None:
    window = screen(makerspace("alice"))
    page = window.open(f"/board/?day={tomorrow}")
    gap = page.locator(".lane", has_text="Table saw").locator(".gap:not(.no) > a").first
    gap.scroll_into_view_if_needed()
    box = gap.bounding_box()
    quarters = int(gap.evaluate("a => getComputedStyle(a.parentElement).getPropertyValue('--q')"))
    assert box is not None
    quarter = box["width"] / quarters
    page.mouse.move(box["x"] + 0.5 * quarter, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 3.5 * quarter, box["y"] + 10, steps=4)
    page.mouse.up()
    page.wait_for_url("**/book/**")
    assert "starts=" in page.url and "ends=" in page.url


def test_a_scanned_label_leads_back_to_its_machine(
    screen: OpenScreen, makerspace: Makerspace
) -> None:
    window = screen(size="phone")
    page = window.open("/machines/laser-1/")
    page.get_by_role("link", name="Sign in and come back").click()
    sign_in(page)
    page.wait_for_url("**/machines/laser-1/")
    expect(page.locator("#machine-verdict")).to_contain_text("If you tap now")
