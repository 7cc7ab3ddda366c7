"""A whole life of a booking where JavaScript is off; a refusal keeps what was typed."""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from members.models import Member
from tests.bookings.people import a_booking
from tests.browser import OpenScreen
from tests.journeys.ways import at, typed
from tests.people import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def may_sign_in(member: Member) -> None:
    member.set_password(PASSWORD)
    member.save()
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)


def test_refused_booked_moved_and_cancelled(workshop: World, screen: OpenScreen) -> None:
    a_booking(workshop, member=workshop.charlie, starts=at(workshop, 14), now=timezone.now())
    may_sign_in(workshop.alice)
    page = screen(java_script_enabled=False).open("/account/login/?next=/board/")
    page.get_by_label("Mail address").fill(workshop.alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=f"{at(workshop, 12):%a}").first.click()
    page.get_by_role("link", name="Book CNC router").first.click()

    page.get_by_label("Start").fill(typed(workshop, 14))
    page.get_by_label("Note").fill("lamp panels")
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("alert")).to_contain_text("Someone was faster.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Start")).to_have_value(typed(workshop, 14))
    expect(page.get_by_label("Note")).to_have_value("lamp panels")

    page.get_by_label("Start").fill(typed(workshop, 16))
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/bookings/*/")
    booking = Booking.objects.get(member=workshop.alice)
    assert (booking.starts, booking.note) == (at(workshop, 16), "lamp panels")

    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("Start").fill(typed(workshop, 9, day=2))
    page.get_by_role("button", name="Move it").click()
    page.wait_for_url("**/bookings/*/")
    booking.refresh_from_db()
    assert booking.starts == at(workshop, 9, day=2)

    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the booking").click()
    page.wait_for_url("**/bookings/")
    booking.refresh_from_db()
    assert booking.state == Booking.State.CANCELLED
