"""A closure falls over a booking: staff see whom it hits, and its member chooses in one step."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Disruption
from bookings.services.disruptions import find_disruptions
from equipment.models import Machine
from members.models import Member
from members.services.closures import close_space
from tests.bookings.people import a_booking
from tests.browser import OpenScreen
from tests.journeys.ways import at
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Makerspace = Callable[[str], Member]
HOUR = timedelta(hours=1)


def booked_tomorrow(member: Member, machine: Machine) -> Booking:
    """From 11:00 to 12:00 by the wall clock, with nobody else at machines of the kind that day."""
    day = timezone.now().astimezone(machine.space.tz).date() + timedelta(days=1)
    starts = datetime.combine(day, datetime.min.time(), machine.space.tz) + 11 * HOUR
    starts = starts.astimezone(UTC)
    others = Booking.objects.filter(machine__tool_class=machine.tool_class, holds=True)
    others.filter(starts__lt=starts + 9 * HOUR, blocked_until__gt=starts - HOUR).update(
        holds=False, state=Booking.State.CANCELLED
    )
    return Booking.objects.create(
        member=member,
        machine=machine,
        starts=starts,
        ends=starts + HOUR,
        blocked_until=starts + HOUR,
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )


def test_a_closure_is_announced_confirmed_and_answered(
    screen: OpenScreen, makerspace: Makerspace, tomorrow: str
) -> None:
    alice, laser = makerspace("alice"), Machine.objects.get(slug="laser-1")
    booking = booked_tomorrow(alice, laser)

    desk = screen(makerspace("dana"))
    page = desk.open("/machines/laser-1/closures/")
    page.get_by_role("link", name="Plan a closure").click()
    page.get_by_label("From").fill(f"{tomorrow}T10:30")
    page.get_by_label("Until").fill(f"{tomorrow}T13:00")
    page.get_by_label("Why").fill("Lens is cleaned")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("alert")).to_contain_text("This hits 1 booking")
    assert not desk.flaws()
    page.get_by_role("button", name="Close it and ask them").click()
    page.wait_for_url("**/machines/laser-1/closures/")

    phone = screen(alice, size="phone")
    page = phone.open(f"/bookings/{booking.public_id}/")
    page.get_by_role("link", name="Choose instead").click()
    expect(page.get_by_role("main")).to_contain_text("Lens is cleaned")
    assert not phone.flaws()
    page.get_by_role("button", name="Take Laser 2").first.click()
    page.wait_for_url(f"**/bookings/{booking.public_id}/")
    expect(page.get_by_role("main")).to_contain_text("Laser 2")

    booking.refresh_from_db()
    assert booking.machine.slug == "laser-2"
    answered = Disruption.objects.get(booking=booking)
    assert (answered.answer, answered.answered_by) == (Disruption.Answer.SIBLING, alice)
    desk.open(f"/spaces/{laser.space.slug}/disruptions/")
    expect(desk.page.get_by_role("main")).to_contain_text("Moved to another machine")


def test_another_time_is_taken_and_a_booking_given_back(
    workshop: World, screen: OpenScreen
) -> None:
    now, starts = timezone.now(), at(workshop, 14)
    kept = a_booking(workshop, starts=starts, now=now)
    given = a_booking(
        workshop, member=workshop.charlie, machine=workshop.mill, starts=starts, now=now
    )
    fair = {"starts": starts - HOUR, "ends": starts + 3 * HOUR, "reason": "Fair"}
    close_space(space=workshop.space, by=workshop.dana, now=now, **fair)
    find_disruptions(now=now)

    alice = screen(workshop.alice, size="phone")
    page = alice.open("/")
    page.get_by_role("link", name="Choose").click()
    expect(page.get_by_role("heading", name="Another machine, same time")).to_have_count(0)
    times = page.locator("section", has_text="The nearest free times")
    times.get_by_role("button", name="Take CNC router").first.click()
    page.wait_for_url(f"**/bookings/{kept.public_id}/")
    assert not alice.flaws()

    charlie = screen(workshop.charlie, size="phone")
    page = charlie.open(f"/bookings/{given.public_id}/")
    page.get_by_role("link", name="Choose instead").click()
    page.get_by_role("button", name="Give it back").click()
    expect(page.get_by_role("button", name="Give it back")).to_have_count(0)
    page.wait_for_load_state()
    assert not charlie.flaws()

    dana = screen(workshop.dana)
    main = dana.open(f"/spaces/{workshop.space.slug}/disruptions/").get_by_role("main")
    expect(main).to_contain_text("0 bookings wait for an answer.")
    expect(main).to_contain_text("Moved to another time")
    expect(main).to_contain_text("Given back")
    kept.refresh_from_db()
    given.refresh_from_db()
    assert kept.ends <= fair["starts"] or kept.starts >= fair["ends"]
    assert not given.holds
