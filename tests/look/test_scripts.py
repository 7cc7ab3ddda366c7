"""The scripts in a browser, on a page of their own: no server, no database, the same policy."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import PATIENCE

pytestmark = pytest.mark.browser

STATIC = settings.BASE_DIR / "config" / "static"
HOST = "http://benchkey.test"
TYPES = {".css": "text/css", ".js": "text/javascript", ".woff2": "font/woff2"}
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)  # 12:00 in Berlin
NINE = "2026-11-24T08:00:00Z"  # where the board below begins

BOARD = f"""
<header class="bar"><div></div></header>
<div class="board h8" data-start="{NINE}" data-zone="Europe/Berlin" data-view="day">
  <div class="board-hours"><ol class="hours"></ol><span class="now-at"><time>x</time></span></div>
  <article class="lane"><header>Laser 1</header><ol class="slots">
    <li class="seg gap q8"><a id="a" href="/book/laser-1/" data-from="{NINE}">2 h</a></li>
    <li class="seg other q4"><div>Jonas</div></li>
    <li class="seg gap q20">
      <a id="b" href="/book/laser-1/" data-from="{NOON:%Y-%m-%dT%H:%M:%SZ}">5 h</a>
    </li>
  </ol></article>
  <article class="lane"><header>Laser 2</header><ol class="slots">
    <li class="seg gap q4"><a id="c" href="/book/laser-2/" data-from="{NINE}">1 h</a></li>
    <li class="seg gap no q28"><a id="d" href="/why/">no</a></li>
  </ol></article>
  <div class="now"></div>
</div>
"""


class Site:
    """What the browser is given for a server; a test changes `body` between two fetches."""

    def __init__(self) -> None:
        self.body = ""
        self.changes = 0  # how many changes /live/ still has to tell

    def answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        elif path == "/live/":
            told = "event: change\ndata:\n\n" * min(self.changes, 1)
            self.changes -= 1
            route.fulfill(body=f"retry: 50\n\n{told}", content_type="text/event-stream")
        else:
            route.fulfill(body=self.html(), content_type="text/html", headers=POLICY)

    def html(self) -> str:
        sheets = "".join(
            f'<link rel="stylesheet" href="/static/css/{name}.css">'
            for name in ("tokens", "base", "components")
        )
        scripts = "".join(
            f'<script type="module" src="/static/js/{name}.js"></script>'
            for name in ("dialog", "live", "board")
        )
        theme = '<script src="/static/js/theme.js"></script>'
        return f"<!doctype html><title>x</title>{sheets}{theme}{scripts}<main>{self.body}</main>"


POLICY = {"content-security-policy": "default-src 'self'"}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 800})
    context.set_default_timeout(PATIENCE)
    context.route(f"{HOST}/**", site.answer)
    page = context.new_page()
    page.clock.install(time=NOON)
    yield page
    context.close()


def test_arrow_keys_walk_the_gaps(window: Page, site: Site) -> None:
    site.body = BOARD
    window.goto(HOST)
    window.locator("#a").focus()
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown"):
        window.keyboard.press(key)
        seen.append(window.evaluate("document.activeElement.id"))
    # past the other's booking; the gap below it; back; first; no further; down to the nearest
    assert seen == ["b", "d", "b", "a", "a", "c"]


def test_the_now_line_stands_where_it_is_now(window: Page, site: Site) -> None:
    site.body = BOARD
    window.goto(HOST)
    expect(window.locator(".now-at time")).to_have_text("12:00")
    assert quarters(window) == 12
    window.clock.fast_forward("01:00:00")
    expect(window.locator(".now-at time")).to_have_text("13:00")
    assert quarters(window) == 16
    window.clock.fast_forward("05:00:00")
    expect(window.locator(".now")).to_be_hidden()


def test_dragging_over_a_gap_asks_for_exactly_that_time(window: Page, site: Site) -> None:
    site.body = BOARD
    window.goto(HOST)
    box = window.locator("#a").bounding_box()
    assert box is not None
    quarter, y = box["width"] / 8, box["y"] + box["height"] / 2
    window.mouse.move(box["x"] + quarter * 2.5, y)
    window.mouse.down()
    window.mouse.move(box["x"] + quarter * 5.5, y, steps=4)
    expect(window.locator(".pick")).to_have_text("09:30–10:30")
    window.mouse.up()
    window.wait_for_url("**/book/laser-1/?**")
    asked = parse_qs(urlsplit(window.url).query)
    assert asked == {
        "starts": ["2026-11-24T08:30:00.000Z"],
        "ends": ["2026-11-24T09:30:00.000Z"],
    }


def test_a_click_without_a_drag_is_a_plain_link(window: Page, site: Site) -> None:
    site.body = BOARD
    window.goto(HOST)
    window.locator("#a").click()
    window.wait_for_url(f"{HOST}/book/laser-1/")


def test_the_view_last_looked_at_opens_again(window: Page, site: Site) -> None:
    site.body = BOARD.replace('data-view="day"', 'data-view="week"')
    window.goto(f"{HOST}/?view=week")
    site.body = BOARD
    window.goto(HOST)
    window.wait_for_url(f"{HOST}/?view=week")


def test_a_change_replaces_what_is_marked_live(window: Page, site: Site) -> None:
    site.body, site.changes = '<section id="s" data-live><a href="/x">13:00</a></section>', 1
    window.goto(HOST)
    window.locator("a").focus()
    site.body = '<section id="s" data-live><a href="/x">14:00</a></section>'
    window.clock.run_for(2_000)
    expect(window.locator("#s")).to_have_text("14:00")
    expect(window.locator("a")).to_be_focused()


def test_a_change_never_takes_what_is_being_typed(window: Page, site: Site) -> None:
    typed = (
        '<section id="s" data-live><p>{}</p><input id="i"></section><p id="other" data-live>{}</p>'
    )
    site.body, site.changes = typed.format("old", "old"), 1
    window.goto(HOST)
    window.locator("#i").fill("half a sen")
    site.body = typed.format("new", "new")
    window.clock.run_for(2_000)
    expect(window.locator("#other")).to_have_text("new")
    expect(window.locator("#i")).to_have_value("half a sen")


def test_a_page_nobody_looks_at_asks_nothing(window: Page, site: Site) -> None:
    site.body, site.changes = '<p id="s" data-live>old</p>', 1
    window.add_init_script(
        "window.away = true; Object.defineProperty(document, 'hidden', {get: () => window.away})"
    )
    window.goto(HOST)
    site.body = '<p id="s" data-live>new</p>'
    window.clock.run_for(2_000)
    expect(window.locator("#s")).to_have_text("old")
    window.evaluate("away = false; document.dispatchEvent(new Event('visibilitychange'))")
    window.clock.run_for(2_000)
    expect(window.locator("#s")).to_have_text("new")


def test_a_dialog_waits_until_it_is_opened(window: Page, site: Site) -> None:
    site.body = (
        '<button data-opens="d">Give back</button>'
        '<dialog id="d" open class="stack"><h2>Sure?</h2><button data-closes>Keep</button></dialog>'
    )
    window.goto(HOST)
    dialog = window.locator("dialog")
    expect(dialog).to_be_hidden()
    window.get_by_role("button", name="Give back").click()
    expect(dialog).to_be_visible()
    window.get_by_role("button", name="Keep").click()
    expect(dialog).to_be_hidden()


def quarters(window: Page) -> float:
    return float(window.locator(".now").evaluate("e => e.style.getPropertyValue('--q')"))
