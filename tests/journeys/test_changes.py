"""A booking is moved, goes on for longer, and is given back late with that said beforehand."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import services
from bookings.models import Booking
from bookings.rules.local import align
from tests.bookings.people import HOUR, MINUTE, a_booking
from tests.browser import OpenScreen
from tests.journeys.ways import at, typed
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_running_booking(world: World) -> Booking:
    """Alice's, begun half an hour ago or a little less; it ends a whole hour after its start."""
    now = timezone.now()
    starts = align(now - 30 * MINUTE, timedelta(minutes=15), world.space.tz)
    booking = a_booking(world, starts=starts, now=starts - HOUR)
    return services.check_in(booking=booking, by=world.alice, now=starts)


def test_to_a_sibling_machine_and_another_time(workshop: World, screen: OpenScreen) -> None:
    booking = a_booking(workshop, starts=at(workshop, 14), now=timezone.now())
    taken = a_booking(
        workshop,
        member=workshop.charlie,
        machine=workshop.mill,
        starts=at(workshop, 16),
        now=timezone.now(),
    )
    window = screen(workshop.alice)
    page = window.open(f"/bookings/{booking.public_id}/")
    page.get_by_role("link", name="Move", exact=True).click()
    page.wait_for_load_state()  # what is asked for while one chooses is a script's
    page.get_by_text("2 h, until").click()
    page.get_by_text("CNC mill", exact=True).click()
    page.get_by_label("Start").fill(typed(workshop, 16))
    page.get_by_label("Start").blur()
    expect(page.locator("#refusals")).to_contain_text("Someone was faster.")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Start").fill(typed(workshop, 17))
    page.get_by_role("button", name="Move it").click()
    page.wait_for_url(f"**/bookings/{booking.public_id}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("17:00–19:00")
    booking.refresh_from_db()
    assert (booking.machine, booking.starts) == (workshop.mill, taken.ends)
    assert not window.flaws()


def test_longer_while_it_runs_and_over_early(workshop: World, screen: OpenScreen) -> None:
    booking = a_running_booking(workshop)
    planned = booking.ends
    window = screen(workshop.alice, size="phone")
    page = window.open(f"/bookings/{booking.public_id}/")
    page.get_by_role("link", name="Extend").click()
    page.get_by_text("(+30 min)").click()
    page.get_by_role("button", name="Extend it").click()
    page.wait_for_url(f"**/bookings/{booking.public_id}/")
    booking.refresh_from_db()
    assert booking.ends == planned + 30 * MINUTE
    page.get_by_role("button", name="Finish and give the rest back").click()
    expect(page.get_by_role("main")).to_contain_text("Done")
    booking.refresh_from_db()
    assert booking.ends < planned
    assert not window.flaws()


def test_late_is_said_before_the_click(workshop: World, screen: OpenScreen) -> None:
    now = timezone.now()
    starts = align(now + MINUTE, timedelta(minutes=15), workshop.space.tz)
    booking = a_booking(workshop, starts=starts, now=now)
    window = screen(workshop.alice, size="phone")
    page = window.open(f"/bookings/{booking.public_id}/cancel/")
    expect(page.get_by_role("main")).to_contain_text("it is marked as late")
    page.get_by_role("button", name="Cancel the booking").click()
    page.wait_for_url("**/bookings/")
    expect(page.get_by_role("main")).to_contain_text("Cancelled late")
    booking.refresh_from_db()
    assert booking.late
    assert not window.flaws()
