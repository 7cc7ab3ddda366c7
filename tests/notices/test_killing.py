"""A worker that is killed with SIGKILL in the middle of sending loses no mail and doubles none.

A letter that the server took at the very moment is sent again; its Message-ID says that it is the
same one, and that window is what docs/messages.md tells of.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings

from tests.notices.killing import KILLS, PEOPLE
from tests.notices.mailserver import ADDRESS, Postman, running

pytestmark = pytest.mark.races


def test_no_mail_is_lost_or_doubled_when_workers_are_killed(tmp_path, figure):
    seed = random.randrange(10**6)
    postman = Postman(tarries=0.005)  # it has the letter by then, and the worker does not know
    with running(postman) as port:
        told = play(seed, f"sqlite:///{tmp_path / 'killing.sqlite3'}", port)
    arrived = Counter(letter["Message-ID"] for letter in postman.letters)
    assert told["unsent"] == 0
    assert set(arrived) == {f"<{letter}@localhost>" for letter in told["letters"]}
    assert len(arrived) == PEOPLE
    repeats = arrived.total() - len(arrived)
    assert repeats <= told["tried_again"] <= told["killed"]
    assert max(Counter(letter["To"] for letter in unlike(postman)).values()) == 1
    assert told["killed"] > KILLS / 4, "too few were killed in the middle to show anything"
    figure(f"seed {seed}: {PEOPLE} letters, {told['killed']} workers killed, {repeats} sent again")


def unlike(postman):
    """What a reader's program keeps that drops a Message-ID it has seen."""
    return {letter["Message-ID"]: letter for letter in postman.letters}.values()


def play(seed, database, port):
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.notices.killing", str(seed)],
        env={
            **os.environ,
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://{ADDRESS}:{port}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)
