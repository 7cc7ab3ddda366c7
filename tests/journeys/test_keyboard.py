"""A booking without a mouse: one sees what has the focus, and lands on what was refused."""

import pytest
from playwright.sync_api import Page

from bookings.models import Booking
from tests.browser import OpenScreen
from tests.journeys.ways import at
from tests.people import World

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
