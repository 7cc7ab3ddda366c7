"""What the site is asked, and what it answers: the addresses it has, and one request at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.matrix.table import Answer

ACCOUNT = "/account/"  # the pages of allauth, which has tests of its own
OF_A_SESSION = "django_session"  # signing in, and what a page keeps for its reader
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
BY_STATUS = {403: Answer.FORBIDDEN, 404: Answer.HIDDEN, 405: Answer.WRONG}
LET_IN = (200, 204, 302, 422)


def addresses(urlconf: str | None = None) -> dict[str, str]:
    """Every address by name, as its route is written."""
    return dict(_walk(get_resolver(urlconf).url_patterns))


def _walk(
    patterns: Sequence[URLPattern | URLResolver], space: str = "", route: str = "/"
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        path = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            prefix = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, space + prefix, path)
        else:
            yield f"{space}{pattern.name}", path


def account_addresses() -> dict[str, str]:
    return {name: path for name, path in addresses().items() if path.startswith(ACCOUNT)}


def demo_addresses() -> dict[str, str]:
    """Mounted only where DEMO is set."""
    return {f"demo:{name}": f"/demo{path}" for name, path in addresses("demo.urls").items()}


def own_addresses() -> dict[str, str]:
    """All that are always there and ours: each has a row."""
    theirs = {**account_addresses(), **demo_addresses()}
    return {name: path for name, path in addresses().items() if name not in theirs}


def signed_in(member: Any) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def ask(
    client: Client, method: str, path: str, form: dict[str, str] | None = None
) -> tuple[Answer | str, set[str]]:
    """The answer, in a word of the table where it has one, and the tables that it wrote to.

    A form is sent empty, unless it is given; all that it changes is taken back.
    """
    with transaction.atomic(), _written() as tables:
        response = getattr(client, method.lower())(path, form)
        transaction.set_rollback(True)
    return _word(response), tables - {OF_A_SESSION}


def _word(response: Any) -> Answer | str:
    status = response.status_code
    if status == 302 and response["Location"].startswith(f"{ACCOUNT}login/"):
        return Answer.SIGN_IN
    if status in LET_IN:
        return Answer.OK
    return BY_STATUS.get(status, f"{status}, which no row may say")


@contextmanager
def _written() -> Iterator[set[str]]:
    """Collects the tables that are written to meanwhile."""
    tables: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.replace('"', " ").split()
        if words[0].upper() in WRITES:
            tables.add(words[1] if words[0].upper() == "UPDATE" else words[2])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables
