"""What holds for every template: nothing inline, nothing that leads nowhere. Reads files only."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
PAGES = [name for name in TEMPLATES if not name.startswith("email/")]  # mail has no stylesheet
SCRIPTS = sorted((settings.BASE_DIR / "config" / "static" / "js").glob("*.js"))

# What a policy of default-src 'self' blocks, and so must not be written.
INLINE = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "an event attribute": r"<[a-zA-Z][^>]*\son[a-z]+\s*=(?!=)",
    "a style element": r"<style\b",
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    "a script address": r"javascript:",
}


def read(page: str) -> str:
    return (ROOT / page).read_text()


@pytest.mark.parametrize("template", PAGES)
def test_nothing_is_inline(template: str) -> None:
    found = [what for what, pattern in INLINE.items() if re.search(pattern, read(template))]
    assert not found, f"{template} has {' and '.join(found)}"


@pytest.mark.parametrize("written", ['<p style="x">', "<a onclick='x'>", "<script>x</script>"])
def test_inline_is_seen_where_it_is(written: str) -> None:
    assert any(re.search(pattern, written) for pattern in INLINE.values())


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_compiles(template: str) -> None:
    get_template(template)


def test_every_link_leads_somewhere() -> None:
    known = set(url_names(get_resolver()))
    known |= {f"demo:{name}" for name in url_names(get_resolver("demo.urls"))}  # mounted in a demo
    dead = [
        f"{page}: {name}"
        for page in PAGES
        for name in re.findall(r"{%\s*url\s+[\"']([\w:-]+)", read(page))
        if name not in known
    ]
    assert not dead


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name


def test_every_static_file_is_there() -> None:
    absent = [
        f"{page}: {name}"
        for page in PAGES
        for name in re.findall(r"(?:{%\s*static\s+[\"']|[\"']/static/)([^\"']+)", read(page))
        if finders.find(name) is None
    ]
    assert not absent


def test_every_icon_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="i-(\w+)"', read("_sprite.html")))
    asked = {
        (page, name)
        for page in PAGES
        for name in re.findall(r"{% icon \"(\w+)|#i-(\w+)|\bicon=\"(\w+)", read(page))
        for name in name
        if name
    } | {(script.name, name) for script in SCRIPTS for name in icons_in(script)}
    assert not {(where, name) for where, name in asked if name not in drawn}


def icons_in(script: Path) -> list[str]:
    return re.findall(r"#i-(\w+)", script.read_text())


def test_every_class_is_drawn() -> None:
    sheets = (settings.BASE_DIR / "config" / "static" / "css").glob("*.css")
    drawn = set(re.findall(r"\.([a-z][\w-]*)", "".join(sheet.read_text() for sheet in sheets)))
    asked = {
        (page, name)
        for page in PAGES
        for written in re.findall(r'\sclass="((?:{%.*?%}|{{.*?}}|[^"])*)"', read(page))
        for name in fixed_words(written)
    }
    assert not {(page, name) for page, name in asked if name not in drawn}


def fixed_words(written: str) -> list[str]:
    """Of a class attribute's words those that no variable makes up."""
    return re.sub(r"\S*{{.*?}}\S*", " ", re.sub(r"{%.*?%}", " ", written)).split()


def test_every_class_drawn_is_written_somewhere() -> None:
    sheets = (settings.BASE_DIR / "config" / "static" / "css").glob("*.css")
    rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", "".join(sheet.read_text() for sheet in sheets))
    counted = re.compile(r"[qh]\d+")  # quarters, percents and hours: a template counts them out
    drawn = {name for name in re.findall(r"\.([a-z][\w-]*)", rules) if not counted.fullmatch(name)}
    rooms = ("bookings", "access", "equipment", "desk", "demo")
    code = [path for room in rooms for path in (settings.BASE_DIR / room).rglob("*.py")]
    written = "".join(path.read_text() for path in [*code, *SCRIPTS, *map(ROOT.joinpath, PAGES)])
    words = set(re.findall(r"[\w-]+", written))
    assert not drawn - words
