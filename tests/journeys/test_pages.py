"""The composed pages without a flaw: in every colour and size, with real things on them."""

from collections.abc import Callable

import pytest

from members.models import Member
from tests.browser import OpenScreen, Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Makerspace = Callable[[str], Member]

MAIN = ["/", "/board/?view=day", "/machines/laser-1/", "/machines/laser-2/book/"]
FOR_MEMBERS = [
    *MAIN,
    "/board/?view=week",
    "/board/?view=list",
    "/machines/",
    "/machines/printer-4/",
    "/machines/resin-1/",
    "/machines/laser-1/week/",
    "/bookings/",
]
FOR_STAFF = ["/desk/", "/desk/?q=an", "/desk/?q=nobody-at-all", "/people/", "/labels/"]
FOR_STRANGERS = ["/board/?view=day", "/machines/laser-1/"]


def flaws(window: Screen, paths: list[str]) -> dict[str, list[str]]:
    """What is wrong on each page, where anything is."""
    found = {}
    for path in paths:
        window.open(path)
        found[path] = window.flaws()
    return {path: wrong for path, wrong in found.items() if wrong}


def test_no_page_has_a_flaw(screen: OpenScreen, makerspace: Makerspace) -> None:
    bob = makerspace("bob").public_id
    about_bob = [f"/desk/?person={bob}", f"/people/{bob}/", f"/people/{bob}/hold/"]
    assert not flaws(screen(makerspace("alice")), FOR_MEMBERS)
    assert not flaws(screen(makerspace("dana")), FOR_STAFF + about_bob)
    assert not flaws(screen(None), FOR_STRANGERS)


@pytest.mark.parametrize("view", ["desk-dark", "phone-light", "phone-dark"])
def test_nor_has_it_in_other_colours_and_sizes(
    view: str, screen: OpenScreen, makerspace: Makerspace
) -> None:
    size, scheme = view.split("-")
    bob = makerspace("bob").public_id
    assert not flaws(screen(makerspace("alice"), size=size, scheme=scheme), MAIN)
    assert not flaws(screen(makerspace("dana"), size=size, scheme=scheme), [f"/desk/?person={bob}"])


def test_nothing_scrolls_sideways_at_any_width(screen: OpenScreen, makerspace: Makerspace) -> None:
    window = screen(makerspace("alice"))
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    for path in [
        "/board/?view=day",
        "/board/?view=week",
        "/board/?view=list",
        "/machines/laser-1/",
    ]:
        page = window.open(path)
        for width in (320, 768, 1024, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert not page.evaluate(too_wide), f"{path} at {width}"
