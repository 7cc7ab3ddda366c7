"""Device rules × server rules × a lossy network: the invariants hold, and would be missed."""

import os
import random
import subprocess
import sys
from collections import Counter
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

from tests.protocol.wild import FIN, Wild

ROOT = Path(__file__).resolve().parents[2]
boxes = st.sampled_from(sorted(FIN))
people = st.sampled_from(["alice", "alice", "dana", "charlie", "stranger"])
members = st.sampled_from(["alice", "dana"])
modes = st.sampled_from(["stop", "after-job"])
numbers = st.integers(0, 200)
MET = {  # in every 25,000 steps
    *("a clock runs wrong", "cable pulled", "changed by hand", "database put back", "power lost"),
    *("gatekeeper died", "gatekeeper died before it answered", "wall clock jumped", "revoked"),
    *("message lost", "message doubled", "message late", "message overtaken"),
    *("message said again", "retained tap", "locked out, stop", "locked out, after-job"),
    *("switched on", "armed → running", "running → grace", "grace → locked"),
    *("answered granted", "answered in-use", "answered not-booked", "answered locked-out"),
    *("answered unknown-badge", "answered not-certified", "answered machine-finishing"),
    *("answered stale", "answered certification-revoked", "answered running"),
    *("ended unclaimed", "ended reboot", "ended time-up", "ended lease-over", "ended locked-out"),
}
SELDOM = {"grace → running", "ended lost", "answered time-up"}  # but in every 100,000


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
    grants = sum(live(seed, 400, gatekeepers).met["switched on"] for seed in range(3))
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
@pytest.mark.parametrize("part", range(9))
def test_the_invariants_hold_for_a_million_steps(db, part, figure):
    """Nine parts of 100,000; every other life has two gatekeepers. The tenth is the next test."""
    figure(many_lives(1_000 * (part + 1), 100_000))


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("part", range(4))
def test_and_for_the_last_of_them_on_postgresql(new_postgres_url, part, figure):
    """Four parts of 25,000, each life with two gatekeepers, in a process on PostgreSQL."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.protocol.test_wild", str(1_000 * (part + 50))],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": new_postgres_url("wild")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    figure(done.stdout.strip())


def many_lives(first, wanted, gatekeepers=None):
    """Lives of 2,000 steps until there are enough of these; what they came to."""
    steps, met = 0, Counter()
    seed = first
    while steps < wanted:
        wild = live(seed, 2_000, gatekeepers or 1 + seed % 2)
        steps, seed = steps + wild.steps, seed + 1
        met += wild.met
    wanted_of_it = MET if wanted < 100_000 else MET | SELDOM
    assert wanted_of_it <= met.keys(), f"never met: {wanted_of_it - met.keys()}"
    told = ", ".join(f"{what} {times:,}" for what, times in sorted(met.items()))
    lives = f"seeds {first}-{seed - 1}, {gatekeepers or 'one or two'} gatekeepers"
    return f"{steps:,} steps on {connection.vendor}, {lives}, no invariant broken; {told}"


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    print(many_lives(int(sys.argv[1]), 25_000, gatekeepers=2))
