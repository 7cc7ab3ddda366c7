"""An induction on a phone, from the plan to ten certificates."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from equipment.models import Certification
from tests.browser import OpenScreen
from tests.people import World, a_member
from tests.training.people import marta
from training import services
from training.models import Induction

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)


def begin(induction: Induction) -> None:
    """An hour into it, whatever the clock says."""
    now = timezone.now()
    early = {"starts": now - HOUR, "closes_at": now - HOUR, "cancel_until": now - HOUR}
    Induction.objects.filter(pk=induction.pk).update(ends=now + HOUR, **early)


def test_from_the_plan_to_ten_certificates(
    workshop: World, screen: OpenScreen, tomorrow: str
) -> None:
    now = timezone.now()
    giver = screen(marta(workshop, now), size="phone")
    page = giver.open("/inductions/")
    page.get_by_role("link", name="Plan an induction").click()
    page.get_by_label("Title").fill("CNC for beginners")
    page.get_by_label("From").fill(f"{tomorrow}T17:00")
    page.get_by_label("Until", exact=True).fill(f"{tomorrow}T19:00")
    page.get_by_label("CNC router").check()
    page.get_by_label("Seats").fill("10")
    page.get_by_label("Sign-up closes").fill("0")
    assert not giver.flaws()
    page.get_by_role("button", name="Plan it").click()
    page.wait_for_url("**/inductions/*-*/")
    induction = Induction.objects.get()
    assert Booking.objects.get(group=induction.group).machine == workshop.router

    learner = screen(workshop.bob, size="phone")
    theirs = learner.open("/machines/cnc-router/")
    theirs.get_by_role("link", name="Next induction").first.click()
    theirs.get_by_role("button", name="Sign up").click()
    expect(theirs.get_by_text("You have a seat", exact=True)).to_be_visible()
    assert not learner.flaws()

    for n in range(9):
        person = a_member(f"Person {n}", plan=workshop.plan, now=now, email=f"{n}@example.org")
        services.sign_up(induction=induction, member=person, by=person, now=timezone.now())
    begin(induction)
    page.reload()
    page.get_by_role("button", name="Everybody else is present").click()
    people = page.locator("fieldset")
    expect(people).to_have_count(10)
    for person in people.all():
        person.get_by_text("Passed").click()
    assert not giver.flaws()
    page.get_by_role("button", name="Save and finish").click()
    expect(page.get_by_text("Saved. Whoever passed just now")).to_be_visible()
    assert Certification.objects.filter(note="CNC for beginners").count() == 10
