"""The pages of messages in a real browser: no accessibility flaw, no breach, no side scroll."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notices import mail
from notices.models import Outbox
from notices.samples import SAMPLES
from notices.services import post
from tests.browser import OpenScreen, screen
from tests.people import World, a_world

__all__ = ["screen"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def furnished() -> World:
    now = timezone.now()
    world = a_world(now)
    for kind in ("booking-confirmed", "slot-offered", "certification-given"):
        post(to=world.alice, kind=kind, key=kind, context=SAMPLES[kind], at=now)
        post(to=world.bob, kind=kind, key=f"to Bob {kind}", context=SAMPLES[kind], at=now)
    mine = Outbox.objects.filter(to=world.bob)
    mine.update(last_error="550 nobody here by that name", attempts=2)
    mine.filter(kind="slot-offered").update(dropped_at=now)
    return world


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_no_page_has_a_flaw(screen: OpenScreen, size: str, scheme: str):
    world = furnished()
    stop_url = mail.render("slot-offered", SAMPLES["slot-offered"], world.alice).stop_url
    pages = {
        "/messages/": world.alice,
        "/you/messages/": world.dana,
        stop_url.removeprefix("http://localhost:8000"): None,
        "/desk/letters/": world.dana,
        "/desk/letters/slot-offered/": world.dana,
        "/desk/outbox/": world.dana,
    }
    windows = {who: screen(who, size=size, scheme=scheme) for who in set(pages.values())}
    flaws = {}
    for path, who in pages.items():
        windows[who].open(path)
        flaws[path] = windows[who].flaws()
    assert {path: found for path, found in flaws.items() if found} == {}


def test_a_person_chooses_and_reads_by_keyboard_alone(screen: OpenScreen):
    world = furnished()
    page = screen(world.alice).open("/you/messages/")
    page.get_by_label("A booking or series is confirmed").focus()
    page.keyboard.type("Weekly")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_label("A booking or series is confirmed")).to_have_value("weekly")
    page.get_by_role("link", name="Messages, 3 new").press("Enter")
    page.get_by_role("button", name="Mark all as read").press("Enter")
    page.get_by_role("link", name="Messages, 0 new").wait_for()
