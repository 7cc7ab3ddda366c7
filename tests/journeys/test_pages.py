"""The composed pages without a flaw: in every colour and size, with real things on them."""

from collections.abc import Callable

import pytest

from members.models import Member
from tests.browser import OpenScreen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Makerspace = Callable[[str], Member]

FOR_MEMBERS = [
    "/",
    "/board/?view=day",
    "/board/?view=week",
    "/machines/",
    "/machines/laser-1/",
    "/machines/printer-4/",
    "/machines/resin-1/",
    "/machines/laser-1/week/",
    "/machines/laser-2/book/",
    "/bookings/",
]
FOR_STAFF = ["/desk/", "/desk/?q=an", "/desk/?q=nobody-at-all", "/people/", "/labels/"]
FOR_STRANGERS = ["/board/?view=day", "/machines/laser-1/"]


@pytest.mark.parametrize("view", ["desk-light", "desk-dark", "phone-light", "phone-dark"])
def test_no_page_has_a_flaw(view: str, screen: OpenScreen, makerspace: Makerspace) -> None:
    size, scheme = view.split("-")
    dana, bob = makerspace("dana"), makerspace("bob")
    about_bob = [f"/desk/?person={bob.public_id}", f"/people/{bob.public_id}/",
                 f"/people/{bob.public_id}/hold/"]  # fmt: skip
    seen = {
        makerspace("alice"): FOR_MEMBERS,
        dana: FOR_STAFF + about_bob,
        None: FOR_STRANGERS,
    }
    found = {}
    for person, paths in seen.items():
        window = screen(person, size=size, scheme=scheme)
        for path in paths:
            window.open(path)
            found[path] = window.flaws()
    assert not any(found.values()), {path: flaws for path, flaws in found.items() if flaws}


@pytest.mark.parametrize("width", [320, 768, 1024, 1920])
def test_nothing_scrolls_sideways_at_any_width(
    width: int, screen: OpenScreen, makerspace: Makerspace
) -> None:
    window = screen(makerspace("alice"))
    window.page.set_viewport_size({"width": width, "height": 800})
    for path in FOR_MEMBERS:
        page = window.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
