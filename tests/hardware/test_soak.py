"""A site that goes on and on: taps, leases, reboots and a broker that restarts, and nothing grows.

Two minutes with --long; `SOAK_MINUTES=60 ./run test tests/hardware/test_soak.py --long` for more.
"""

import os
import sqlite3
import time
from contextlib import closing

import psutil
import pytest

from tests.hardware.conftest import running_site
from tests.hardware.scene import BADGES
from tests.hardware.test_rubbish import AS_IT_RUNS

MINUTES = float(os.environ.get("SOAK_MINUTES", "2"))
NAMES = ("mill", "router")
EACH = 3.5  # the same badge counts again after 3 s
GROWTH = 2 * 2**20  # bytes, once the first third of the time has warmed it up
SEALED = 30.0  # seconds in which all that was written must be

pytestmark = [pytest.mark.broker, pytest.mark.long]


@pytest.fixture
def site(tmp_path, own_broker, migrated):
    with running_site(tmp_path, own_broker, migrated, **AS_IT_RUNS) as site:
        site.start_gatekeeper()
        yield site


class Figures:
    """What must not grow."""

    def __init__(self, site):
        self.keeper = psutil.Process(site.gatekeeper.pid)
        self.database = site.database

    def held(self):
        """Bytes of memory, and files and sockets."""
        return self.keeper.memory_info().rss, self.keeper.num_fds()

    def one(self, sql):
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql).fetchone()[0]

    def unsealed(self):
        return self.one("SELECT COUNT(*) FROM access_accessevent WHERE seal IS NULL")


def live(site, seconds):
    """Alice comes and goes at both; each minute one device reboots, or the broker restarts."""
    answers, broken = [], time.monotonic() + 30
    turn = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(EACH)
        answers += [site.tap(name, BADGES["alice"]) for name in NAMES]
        if time.monotonic() > broken:
            broken += 60
            turn += 1
            disturb(site, turn)
    return answers


def disturb(site, turn):
    if turn % 3 == 0:
        site.broker.stop()
        site.broker.start()
    else:
        site.devices[NAMES[turn % 3 - 1]].do("reboot")
    for name in NAMES:
        site.wait_until_heard(name)


def test_nothing_grows_while_it_goes_on(site, figure):
    for name in NAMES:
        site.device(name)
        site.run("book", name, MINUTES * 60 + 1800)
    figures = Figures(site)
    answers = live(site, MINUTES * 20)
    memory, files = figures.held()
    answers += live(site, MINUTES * 40)
    grown, more = figures.held()[0] - memory, figures.held()[1] - files
    granted = sum(answer["code"] == "granted" for answer in answers)
    lines = figures.one("SELECT COUNT(*) FROM access_accessevent")
    figure(
        f"{MINUTES:.0f} minutes, {len(answers)} taps, {granted} of them granted, {lines} lines of "
        f"log; resident memory grew by {grown / 1024:,.0f} KiB to {(memory + grown) >> 20} MiB, "
        f"open files by {more} to {files + more}"
    )
    assert None not in answers, "a tap got no answer"
    assert granted >= len(answers) // 3
    deadline = time.monotonic() + SEALED
    while figures.unsealed():
        assert time.monotonic() < deadline, f"{figures.unsealed()} lines were never sealed"
        time.sleep(0.5)
    assert figures.one("SELECT COUNT(*) FROM access_session WHERE state <> 'ended'") <= len(NAMES)
    assert grown < GROWTH
    assert more <= 2
