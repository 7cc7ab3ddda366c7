"""Somebody gives back the time one wants, and it is taken: in a browser, with a keyboard."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import services
from bookings.errors import Refused
from bookings.finding import search
from bookings.models import Booking
from bookings.rules.finding import Wanted
from equipment.models import Machine
from members.models import Member
from tests.browser import OpenScreen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Makerspace = Callable[[str], Member]


def test_freed_time_is_waited_for_offered_and_taken(
    screen: OpenScreen, makerspace: Makerspace
) -> None:
    alice, now = makerspace("alice"), timezone.now()
    taken = somebody_elses_hour(alice, now)
    window = screen(alice)
    form = (
        f"/machines/{taken.machine.slug}/book/?starts={taken.starts:%Y-%m-%dT%H:%M:%SZ}&minutes=60"
    )
    page = window.open(form)
    page.get_by_role("link", name="Tell me when it is free").press("Enter")
    page.get_by_role("button", name="Tell me when it is free").press("Enter")
    expect(page.get_by_role("heading", name="Waiting")).to_be_visible()
    assert not window.flaws()

    services.cancel(booking=taken, by=taken.member, now=timezone.now())
    page = window.open("/")
    offer = page.get_by_text(f"{taken.machine} is offered to you")
    expect(offer).to_be_visible()
    page.locator(".notice", has=offer).get_by_role("link", name="Look at it").press("Enter")
    page.get_by_role("button", name="Take it").press("Enter")
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()
    assert Booking.objects.get(member=alice, starts=taken.starts).state == "confirmed"
    assert not window.flaws()


def test_a_slot_is_found_and_is_one_click_from_being_mine(
    screen: OpenScreen, makerspace: Makerspace
) -> None:
    window = screen(makerspace("alice"), size="phone", scheme="dark")
    page = window.open("/find/")
    page.get_by_label("Machine").select_option(label="Laser cutters (any)")
    page.get_by_role("button", name="Look").click()
    best = page.locator("#found li").first
    expect(best).to_contain_text("Best")
    assert not window.flaws()
    best.get_by_role("link").click()
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_text("Confirmed", exact=True)).to_be_visible()


def somebody_elses_hour(alice: Member, now: datetime) -> Booking:
    """An hour that Alice could have had, if somebody had not been faster."""
    rows = Machine.objects.filter(slug="laser-1").select_related("tool_class__requires", "space")
    wanted = Wanted(HOUR, now + DAY, now + 7 * DAY)
    (found,) = search(member=alice, machines=list(rows), wanted=wanted, now=now).found
    for holder in Member.objects.exclude(pk=alice.pk):
        slot = {"starts": found.slot.starts, "ends": found.slot.ends}
        try:
            return services.book(member=holder, machine=rows[0], by=holder, now=now, **slot)
        except Refused:
            continue
    raise AssertionError("nobody else may use the laser")
