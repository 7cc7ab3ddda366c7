"""A slot is taken, two wait for it, its holder gives it back, and one after the other is asked."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Wait
from tests.bookings.people import a_booking
from tests.bookings.waiting import a_wish
from tests.browser import OpenScreen
from tests.journeys.ways import at, typed
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_freed_time_is_offered_declined_and_taken(workshop: World, screen: OpenScreen) -> None:
    now, starts = timezone.now(), at(workshop, 14)
    taken = a_booking(workshop, starts=starts, now=now)

    charlie = screen(workshop.charlie, size="phone")
    page = charlie.open(f"/board/?day={typed(workshop, 0)[:10]}")
    page.locator(f".seg.other > a[href*='{starts:%Y-%m-%dT%H}']").click()
    expect(page.get_by_label("Not before")).to_have_value(typed(workshop, 14))
    assert not charlie.flaws()
    page.get_by_role("button", name="Tell me when it is free").click()
    page.wait_for_url("**/waitlist/")
    expect(page.get_by_role("main")).to_contain_text("CNC router")
    a_wish(workshop, workshop.dana, starts=starts, now=timezone.now())

    alice = screen(workshop.alice).open(f"/bookings/{taken.public_id}/cancel/")
    alice.get_by_role("button", name="Cancel the booking").click()
    alice.wait_for_url("**/bookings/")

    page = charlie.open("/")
    page.locator("#home-notices").get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("main")).to_contain_text("Kept for you until")
    page.get_by_role("button", name="Leave it to the next").click()
    page.wait_for_url("**/waitlist/")
    assert not charlie.flaws()

    dana = screen(workshop.dana)
    page = dana.open("/")
    page.locator("#home-notices").get_by_role("link", name="Look at it").click()
    page.get_by_role("button", name="Take it").click()
    page.wait_for_url("**/bookings/*/")
    expect(page.get_by_role("main")).to_contain_text("Confirmed")
    assert not dana.flaws()
    booked = Booking.objects.get(holds=True)
    assert (booked.member, booked.starts) == (workshop.dana, starts)
    assert Wait.objects.get(member=workshop.charlie).state == Wait.State.WAITING
