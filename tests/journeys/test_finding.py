"""A slot is looked for and booked; and the same in German, where only the words differ."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from tests.bookings.people import a_booking
from tests.browser import OpenScreen
from tests.journeys.ways import at, typed
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_best_slot_is_one_click_from_being_booked(workshop: World, screen: OpenScreen) -> None:
    a_booking(workshop, member=workshop.dana, starts=at(workshop, 12), now=timezone.now())
    window = screen(workshop.alice, size="phone")
    page = window.open("/")
    page.get_by_role("link", name="Find a slot").click()
    page.get_by_label("Machine").select_option("CNC router")
    page.get_by_label("For how long").select_option("120")
    page.get_by_label("From", exact=True).fill(typed(workshop, 0)[:10])
    page.get_by_text("Afternoon", exact=True).click()
    page.get_by_role("button", name="Look").click()
    expect(page.locator("#found").get_by_role("link", name="CNC router").first).to_be_visible()
    assert not window.flaws()
    page.locator("#found").get_by_role("link", name="CNC router").first.click()
    expect(page.get_by_label("Start")).to_have_value(typed(workshop, 13))
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/*/")
    booking = Booking.objects.get(member=workshop.alice)
    assert (booking.starts, booking.ends) == (at(workshop, 13), at(workshop, 15))


def test_in_german(workshop: World, screen: OpenScreen) -> None:
    workshop.alice.language = "de"
    workshop.alice.save()
    window = screen(workshop.alice, locale="de-DE")
    page = window.open(f"/board/?day={typed(workshop, 0)[:10]}")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.locator(".gap > a[href*=cnc-router]").first.click()
    page.locator("main form button.primary").click()
    page.wait_for_url("**/bookings/*/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert Booking.objects.get().machine == workshop.router
    assert not window.flaws()
