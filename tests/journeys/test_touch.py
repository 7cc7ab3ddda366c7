"""A booking by finger: tapped on a phone; on a tablet held and drawn over a gap, then asked."""

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking
from tests.browser import OpenScreen
from tests.journeys.ways import at
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Finger:
    """Touches as the screen reports them: Playwright itself only taps."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wire = page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def draw(self, start: tuple[float, float], right: float, *, held: bool) -> None:
        """Put down, hold until the board has seen it, move to the right; it stays on the glass."""
        self.touch("touchStart", start)
        if held:
            expect(self.page.locator(".pick")).to_have_count(1)
        for part in (0.25, 0.5, 0.75, 1):
            self.touch("touchMove", (start[0] + part * right, start[1]))


def test_a_phone_books_by_tapping(workshop: World, screen: OpenScreen) -> None:
    day = f"{at(workshop, 12).astimezone(workshop.space.tz):%Y-%m-%d}"
    window = screen(workshop.alice, size="phone", has_touch=True, is_mobile=True)
    page = window.open(f"/board/?day={day}")
    page.get_by_role("link", name="Book CNC router").first.tap()
    page.get_by_text("2 h, until").tap()
    page.get_by_role("button", name="Book it").tap()
    page.wait_for_url("**/bookings/*/")
    booking = Booking.objects.get()
    assert (booking.ends - booking.starts).total_seconds() == 2 * 60 * 60
    assert not window.flaws()


def test_a_tablet_draws_over_a_gap_and_is_asked(workshop: World, screen: OpenScreen) -> None:
    starts = at(workshop, 0)
    window = screen(workshop.alice, size="tablet", has_touch=True)
    page = window.open(f"/board/?day={starts.astimezone(workshop.space.tz):%Y-%m-%d}")
    box = page.locator(".gap > a[href*=cnc-router]").first.bounding_box() or {}
    quarter, finger = box["width"] / 96, Finger(page)
    start = (box["x"] + 40.5 * quarter, box["y"] + box["height"] / 2)

    finger.draw(start, 3 * quarter, held=False)  # a swipe, which is for scrolling
    finger.touch("touchEnd")
    expect(page.locator(".pick")).to_have_count(0)

    finger.draw(start, 3 * quarter, held=True)
    expect(page.locator(".pick")).to_have_text("10:00–11:00")
    finger.touch("touchEnd")
    page.wait_for_url("**/machines/cnc-router/book/**")
    assert not Booking.objects.exists()
    page.get_by_role("button", name="Book it").tap()
    page.wait_for_url("**/bookings/*/")
    booking = Booking.objects.get()
    assert (booking.starts, booking.ends) == (at(workshop, 10), at(workshop, 11))
    assert not window.flaws()
