"""The pages about people in a real browser: no accessibility flaw, no breach, no side scroll."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calendars.models import Feed
from calendars.services import make_feed, publish_feed
from equipment.services import lock_out, report_fault
from members.services import issue_badge, place_hold
from tests.browser import OpenScreen, screen
from tests.people import World, a_world

__all__ = ["screen"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def furnished() -> tuple[World, dict[str, str]]:
    """The world, and by page who opens it."""
    now = timezone.now()
    world = a_world(now)
    feed = make_feed(member=world.alice, kind=Feed.Kind.MINE, now=now)
    publish_feed(kind=Feed.Kind.SPACE, space=world.space, by=world.dana, now=now)
    badge = issue_badge(member=world.alice, number="04A1B2C3", by=world.dana, now=now)
    place_hold(member=world.alice, reason="No waiver.", remedy="Sign it.", by=world.dana, now=now)
    lockout = lock_out(machine=world.mill, why="The belt slips", by=world.dana, now=now)
    report = report_fault(machine=world.router, words="It squeals.", by=world.alice, now=now)
    held = world.alice.certifications.get()
    return world, {
        "/you/": "alice",
        f"/you/badges/{badge.pk}/lost/": "alice",
        "/calendar/": "alice",
        "/calendar/new/": "alice",
        f"/calendar/{feed.pk}/": "alice",
        "/calendar/public/": "dana",
        "/calendar/public/new/": "dana",
        "/machines/cnc-router/fault/": "alice",
        f"/certify/?member={world.bob.public_id}": "dana",
        f"/certifications/{held.pk}/revoke/": "dana",
        "/machines/cnc-router/lock-out/": "dana",
        f"/lockouts/{lockout.pk}/clear/": "dana",
        f"/faults/{report.pk}/answer/": "dana",
    }


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_no_page_has_a_flaw(screen: OpenScreen, size: str, scheme: str):
    world, pages = furnished()
    windows = {
        name: screen(getattr(world, name), size=size, scheme=scheme) for name in ("alice", "dana")
    }
    flaws = {}
    for path, name in pages.items():
        windows[name].open(path)
        flaws[path] = windows[name].flaws()
    assert {path: found for path, found in flaws.items() if found} == {}


def test_a_refused_form_has_no_flaw_either(screen: OpenScreen):
    world, _pages = furnished()
    window = screen(world.dana, size="phone")
    for path in ("/certify/", "/machines/cnc-router/lock-out/"):
        page = window.open(path)
        page.click("main form button.btn")
        expect(page.locator("[aria-invalid=true]")).to_have_count(1)
        assert window.flaws() == []
