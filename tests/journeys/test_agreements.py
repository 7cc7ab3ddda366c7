"""What takes two: a booking changes hands, two are swapped, staff approve or set a rule aside."""

from datetime import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import Booking
from members.models import Member
from tests.bookings.people import a_booking
from tests.browser import OpenScreen
from tests.journeys.ways import at, typed
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def accept(page: Page) -> None:
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/bookings/*/")


def holder(starts: datetime) -> Member:
    return Booking.objects.get(starts=starts, holds=True).member


def test_a_booking_is_handed_over(workshop: World, screen: OpenScreen) -> None:
    booking = a_booking(workshop, starts=at(workshop, 14), now=timezone.now())
    alice = screen(workshop.alice, size="phone")
    page = alice.open(f"/bookings/{booking.public_id}/")
    page.get_by_role("link", name="Hand over").click()
    page.get_by_label("To whom").fill("nobody@example.org")
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_label("To whom")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("To whom")).to_be_focused()
    expect(page.get_by_label("To whom")).to_have_value("nobody@example.org")
    page.get_by_label("To whom").fill("charlie@example.org")
    page.get_by_role("button", name="Ask them").click()
    page.wait_for_url("**/bookings/*/")
    assert holder(booking.starts) == workshop.alice
    assert not alice.flaws()

    charlie = screen(workshop.charlie, size="phone")
    accept(charlie.open("/bookings/"))
    assert holder(booking.starts) == workshop.charlie
    assert not charlie.flaws()


def test_two_bookings_are_swapped(workshop: World, screen: OpenScreen) -> None:
    given = a_booking(workshop, starts=at(workshop, 14), now=timezone.now())
    asked = a_booking(
        workshop, member=workshop.charlie, starts=at(workshop, 17), now=timezone.now()
    )
    alice = screen(workshop.alice)
    page = alice.open(f"/bookings/{given.public_id}/hand-over/")
    page.get_by_label("To whom").fill("Charlie Okafor")
    page.get_by_role("button", name="Ask for one of theirs in return").click()
    page.get_by_label("17:00–18:00").check()
    assert not alice.flaws()
    page.get_by_role("button", name="Ask them").click()
    page.wait_for_url("**/bookings/*/")

    charlie = screen(workshop.charlie)
    accept(charlie.open("/"))
    assert (holder(given.starts), holder(asked.starts)) == (workshop.charlie, workshop.alice)
    assert not charlie.flaws()


def test_staff_set_a_quota_aside_and_say_so(workshop: World, screen: OpenScreen) -> None:
    for hour in (9, 11):
        a_booking(workshop, starts=at(workshop, hour), now=timezone.now())
    dana = screen(workshop.dana)
    page = dana.open(f"/people/{workshop.alice.public_id}/")
    page.get_by_role("link", name="Book a machine").click()
    page.get_by_role("link", name="CNC router").click()
    page.get_by_label("Start").fill(typed(workshop, 14))
    page.get_by_label("Start").blur()
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("alert")).to_be_focused()
    rule = page.get_by_label("Set aside:")
    rule.check()
    page.get_by_label("Why").fill("Fair on Saturday")
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/*/")
    expect(page.get_by_role("main")).to_contain_text("Set aside: You have 2 bookings ahead")
    expect(page.get_by_role("main")).to_contain_text("Fair on Saturday")
    booking = Booking.objects.latest("pk")
    assert (booking.member, booking.starts) == (workshop.alice, at(workshop, 14))
    assert not dana.flaws()


def test_a_long_booking_is_asked_for_and_approved(workshop: World, screen: OpenScreen) -> None:
    workshop.tool_class.approval_above_minutes = 60
    workshop.tool_class.save()
    alice = screen(workshop.alice, size="phone")
    page = alice.open(f"/machines/cnc-router/book/?starts={typed(workshop, 14)}&minutes=120")
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/*/")
    expect(page.get_by_role("main")).to_contain_text("Waiting for approval")
    assert not alice.flaws()

    dana = screen(workshop.dana)
    page = dana.open("/desk/")
    page.get_by_role("main").get_by_role("link", name="request").click()
    page.get_by_role("link", name="CNC router, Alice Meyer").click()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/requests/**")
    assert not dana.flaws()
    assert Booking.objects.get().state == Booking.State.CONFIRMED
