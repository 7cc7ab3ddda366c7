"""Every kind of message has its three templates and tells its facts in the reader's words."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from notices import mail
from notices.kinds import KINDS, lacking
from tests.notices.letters import CONTEXTS
from tests.people import a_world

pytestmark = pytest.mark.django_db
EMAIL = settings.BASE_DIR / "templates" / "email"


def test_every_kind_has_an_example_with_all_its_facts():
    assert CONTEXTS.keys() == KINDS.keys()
    assert not any(lacking(kind, context) for kind, context in CONTEXTS.items())


def test_no_template_is_without_a_kind():
    names = {path.name.split(".")[0] for path in Path(EMAIL).iterdir()}
    assert {name for name in names if not name.startswith("_")} == KINDS.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_letter_is_whole(kind):
    letter = mail.render(kind, CONTEXTS[kind], a_world().alice)
    assert letter.address == "alice@example.org"
    assert 10 < len(letter.subject) < 90 and "\n" not in letter.subject
    assert letter.text.startswith("Hello Alice Meyer,")
    assert "  " not in letter.text and "\n\n\n" not in letter.text
    assert "Hello Alice Meyer," in text_of(letter.html)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_letter_leads_somewhere(kind):
    """Each ends in the page where the reader does what it asks for."""
    letter = mail.render(kind, CONTEXTS[kind], a_world().alice)
    around = (settings.BASE_URL, letter.stop_url)
    links = [href for href in links_of(letter.html) if href not in around]
    assert len(links) == 1 and links[0].startswith(f"{settings.BASE_URL}/")
    assert links[0] in letter.text


def test_text_is_not_escaped_and_html_is():
    letter = mail.render("fault-reported", CONTEXTS["fault-reported"], a_world().dana)
    assert "The spindle <rattles> & smokes" in letter.text
    assert "The spindle &lt;rattles&gt; &amp; smokes" in letter.html


def test_times_are_told_in_the_machines_zone_even_to_one_who_lives_elsewhere():
    world = a_world()
    world.space.zone = "Asia/Kathmandu"
    letter = mail.render("booking-reminder", CONTEXTS["booking-reminder"], world.alice)
    assert "Tuesday 24 November, 14:00–15:30" in letter.text


def test_without_a_zone_of_its_own_a_letter_takes_that_of_the_home_space():
    world = a_world()
    context = {"plan": "Full", "until": "2026-12-08T23:30:00+00:00"}
    assert "9 December 2026" in mail.render("membership-expiring", context, world.alice).text
    world.alice.space = None
    assert "8 December 2026" in mail.render("membership-expiring", context, world.alice).text


def test_what_ends_at_midnight_ends_on_the_day_before():
    letter = mail.render("membership-expiring", CONTEXTS["membership-expiring"], a_world().alice)
    assert "ends on 8 December 2026" in letter.text


def test_a_letter_is_in_its_readers_language():
    alice = a_world().alice
    alice.language = "de"
    letter = mail.render("booking-reminder", CONTEXTS["booking-reminder"], alice)
    assert "Dienstag, 24. November" in letter.text and '<html lang="de">' in letter.html


def test_a_letter_to_a_child_without_mail_goes_to_the_guardian():
    world = a_world()
    world.charlie.email = None
    world.charlie.guardian = world.alice
    letter = mail.render("booking-reminder", CONTEXTS["booking-reminder"], world.charlie)
    assert letter.address == "alice@example.org"
    assert letter.text.startswith("Hello Charlie Okafor,")


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links = "", []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name == "href"]


def text_of(html: str) -> str:
    return _Page(html).text


def links_of(html: str) -> list[str]:
    return _Page(html).links
