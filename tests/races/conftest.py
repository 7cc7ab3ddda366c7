"""A migrated database of its own for the races, on either kind of server."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings

PATIENCE = 180  # seconds; a busy machine migrates slowly
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

Play = Callable[..., dict[str, int]]


@pytest.fixture(scope="session", params=KINDS)
def play(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """`play("one_slot")`: what became of the racers, and what stands in the table after.

    A second word names the module of the scene, where it is not the first one's.
    """
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('race')}/race.sqlite3"
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

    run("manage.py", "migrate", "--verbosity", "0")
    return lambda scene, module="tests.races.scenes": json.loads(run("-m", module, scene))
