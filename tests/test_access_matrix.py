"""Who may do what, everywhere: each cell of the matrix is asked of the running site.

The rows stand in tests/matrix/table.py, where a new address gets one line.
"""

import logging
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from tests.matrix.answers import (
    ACCOUNT,
    account_addresses,
    ask,
    demo_addresses,
    own_addresses,
    signed_in,
)
from tests.matrix.page import ROOMS, page
from tests.matrix.table import ROLES, ROWS, Answer, Row
from tests.matrix.things import Place
from tests.people import NOW

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parent.parent / "docs" / "access.md"
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
NOT_OURS = ("/static/", ACCOUNT)
COMMAND = "python -m tests.matrix > docs/access.md"
IN_A_PATH = {"<int:pk>": "1", "(?P<uidb36>[0-9A-Za-z]+)": "1", "(?P<key>.+)": "set-password"}


class Cast:
    """The place, and a browser for each role that is signed in once."""

    def __init__(self) -> None:
        self.place = Place()
        self.browsers = {role: signed_in(self.place.people.get(role)) for role in ROLES}

    def path(self, row: Row) -> str:
        return self.place.path(row.name, row.of, row.query)


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Cast]:
    """Made once for all cells: each takes back what it changed, and the end takes back the rest."""
    logging.disable(logging.WARNING)  # a line and a traceback for each of a thousand refusals
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield Cast()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


# --- the table -----------------------------------------------------------------------------------


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    rows = {row.name for row in ROWS}
    unknown = set(own_addresses()) - rows
    assert not unknown, f"Say in tests/matrix/table.py who may ask for {', '.join(unknown)}"
    assert rows <= set(own_addresses())
    assert {name.partition(":")[0] for name in rows} <= set(ROOMS)


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text() == f"{page()}\n", f"It is not current: {COMMAND}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_the_site_answers_as_the_table_says(cast: Cast, row: Row) -> None:
    wrong = []
    for method, answers in row.rules().items():
        for role, expected in answers.items():
            answer, written = ask(cast.browsers[role], method, cast.path(row))
            if answer != expected:
                wrong.append(f"{method} as {role}: {answer}, and the table says {expected}")
            elif (method == "GET" or answer != Answer.OK) and written - {row.writes}:
                wrong.append(f"{method} as {role}: {answer}, and yet it wrote to {written}")
    assert not wrong, f"{cast.path(row)}\n" + "\n".join(wrong)


@pytest.mark.parametrize("row", [row for row in ROWS if row.keeps], ids=lambda row: row.label)
def test_a_list_is_of_ones_own_spaces(cast: Cast, row: Row) -> None:
    read = {}
    for role in ("staff", "staff everywhere", "staff elsewhere"):
        cast.browsers[role].get("/")  # an earlier act may have left something to be told
        read[role] = row.keeps in cast.browsers[role].get(cast.path(row)).content.decode()
    assert read == {"staff": True, "staff everywhere": True, "staff elsewhere": False}


@pytest.mark.parametrize("role", ["maintainer", "staff elsewhere"])
def test_no_page_leads_where_it_is_then_refused(cast: Cast, role: str) -> None:
    browser, found = cast.browsers[role], {}
    for row in ROWS:
        if row.get and row.get[role] == Answer.OK:
            html = browser.get(cast.path(row)).getvalue().decode(errors="replace")
            found |= dict.fromkeys(LINK.findall(html), row.label)
    refused = {
        path: label
        for path, label in found.items()
        if not path.startswith(NOT_OURS) and ask(browser, "GET", unescape(path))[0] != Answer.OK
    }
    assert not refused, "\n".join(f"{label} leads to {path}" for path, label in refused.items())


@pytest.mark.parametrize(
    ("path", "form", "table"),
    [
        (
            "/devices/add/",
            {"name": "box", "space": "northside", "kind": "box", "speaks": "native"},
            "access_device",
        ),
        ("/calendar/public/new/", {"what": "space:northside"}, "calendars_feed"),
    ],
)
def test_a_form_takes_nothing_of_another_space(
    cast: Cast, path: str, form: dict[str, str], table: str
) -> None:
    answer, written = ask(cast.browsers["staff"], "POST", path, form)
    assert answer == Answer.OK and table in written
    assert ask(cast.browsers["staff elsewhere"], "POST", path, form) == (Answer.OK, set())


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_answers_to_other_methods(cast: Cast, method: str) -> None:
    paths = {row.name: cast.path(row) for row in ROWS}
    admin = cast.browsers["admin"]
    answers = {name: ask(admin, method, path) for name, path in paths.items()}
    assert answers == dict.fromkeys(paths, (Answer.WRONG, set()))


# --- what has no row -----------------------------------------------------------------------------


@pytest.mark.parametrize("route", account_addresses().values())
def test_no_page_of_an_account_fails(cast: Cast, route: str) -> None:
    path = route.translate(str.maketrans("", "", "^$"))
    for pattern, value in IN_A_PATH.items():
        path = path.replace(pattern, value)
    for who in (None, cast.place.people["member"]):
        for method in ("GET", "POST"):
            with transaction.atomic():
                response = getattr(signed_in(who), method.lower())(path)
                transaction.set_rollback(True)
            assert response.status_code < 500, (who, method)


@pytest.mark.parametrize("path", demo_addresses().values())
def test_outside_the_demo_nobody_gets_in_without_a_password(cast: Cast, path: str) -> None:
    for browser in (Client(), cast.browsers["admin"]):
        for method in ("GET", "POST"):
            assert ask(browser, method, path) == (Answer.HIDDEN, set())
