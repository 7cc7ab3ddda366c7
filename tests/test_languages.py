"""The German catalogue: whole, true to its placeholders, compiled as committed, and spoken.

Reads the files in locale/ and a few pages and letters; judges no wording.
"""

import ast
import gettext
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.utils import translation

from equipment.words import DISPLAY_LENGTH, REGISTRY
from notices import mail
from tests.conftest import need
from tests.notices.letters import CONTEXTS
from tests.people import a_world

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
ROOMS = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
ROOMS += ["templates", "locale"]
PERCENT = re.compile(r"%(?:\(\w+\))?[sd%]")
# What a machine's display is filled in with on a common day.
LIKELY = {
    "name": "Maximilian",
    "machine": "Portalfräse 2",
    "holder": "Maximilian H.",
    "certification": "Portalfräse",
    "level": "selbstständig",
    "why": "Sonntagsruhe",
    "reason": "Unterschrift fehlt",
    "shared": "Die Absaugung",
    "door": "Vordertür",
    "left_minutes": "10 min",
    "idle_minutes": "1 h 30",
    "seconds": "60",
    "other": "Maximilian H.",
    "host": "Maximilian H.",
    **dict.fromkeys(("until", "starts", "ended", "earliest", "opens", "next"), "14:00"),
}
KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')


@dataclass
class Message:
    """One entry: `texts` maps msgid, msgid_plural, msgctxt and each msgstr to its text."""

    texts: dict[str, str] = field(default_factory=dict)
    flags: str = ""

    @property
    def source(self) -> str:
        return self.texts["msgid"]

    @property
    def translations(self) -> list[str]:
        return [text for name, text in self.texts.items() if name.startswith("msgstr")]

    def key(self, form: int) -> str | tuple[str, int]:
        """Where the compiled catalogue keeps this form of it."""
        context = f"{self.texts['msgctxt']}\x04" if "msgctxt" in self.texts else ""
        name = context + self.source
        return (name, form) if "msgid_plural" in self.texts else name


def messages(catalogue: Path = CATALOGUE) -> Iterator[Message]:
    """Every message of a catalogue, without its header."""
    for block in catalogue.read_text(encoding="utf-8").split("\n\n"):
        message = parsed(block)
        if message.texts.get("msgid"):
            yield message


def parsed(block: str) -> Message:
    message, name = Message(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            message.flags += line
        if line.startswith("#"):
            continue
        if keyword := KEYWORD.fullmatch(line):
            name, line = keyword[1], keyword[2]
            message.texts[name] = ""
        message.texts[name] += ast.literal_eval(line)
    return message


def placeholders(text: str) -> list[str]:
    """What a caller fills in, in any order: %s, %(name)s, {name}."""
    named = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]
    return sorted(PERCENT.findall(text) + named)


MESSAGES = list(messages())


def test_the_catalogue_is_read_whole():
    assert len(MESSAGES) == CATALOGUE.read_text(encoding="utf-8").count("\nmsgid ") - 1 > 1000


def test_nothing_is_left_untranslated_or_guessed():
    loose = [m.source for m in MESSAGES if "fuzzy" in m.flags or not all(m.translations)]
    assert loose == []


def test_a_translation_fills_in_what_its_source_does():
    """A plural's first form may leave the number out: “one passkey”."""
    wrong = []
    for message in MESSAGES:
        most = placeholders(message.texts.get("msgid_plural", message.source))
        fitting = (most, placeholders(message.source))
        wrong += [text for text in message.translations if placeholders(text) not in fitting]
    assert wrong == []


def test_german_is_spoken_with_its_own_quotation_marks_and_calmly():
    loud = [text for m in MESSAGES for text in m.translations if re.search(r"!|[Bb]itte|“\w", text)]
    assert loud == []


def test_the_compiled_catalogue_says_what_the_source_says():
    with COMPILED.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    held = {key: text for key, text in compiled._catalog.items() if key}
    written = {m.key(form): text for m in MESSAGES for form, text in enumerate(m.translations)}
    assert held == written, "msgfmt -o django.mo django.po"


def test_gettext_finds_nothing_wrong():
    command = [need("msgfmt", "gettext"), "--check", "--output-file=-", CATALOGUE]
    checked = subprocess.run(command, capture_output=True)
    assert checked.returncode == 0, checked.stderr.decode()


def test_every_string_of_the_code_is_in_the_catalogue(tmp_path, monkeypatch):
    """Collected from a copy, so that a test never writes to the catalogue itself."""
    need("xgettext", "gettext")
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    with override_settings(LOCALE_PATHS=[tmp_path / "locale"]):
        call_command("makemessages", locale=["de"], no_obsolete=True, verbosity=0)
    collected = {m.key(0) for m in messages(tmp_path / CATALOGUE.relative_to(ROOT))}
    known = {m.key(0) for m in MESSAGES}
    told = "manage.py makemessages -l de --no-location --no-obsolete"
    assert (collected - known, known - collected) == (set(), set()), told


def test_no_message_hides_in_an_f_string():
    """There gettext's collector does not see it."""
    marks = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for filled in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(filled, ast.JoinedStr)
        for call in ast.walk(filled)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in marks
    ]
    assert hidden == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "words"),
    [("/account/login/", "Auf diesem Gerät angemeldet bleiben"), ("/board/", "Belegung")],
)
def test_a_german_browser_gets_german(client, path, words):
    a_world()
    german = client.get(path, headers={"accept-language": "de-AT,de;q=0.8,en;q=0.5"})
    english = client.get(path, headers={"accept-language": "fr"})
    assert words in german.content.decode() and '<html lang="de">' in german.content.decode()
    assert words not in english.content.decode() and '<html lang="en">' in english.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(CONTEXTS))
def test_a_letter_to_a_member_who_reads_german_is_german(kind):
    alice = a_world().alice
    english = mail.render(kind, CONTEXTS[kind], alice)
    alice.language = "de"
    german = mail.render(kind, CONTEXTS[kind], alice)
    assert german.text.startswith("Hallo Alice Meyer,")
    assert 10 < len(german.subject) < 90 and german.subject != english.subject
    given = ("", *CONTEXTS[kind].values())
    shared = set(german.text.splitlines()) & set(english.text.splitlines())
    assert [line for line in shared if line not in given and settings.BASE_URL not in line] == []


def test_a_machines_display_holds_the_german_words_whole():
    """Filled in with long, likely names: what is cut at 80 characters tells nobody what to do."""
    with translation.override("de"):
        told = [str(words.display) for words in REGISTRY.values() if words.display]
    assert [text for text in told if len(text.format_map(LIKELY)) > DISPLAY_LENGTH] == []
