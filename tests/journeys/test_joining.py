"""From a stranger to a certified member with a booking, and the same done for somebody at the desk;
a membership that lapsed and came back; and a suspension that reaches a machine while it runs."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from access.models import Session
from bookings.models import Booking
from equipment.models import Certification
from members.models import Document, Member, Plan
from members.services import publish_version
from tests.access.world import Site
from tests.browser import OpenScreen
from tests.journeys.ways import at, typed
from tests.people import PASSWORD, World
from tests.training.people import a_plan, marta
from tests.training.theory import a_test
from training import services
from training.models import Induction

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def place(workshop: World) -> World:
    """A plan to start oneself, a waiver to sign, a theory test to pass, an induction to go to."""
    now = timezone.now()
    Plan.objects.filter(pk=workshop.plan.pk).update(joining=Plan.Joining.SELF)
    waiver = Document(name="Waiver")
    publish_version(
        document=waiver, text="Wear glasses.", required_from=now, by=workshop.dana, now=now
    )
    return workshop


def an_induction(world: World, certifier: Member) -> Induction:
    starts, now = at(world, 17), timezone.now()
    plan = a_plan(starts=starts, closes_at=starts, cancel_until=starts, machines=[world.router])
    return services.plan_induction(
        space=world.space,
        type=world.certification,
        certifier=certifier,
        plan=plan,
        by=certifier,
        now=now,
        needs=None,
    )


def begin(induction: Induction) -> None:
    """An hour into it, whatever the clock says."""
    now = timezone.now()
    early = {"starts": now - HOUR, "closes_at": now - HOUR, "cancel_until": now - HOUR}
    Induction.objects.filter(pk=induction.pk).update(ends=now + HOUR, **early)


def code_in_mail() -> str:
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", mail.outbox[-1].body)
    assert found, mail.outbox[-1].body
    return found[0]


def answer_rightly(page: Page) -> None:
    """As tests/training/theory.py writes them: “Right n”, and of each third question “Also n”."""
    for question in page.locator("fieldset").all():
        third = "Question 3?" in question.inner_text()
        for choice in question.locator("label").filter(has_text="Right").all():
            choice.click()
        if third:
            question.locator("label").filter(has_text="Also").click()


def test_a_stranger_becomes_a_certified_member_with_a_booking(
    place: World, screen: OpenScreen
) -> None:
    giver = marta(place, timezone.now())
    a_test(place, giver)
    induction = an_induction(place, giver)
    window = screen(size="phone")
    page = window.open("/account/signup/")
    page.get_by_label("Your name").fill("Nora Lindholm")
    page.get_by_label("Mail address").fill("nora@example.org")
    page.get_by_label("I am of age").check()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    assert not window.flaws()
    page.get_by_role("button", name="Join").click()
    page.get_by_label("Code").wait_for()
    page.get_by_label("Code").fill(code_in_mail())
    page.get_by_role("main").get_by_role("button").first.click()

    page = window.open("/join/")
    assert not window.flaws()
    page.get_by_role("link", name="Choose a plan").click()
    page.get_by_label("Full").check()
    page.get_by_role("button", name="Choose it").click()
    page = window.open("/join/")
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_role("link", name="Waiver").click()
    page.get_by_label("Your full name").fill("Nora Lindholm")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Sign").click()

    page = window.open("/machines/cnc-router/")
    expect(page.get_by_text("Theory").first).to_be_visible()
    assert not window.flaws()
    page = window.open("/theory/cnc/")
    page.get_by_role("button", name="Begin").click()
    answer_rightly(page)
    assert not window.flaws()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Passed").first).to_be_visible()

    page = window.open(f"/inductions/{induction.public_id}/")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("You have a seat", exact=True)).to_be_visible()
    begin(induction)
    theirs = screen(giver, size="phone")
    theirs.open(f"/inductions/{induction.public_id}/")
    theirs.page.get_by_role("button", name="Everybody else is present").click()
    theirs.page.locator("fieldset").get_by_text("Passed").click()
    theirs.page.get_by_role("button", name="Save and finish").click()
    expect(theirs.page.get_by_text("Saved.")).to_be_visible()

    page = window.open(f"/machines/cnc-mill/book/?starts={typed(place, 10, day=2)}")
    page.get_by_role("button", name="Book").click()
    page.wait_for_url("**/bookings/**")
    nora = Member.objects.get(email="nora@example.org")
    assert Certification.objects.get(member=nora).type == place.certification
    assert Booking.objects.filter(member=nora, machine=place.mill).exists()


class Clicks:
    """Counts what a hand does; typing is not a click."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def button(self, name: str) -> None:
        self.count += 1
        self.page.get_by_role("main").get_by_role("button", name=name).first.click()

    def link(self, name: str) -> None:
        self.count += 1
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()


