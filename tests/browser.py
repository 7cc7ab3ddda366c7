"""Tools for tests in a real browser: someone signed in, a window of some size, and its flaws.

The browser itself (Debian's chromium, or a skip) comes from tests/conftest.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

Scheme = Literal["light", "dark"]
PATIENCE = 60_000  # milliseconds, on a busy machine
WIDTHS = {"desk": 1440, "tablet": 1180, "phone": 390}

expect.set_options(timeout=PATIENCE)


@dataclass
class Screen:
    """One page in one browser window, and all that its console complained of."""

    page: Page
    base: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def flaws(self) -> list[str]:
        """What WCAG 2.2 A/AA or good practice forbids, sideways scroll, and policy breaches."""
        result: dict[str, Any] = Axe().run(self.page).response
        found = [
            f"{flaw['id']}: {node['html'][:120]}"
            for flaw in result["violations"]
            for node in flaw["nodes"]
        ]
        width = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return found + self.complaints + ([f"scrolls {width} px sideways"] if width > 0 else [])


OpenScreen = Callable[..., Screen]


@pytest.fixture
def screen(browser: Browser, live_server: LiveServer) -> Iterator[OpenScreen]:
    """`screen(member, size="phone", scheme="dark")`: a window of that member's, or a stranger's.

    More is the browser's own to understand, such as `has_touch=True`.
    """
    contexts = []

    def open_screen(
        member: Any = None, size: str = "desk", scheme: Scheme = "light", **more: Any
    ) -> Screen:
        base = live_server.url.replace("127.0.0.1", "localhost")
        context = browser.new_context(
            viewport={"width": WIDTHS[size], "height": 860}, color_scheme=scheme, **more
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if member is not None:
            context.add_cookies([{**session_cookie(member), "url": base}])
        page, complaints = context.new_page(), []
        page.on("console", lambda line: complaints.append(line.text) if is_bad(line) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Screen(page, base, complaints)

    yield open_screen
    for context in contexts:
        context.close()


def session_cookie(member: Any) -> dict[str, str]:
    client = Client()
    client.force_login(member, backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def is_bad(line: Any) -> bool:
    """A console line worth failing for; that a page answered 404 is what the test asked for."""
    return line.type == "error" and not line.text.startswith("Failed to load resource")
