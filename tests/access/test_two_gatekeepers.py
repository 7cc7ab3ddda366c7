"""Two gatekeepers on one PostgreSQL, real processes: no tap is lost, none is told of twice."""

import os
import signal
import sys
import threading
import time
from contextlib import ExitStack

import psycopg
import pytest

from benchmarks import world
from benchmarks.site import Site

MACHINES, MEMBERS = 8, 40
RATE, SECONDS = 60, 9.0
STANDS = 4.0  # seconds that one of them stands still, while it should hear some 500 messages
TOLD_TWICE = """SELECT device_id, boot, nonce, COUNT(*) FROM access_accessevent WHERE kind = 'tap'
    GROUP BY 1, 2, 3 HAVING COUNT(*) > 1"""

pytestmark = [pytest.mark.broker, pytest.mark.postgres, pytest.mark.races]


def pause(process, after):
    """It stands still for a while, wherever it is, with whatever it holds."""
    time.sleep(after)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(STANDS)
    os.kill(process.pid, signal.SIGCONT)


def test_no_tap_is_lost_while_one_of_them_stands_still(tmp_path, new_postgres_url):
    site = Site(tmp_path / "site", new_postgres_url("two"))
    site.run("tests.access.two_gatekeepers", {"machines": MACHINES, "members": MEMBERS})
    plan = {
        "port": site.broker_port,
        "devices": {f"large-{n}": world.owner_badge(n) for n in range(MACHINES)},
        "strangers": [world.badge(n) for n in range(MACHINES, MEMBERS)],
        "rates": [(RATE, 1.0), (RATE, SECONDS)],
        "window": 8,
        "flat_seconds": 1,
    }
    echo = [sys.executable, "-m", "benchmarks.echo", str(site.broker_port)]
    with site.broker(), site.process("echo", echo), ExitStack() as running:
        commands = [
            [sys.executable, "manage.py", "gatekeeper", "--name", f"gatekeeper-{n}"]
            for n in range(2)
        ]
        pair = [running.enter_context(site.process(c[-1], c)) for c in commands]
        breaks = threading.Thread(target=pause, args=(pair[1], 8.0))
        breaks.start()
        seen = site.run("benchmarks.load", plan)
        breaks.join()
        assert [keeper.poll() for keeper in pair] == [None, None]
    assert seen["lost"] == 0, site.log_tails()
    assert "dropped for client" not in (site.directory / "broker.log").read_text()
    with psycopg.connect(site.database_url) as connection:
        assert connection.execute(TOLD_TWICE).fetchall() == []
    (_rate, at) = seen["rates"][0]
    assert len(at["taps"]) == RATE * SECONDS