def test_staff_do_the_same_for_somebody_in_ten_clicks(place: World, screen: OpenScreen) -> None:
    window = screen(place.dana)
    hand = Clicks(window.open("/people/"))
    page = hand.page
    hand.link("Somebody new")  # 1
    page.get_by_role("textbox", name="Name", exact=True).fill("Nora Lindholm")
    page.get_by_role("textbox", name="Mail address (optional)").fill("nora@example.org")
    assert not window.flaws()
    hand.button("Make")  # 2
    hand.link("Sign up to a plan")  # 3
    hand.button("Sign up")  # 4
    hand.link("Waiver is signed on paper")  # 5
    page.get_by_label("Signed by").fill("Nora Lindholm")
    hand.button("It is")  # 6
    hand.link("Certify")  # 7
    hand.button("Certify")  # 8
    nora = Member.objects.get(email="nora@example.org")
    window.open(
        f"/machines/cnc-mill/book/?member={nora.public_id}&starts={typed(place, 10, day=2)}"
    )
    hand.count += 1  # 9: the free hour on the board, shown for her
    hand.button("Book")  # 10
    page.wait_for_url("**/bookings/**")
    assert hand.count <= 10
    assert Certification.objects.filter(member=nora).exists()
    assert Booking.objects.get(member=nora).machine == place.mill


def test_a_suspension_in_the_browser_ends_the_session_at_the_machine(
    transactional_db: None, screen: OpenScreen
) -> None:
    site = Site(now=timezone.now())
    site.arm("alice")
    window = screen(site.world.dana, size="phone")
    page = window.open(f"/people/{site.world.alice.public_id}/")
    page.get_by_role("link", name="CNC", exact=True).click()
    page.get_by_role("link", name=re.compile("Suspend")).first.click()
    page.get_by_label("Why").fill("A near miss at the mill")
    assert not window.flaws()
    page.get_by_role("button", name=re.compile("Suspend")).click()
    expect(page.get_by_text("suspended").first).to_be_visible()
    site.wait((timezone.now() - site.now).total_seconds())
    (off,) = [said for said in site.sweep() if said.kind == "off"]
    assert (off.code, off.mode) == ("certification-suspended", "stop")
    site.state("locked", None)
    assert Session.objects.get(sid=site.sid).end_reason == "certification-suspended"
    refused = site.wait(5).tap("alice")
    assert refused.code == "certification-suspended"


def test_a_membership_lapses_and_comes_back(place: World, screen: OpenScreen) -> None:
    now = timezone.now()
    Plan.objects.filter(pk=place.plan.pk).update(months=1, renews_itself=True)
    row = place.alice.memberships.get()
    row.until = row.due = now - DAY
    row.save()
    place.alice.signatures.create(
        version=Document.objects.get().versions.get(), by=place.alice, name="A", signed_at=now
    )
    place.alice.holds.update(lifted_at=now)
    window = screen(place.alice, size="phone")
    page = window.open(f"/machines/cnc-mill/book/?starts={typed(place, 10)}")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_text("Your membership ended").first).to_be_visible()
    page = window.open("/you/membership/")
    assert not window.flaws()
    page.get_by_role("button", name="Renew").click()
    page.get_by_role("button", name="Renew it").click()
    expect(page.get_by_role("heading", name="Your membership")).to_be_visible()
    page = window.open(f"/machines/cnc-mill/book/?starts={typed(place, 10)}")
    page.get_by_role("button", name="Book").click()
    page.wait_for_url("**/bookings/**")
    assert Booking.objects.filter(member=place.alice).count() == 1
