"""Device rules × server rules × a lossy network: the invariants hold, and would be missed."""

import os
import random
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

if not apps.ready:  # as a program, on another database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

from tests.protocol.wild import FIN, Wild  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
boxes = st.sampled_from(sorted(FIN))
people = st.sampled_from(["alice", "alice", "dana", "charlie", "stranger"])
members = st.sampled_from(["alice", "dana"])
modes = st.sampled_from(["stop", "after-job"])
numbers = st.integers(0, 200)


@contextmanager
def undone():
    """Whatever is written in here never was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Machine(RuleBasedStateMachine):
    """What hypothesis may do to the world; it looks for the shortest way to break it."""

    @initialize(random=st.randoms(use_true_random=False), gatekeepers=st.sampled_from([1, 1, 2]))
    def begin(self, random, gatekeepers):
        self.undo = undone()
        self.undo.__enter__()
        self.wild = Wild(random, gatekeepers)
        self.wild.restart()
        self.wild.pass_time(2)

    @rule(seconds=st.sampled_from([1, 1, 5, 20, 70]))
    def time_goes_by(self, seconds):
        self.wild.pass_time(seconds)

    @rule(box=boxes, who=people)
    def somebody_taps(self, box, who):
        self.wild.tap(self.wild.boxes[box], who)
        self.wild.deliver()

    @rule(box=boxes, who=members, seconds=st.sampled_from([20, 100, 1000]))
    def somebody_books_and_taps(self, box, who, seconds):
        self.wild.book(self.wild.boxes[box], who, seconds)
        self.somebody_taps(box, who)

    @rule(box=boxes, on=st.booleans())
    def a_job_runs(self, box, on):
        self.wild.boxes[box].running = on
        self.wild.pass_time(3)

    @rule(harsh=st.booleans())
    def the_network_turns(self, harsh):
        self.wild.harsh = harsh

    @rule(box=boxes, connected=st.booleans())
    def a_cable_is_pulled_or_put_in(self, box, connected):
        self.wild.plug(self.wild.boxes[box], connected)

    @rule(box=boxes)
    def a_device_loses_power(self, box):
        self.wild.lose_power(self.wild.boxes[box])

    @rule()
    def the_gatekeeper_restarts(self):
        self.wild.restart()

    @rule()
    def the_gatekeeper_dies(self):
        self.wild.die()

    @rule(box=boxes, mode=modes)
    def staff_lock_out(self, box, mode):
        self.wild.lock_out(self.wild.boxes[box], mode)

    @rule(box=boxes)
    def staff_clear(self, box):
        self.wild.clear(self.wild.boxes[box])

    @rule(who=members, back=st.booleans())
    def staff_revoke(self, who, back):
        self.wild.revoke(who)
        if back:
            self.wild.pass_time(1)
            self.wild.certify(who)

    @rule(box=boxes, who=members)
    def somebody_changes_the_database_by_hand(self, box, who):
        self.wild.change_by_hand(self.wild.boxes[box], who)

    @rule()
    def the_database_is_put_back(self):
        self.wild.put_database_back()

    @rule(box=boxes)
    def a_booking_is_cancelled(self, box):
        self.wild.cancel(self.wild.boxes[box])

    @rule(index=numbers)
    def an_old_message_comes_again(self, index):
        self.wild.say_again(index)

    @rule(index=numbers)
    def a_retained_tap_is_handed_out(self, index):
        self.wild.hand_out_retained(index)

    @rule(seconds=st.sampled_from([-3600, -10, 10, 3600]))
    def the_wall_clock_jumps(self, seconds):
        self.wild.jump(seconds)

    def teardown(self):
        if not hasattr(self, "wild"):
            return
        try:
            self.wild.come_to_rest()
        finally:
            self.undo.__exit__(None, None, None)


def live(seed, steps, gatekeepers=1):
    """One life of the world, reproducible by its seed."""
    with undone():
        wild = Wild(random.Random(seed), gatekeepers)
        wild.live(steps)
        return wild


@pytest.mark.parametrize("gatekeepers", [1, 2])
def test_the_invariants_hold_in_the_long_run(db, gatekeepers):
    grants = sum(live(seed, 400, gatekeepers).grants for seed in range(3))
    assert grants >= 3, "hardly anything was ever switched on"


def test_hypothesis_finds_no_way_to_break_them(db):
    checks = list(HealthCheck)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=6, stateful_step_count=15, deadline=None, suppress_health_check=checks
        ),
    )


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_the_invariants_hold_for_a_million_steps(db, part, figure):
    """Ten parts of 100,000; every other life has two gatekeepers."""
    first = 1_000 * (part + 1)
    figure(many_lives(first, 100_000))


@pytest.mark.long
@pytest.mark.postgres
def test_and_on_postgresql(new_postgres_url, figure):
    """The same in a process whose DATABASE_URL is a PostgreSQL server's."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.protocol.test_wild"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": new_postgres_url("wild")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    figure(done.stdout.strip())


def many_lives(first, wanted):
    """Lives of 2,000 steps until there are enough of these; what they came to."""
    steps = grants = 0
    seed = first
    while steps < wanted:
        wild = live(seed, 2_000, gatekeepers=1 + seed % 2)
        steps, grants, seed = steps + wild.steps, grants + wild.grants, seed + 1
    return (
        f"{steps:,} steps on {connection.vendor}, seeds {first}-{seed - 1}, "
        f"every other with two gatekeepers; switched on {grants} times, no invariant broken"
    )


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    print(many_lives(50_000, 20_000))
