"""A series with a clash, from the booking form to the days that are left; also without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from bookings import services
from bookings.models import Booking, Series
from bookings.rules.local import align
from tests.browser import OpenScreen, session_cookie
from tests.people import World, a_certification, a_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def clash(transactional_db: None) -> tuple[World, str]:
    """Dana has the router on the second of the days; the local start of the first."""
    now = timezone.now()
    world = a_world(now=now)
    a_certification(world.dana, world.certification, now=now)
    local = align(now + DAY, HOUR, world.space.tz).astimezone(world.space.tz)
    starts = (local + DAY).replace(hour=12, minute=0)
    services.book(
        member=world.dana,
        machine=world.router,
        starts=starts + DAY,
        ends=starts + DAY + HOUR,
        by=world.dana,
        now=now,
    )
    return world, f"{starts:%Y-%m-%dT%H:%M}"


def book_around_the_clash(page: Page, base: str, starts: str) -> None:
    page.goto(f"{base}/machines/cnc-router/book/?starts={starts}")
    page.get_by_label("Note").fill("lamp panels")
    page.get_by_role("button", name="Repeat it").click()
    expect(page.get_by_label("Note")).to_have_value("lamp panels")
    page.get_by_text("Every day", exact=True).click()
    page.get_by_label("How many times").fill("3")
    page.get_by_role("button", name="Show the days").click()
    days = page.get_by_role("region", name="3 days")
    expect(days.get_by_role("listitem").nth(1)).to_contain_text("Someone was faster.")
    expect(days.get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_role("button", name="Book all that is not skipped").click()
    page.wait_for_url("**/series/*/")
    expect(page.get_by_role("main")).to_contain_text("Every day at 12:00")


def move_and_cancel(page: Page) -> None:
    """All to another hour, then the last of them away."""
    page.get_by_role("link", name="Move what lies ahead").click()
    page.get_by_label("Start").fill(page.get_by_label("Start").input_value()[:11] + "15:00")
    page.get_by_role("button", name="Move them").click()
    page.wait_for_url("**/series/*/")
    expect(page.get_by_role("main")).to_contain_text("15:00–16:00")
    page.get_by_role("main").get_by_role("link", name="CNC router").last.click()
    page.get_by_role("link", name="Cancel those that follow, too").click()
    page.get_by_role("button", name="Cancel them").click()
    page.wait_for_url("**/series/*/")


def test_a_series_with_a_clash(clash: tuple[World, str], screen: OpenScreen) -> None:
    world, starts = clash
    window = screen(world.alice, size="phone")
    book_around_the_clash(window.page, window.base, starts)
    assert Series.objects.get().bookings.count() == 2
    move_and_cancel(window.page)
    held = Booking.objects.filter(member=world.alice, holds=True)
    assert [row.starts.astimezone(world.space.tz).hour for row in held] == [15]


def test_the_same_without_javascript(
    clash: tuple[World, str], browser: Browser, live_server: LiveServer
) -> None:
    world, starts = clash
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{**session_cookie(world.alice), "url": live_server.url}])  # type: ignore[typeddict-item]
    book_around_the_clash(context.new_page(), live_server.url, starts)
    assert Series.objects.get().bookings.count() == 2
    context.close()
