"""Life without a mouse, from signing up to a device: one sees what has the focus, and is led on.

What was refused has the focus next; no page keeps it.
"""

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from access.models import Device
from bookings.models import Booking
from equipment.models import Certification
from members.models import Member, Membership
from tests.browser import OpenScreen
from tests.journeys.ways import at
from tests.people import PASSWORD, YEAR, World, a_certification
from tests.training.people import a_plan, marta
from training import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is wrong with the focus as it is drawn, if anything: a chip is outlined for its radio.
UNSEEN = """() => {
  const at = document.activeElement;
  const drawn = at.closest(".chip") ?? at;
  const outlined = getComputedStyle(drawn).outlineStyle !== "none";
  const box = drawn.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!outlined) return `no outline: ${drawn.outerHTML}`;
  if (!drawn.contains(top)) return `hidden: ${drawn.outerHTML}`;
  return "";
}"""


CERTIFY = "a[href*='/certify/?member=']"
PRIMARY = "main .primary"


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press the key until an element that fits has the focus; on the way one sees what has it."""
    for _ in range(80):
        page.keyboard.press(key)
        assert page.evaluate(UNSEEN) == ""
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no way by keyboard to {selector}")


def test_a_refusal_is_corrected_by_keyboard_alone(workshop: World, screen: OpenScreen) -> None:
    starts = at(workshop, 0)
    window = screen(workshop.alice)
    page = window.open(f"/board/?day={starts.astimezone(workshop.space.tz):%Y-%m-%d}")
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    tab_to(page, ".board .gap > a[href*=cnc-mill]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/machines/cnc-router/book/**")

    tab_to(page, "[name=minutes]:checked")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    while page.evaluate("document.activeElement.value") != "other":
        page.keyboard.press("ArrowRight")
    tab_to(page, "[name=other]")
    page.keyboard.type("7")
    tab_to(page, "[name=note]")
    page.keyboard.type("lamp panels")
    page.keyboard.press("Enter")
    page.wait_for_selector(".refusals:focus")

    tab_to(page, "[name=other]")
    page.keyboard.press("Control+A")
    page.keyboard.type("45")
    tab_to(page, "main form button.primary")
    page.keyboard.press("Space")
    page.wait_for_url("**/bookings/*/")
    booking = Booking.objects.get()
    assert (booking.starts, booking.note) == (starts, "lamp panels")
    assert (booking.ends - booking.starts).total_seconds() == 45 * 60
    assert not window.flaws()


def type_into(page: Page, name: str, words: str) -> None:
    tab_to(page, f"[name={name}]")
    page.keyboard.type(words)


def go(page: Page, selector: str) -> None:
    """To a link or a button, and through it."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_signing_up_to_a_cancelled_booking(workshop: World, screen: OpenScreen) -> None:
    window = screen()
    page = window.open("/account/signup/")
    type_into(page, "name", "Maja Lindholm")
    type_into(page, "email", "maja@example.org")
    tab_to(page, "[type=radio]")
    page.keyboard.press("Space")
    type_into(page, "password1", PASSWORD)
    type_into(page, "password2", PASSWORD)
    go(page, "form .primary")
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", mail.outbox[-1].body)
    assert found
    type_into(page, "code", found[0])
    with page.expect_navigation():
        page.keyboard.press("Enter")

    now, maja = timezone.now(), Member.objects.get(email="maja@example.org")
    Membership.objects.create(member=maja, plan=workshop.plan, starts=now - YEAR, until=now + YEAR)
    a_certification(maja, workshop.certification, now=now)
    page.context.clear_cookies()
    day = f"{at(workshop, 0).astimezone(workshop.space.tz):%Y-%m-%d}"
    page = window.open(f"/account/login/?next=/board/%3Fday={day}")
    type_into(page, "login", maja.email or "")
    type_into(page, "password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    go(page, ".board .gap > a[href*=cnc-mill]")
    go(page, "main form button.primary")
    page.wait_for_url("**/bookings/*/")
    go(page, "main a[href$='/cancel/']")
    go(page, "main button.danger")
    assert Booking.objects.get(member=maja).state == Booking.State.CANCELLED
    assert not window.complaints


def test_a_seat_at_an_induction(workshop: World, screen: OpenScreen) -> None:
    now, starts = timezone.now(), at(workshop, 17)
    giver = marta(workshop, now)
    plan = a_plan(starts=starts, closes_at=starts, cancel_until=starts, machines=[workshop.router])
    services.plan_induction(
        space=workshop.space,
        type=workshop.certification,
        certifier=giver,
        plan=plan,
        by=giver,
        now=now,
        needs=None,
    )
    page = screen(workshop.bob).open("/inductions/")
    go(page, "main .list a[href*='/inductions/']")
    go(page, PRIMARY)
    expect(page.get_by_text("You have a seat", exact=True)).to_be_visible()


def test_staff_find_somebody_and_certify_them(workshop: World, screen: OpenScreen) -> None:
    page = screen(workshop.dana).open("/desk/")
    type_into(page, "q", "bob")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    go(page, f"{CERTIFY}, main .list a[href*='person=']")
    if "/certify/" not in page.url:
        go(page, CERTIFY)
    go(page, "main .card button.primary")
    expect(page.get_by_text("Certified", exact=True)).to_be_visible()
    until = Certification.objects.filter(member=workshop.bob).latest("pk").until
    assert until is None or until > timezone.now()


def test_a_device_is_added_gets_its_credential_and_its_machine(
    workshop: World, screen: OpenScreen
) -> None:
    page = screen(workshop.dana).open("/devices/add/")
    type_into(page, "name", "router-box")
    tab_to(page, "[name=kind]:checked")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    go(page, "main form button.primary")
    go(page, "main form[action$='/credential/'] button")
    go(page, f"{PRIMARY}:is(a)")
    tab_to(page, "[name=machine]")
    page.keyboard.type("CNC router")
    go(page, "main form:has([name=machine]) button")
    device = Device.objects.get(name="router-box")
    assert (device.machine, device.is_reader, device.is_interlock) == (workshop.router, True, True)


@pytest.mark.parametrize(
    "path", ["/", "/board/", "/machines/cnc-router/", "/desk/", "/training/", "/you/"]
)
def test_no_page_keeps_the_focus(path: str, workshop: World, screen: OpenScreen) -> None:
    page = screen(workshop.dana).open(path)
    tab_to(page, ".skip")
    tab_to(page, "main :is(a, button, input)")
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.skip')"):
            return
    pytest.fail("the skip link does not come round again")
