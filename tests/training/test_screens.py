"""The pages of theory, inductions and the matrix, held to the flaws no page may have."""

import os
from collections.abc import Callable

import pytest
import time_machine
from playwright.sync_api import expect

from equipment.models import CertificationType, Suspension
from tests.browser import OpenScreen, screen
from tests.people import NOW, World, a_certification, a_tool_class
from tests.training.people import DAY, an_induction, signed_up
from tests.training.theory import a_test, right_places, wrong_places
from training.models import TheoryAttempt
from training.services.sitting import begin_test, finish_test

__all__ = ["screen"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [("desk", "light"), ("phone", "dark"), ("desk", "dark"), ("phone", "light")]


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def induction(world: World, certifier):
    """Charlie and Bob have a seat; the test before it is published."""
    a_test(world, certifier, introduction="Read the card beside the router first.")
    induction = an_induction(world, certifier, minimum=1, notes="Bring glasses.")
    signed_up(induction, world.charlie)
    signed_up(induction, world.bob)
    return induction


def a_sitting(world: World, certifier, places: Callable | None = None) -> TheoryAttempt:
    test = world.certification.test
    attempt = begin_test(test=test, member=world.charlie, now=NOW)
    return finish_test(attempt=attempt, sent=places(attempt), now=NOW) if places else attempt


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_no_page_of_the_room_has_a_flaw(
    world: World, certifier, induction, screen: OpenScreen, size, scheme
) -> None:
    laser = CertificationType.objects.create(name="Laser", slug="laser")
    a_tool_class("Laser cutters", requires=laser)
    a_certification(world.alice, laser, until=NOW + 20 * DAY)
    Suspension.objects.create(member=world.dana, type=laser, why="Look first", since=NOW)
    a_certification(world.dana, laser)
    pages = [
        (certifier, "theory-bank", "/theory/cnc/bank/"),
        (certifier, "theory-setting", "/theory/cnc/setting/"),
        (certifier, "theory-question", "/theory/cnc/questions/"),
        (certifier, "theory-paste", "/theory/cnc/paste/"),
        (certifier, "theory-paper", "/theory/cnc/paper/"),
        (certifier, "induction-run", f"/inductions/{induction.public_id}/"),
        (certifier, "inductions", "/inductions/"),
        (world.dana, "matrix", "/training/"),
        (world.charlie, "theory-test", "/theory/cnc/"),
        (world.charlie, "machine-path", "/machines/cnc-router/"),
        (world.charlie, "home-path", "/"),
        (world.charlie, "refused", "/machines/cnc-router/book/?starts=2026-11-25T10:00"),
    ]
    found = {name: flaws(screen(who, size, scheme), path, name) for who, name, path in pages}
    sitting = a_sitting(world, certifier)
    path = f"/theory/sittings/{sitting.public_id}/"
    window = screen(world.charlie, size, scheme)
    found["sitting"] = flaws(window, path, f"sitting-{size}-{scheme}")
    finish_test(attempt=sitting, sent=wrong_places(sitting), now=NOW)
    found["not-passed"] = flaws(window, path, f"not-passed-{size}-{scheme}")
    found["tests"] = flaws(window, "/theory/", f"tests-{size}-{scheme}")
    assert {name: flaw for name, flaw in found.items() if flaw} == {}


def flaws(window, path: str, name: str) -> list[str]:
    window.open(path)
    if folder := os.environ.get("SHOTS"):
        view = window.page.viewport_size["width"]
        dark = window.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        window.page.screenshot(path=f"{folder}/{name}-{view}-{dark}.png", full_page=True)
    return window.flaws()


def test_each_choice_is_kept_as_it_is_made_and_there_after_a_reload(
    world: World, certifier, induction, screen: OpenScreen
) -> None:
    attempt = a_sitting(world, certifier)
    window = screen(world.charlie, "phone")
    page = window.open(f"/theory/sittings/{attempt.public_id}/")
    with page.expect_response(lambda answer: answer.status == 204):
        page.locator("input[name=q1]").first.check()
    page.reload()
    assert page.locator("input[name=q1]").first.is_checked()
    for field, places in ((f"q{n}", p) for n, p in enumerate(right_places(attempt).values(), 1)):
        for box in page.locator(f"input[name={field}]").all():
            if (int(box.get_attribute("value") or "") in places) != box.is_checked():
                box.focus()
                page.keyboard.press("Space")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Passed")
