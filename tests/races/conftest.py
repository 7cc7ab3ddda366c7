"""A migrated database of its own for the races, on either kind of server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).parent
PATIENCE = 600  # seconds, on a busy machine
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

# Run on SQLite every day; there one lock serves all, and the others only take their turns at it.
DAILY = {"test_booking.py", "test_storm.py"}

Play = Callable[..., dict[str, int]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_sqlite = getattr(item, "callspec", None) and "sqlite" in item.callspec.params.values()
        if item.path.parent == HERE and is_sqlite and item.path.name not in DAILY:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", params=KINDS)
def play(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """`play("one_slot")`: what became of the racers, and what stands in the table after.

    A second word names the module of the scene, where it is not the first one's.
    """
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("race") / "race.sqlite3"
        shutil.copy(request.getfixturevalue("migrated"), file)
        url = f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("new_postgres_url")("race")

    def run(*command: str) -> str:
        finished = subprocess.run(
            [sys.executable, "-W", "ignore", *command],
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return lambda scene, module="tests.races.scenes": json.loads(run("-m", module, scene))
