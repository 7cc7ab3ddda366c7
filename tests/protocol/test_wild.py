"""Device rules × server rules × a lossy network: the invariants hold, and would be missed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.protocol.lives import live, many, undone
from tests.protocol.place import SITES
from tests.protocol.wild import Wild

ROOT = Path(__file__).resolve().parents[2]
sites = st.sampled_from(SITES)
people = st.sampled_from(["alice", "alice", "dana", "charlie", "stranger"])
members = st.sampled_from(["alice", "dana"])
modes = st.sampled_from(["stop", "after-job"])
numbers = st.integers(0, 200)


class Machine(RuleBasedStateMachine):
    """What hypothesis may do to the world; it looks for the shortest way to break it."""

    @initialize(
        random=st.randoms(use_true_random=False),
        gatekeepers=st.sampled_from([1, 1, 2]),
        site=sites,
    )
    def begin(self, random, gatekeepers, site):
        self.undo = undone()
        self.undo.__enter__()
        self.wild = Wild(random, gatekeepers, site)
        self.wild.restart()
        self.wild.pass_time(2)

    def device(self, number):
        return [*self.wild.boxes.values()][number % len(self.wild.boxes)]

    def box(self, number):
        return self.wild.at_machines[number % len(self.wild.at_machines)]

    @rule(seconds=st.sampled_from([1, 1, 5, 20, 70]))
    def time_goes_by(self, seconds):
        self.wild.pass_time(seconds)

    @rule(number=numbers, who=people)
    def somebody_taps(self, number, who):
        self.wild.tap(self.device(number), who)
        self.wild.deliver()

    @rule(number=numbers, who=members, seconds=st.sampled_from([20, 100, 1000]))
    def somebody_books_and_taps(self, number, who, seconds):
        box = self.box(number)
        self.wild.book(box, who, seconds)
        self.wild.tap(box, who)
        self.wild.deliver()

    @rule(number=numbers, first=people, second=people, between=st.sampled_from([1, 4, 40]))
    def two_come(self, number, first, second, between):
        self.wild.come_both(self.box(number), first, second, between)

    @rule(number=numbers, who=members, cut=st.sampled_from([1, 6]))
    def somebody_works_without_a_network(self, number, who, cut):
        self.wild.work_alone(self.box(number), who, cut)

    @rule(number=numbers, who=members, after=st.sampled_from([5, 62]))
    def somebody_leaves_it_on(self, number, who, after):
        self.wild.leave_on(self.box(number), who, "dana" if who == "alice" else "alice", after)

    @rule(number=numbers)
    def somebody_presses_stop(self, number):
        self.wild.press_stop(self.device(number))

    @rule(number=numbers, on=st.booleans())
    def a_job_runs(self, number, on):
        self.box(number).running = on
        self.wild.pass_time(3)

    @rule(harsh=st.booleans())
    def the_network_turns(self, harsh):
        self.wild.harsh = harsh

    @rule(number=numbers, connected=st.booleans())
    def a_cable_is_pulled_or_put_in(self, number, connected):
        self.wild.plug(self.device(number), connected)

    @rule(number=numbers)
    def a_device_loses_power(self, number):
        self.wild.lose_power(self.device(number))

    @rule()
    def the_gatekeepers_restart(self):
        self.wild.restart()

    @rule(number=numbers)
    def a_gatekeeper_dies(self, number):
        self.wild.die([self.wild.keepers[number % len(self.wild.keepers)]])

    @rule(number=numbers, mode=modes)
    def staff_lock_out(self, number, mode):
        self.wild.lock_out(self.box(number), mode)

    @rule(number=numbers)
    def staff_clear(self, number):
        self.wild.clear(self.box(number))

    @rule(who=members, back=st.booleans())
    def staff_revoke(self, who, back):
        self.wild.revoke(who)
        if back:
            self.wild.pass_time(1)
            self.wild.certify(who)

    @rule(number=numbers, who=members)
    def somebody_changes_the_database_by_hand(self, number, who):
        self.wild.change_by_hand(self.box(number), who)

    @rule()
    def the_database_is_put_back(self):
        self.wild.put_database_back()

    @rule(number=numbers)
    def a_booking_is_cancelled(self, number):
        self.wild.cancel(self.box(number))

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
            self.wild.eyes.come_to_rest()
        finally:
            self.undo.__exit__(None, None, None)


@pytest.mark.parametrize("site", SITES, ids=" ".join)
@pytest.mark.parametrize("gatekeepers", [1, 2])
def test_the_invariants_hold_in_the_long_run(db, gatekeepers, site):
    wild = live(gatekeepers, 300, gatekeepers, site)
    assert wild.met["switched on"], "nothing was ever switched on"


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
    figure(many(1_000 * (part + 1), 100_000))


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("part", range(4))
def test_and_for_the_last_of_them_on_postgresql(new_postgres_url, part, figure):
    """Four parts of 25,000, each life with two gatekeepers, in a process on PostgreSQL."""
    figure(on_postgres(new_postgres_url("wild"), "many", 1_000 * (part + 50), 25_000))


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("site", SITES, ids=" ".join)
def test_they_hold_while_two_gatekeepers_do_everything_at_once(new_postgres_url, site, figure):
    figure(on_postgres(new_postgres_url("wild"), "overlap", SITES.index(site), 3_000))


def on_postgres(url, what, seed, steps):
    """What the program prints; its errors, where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.protocol", what, str(seed), str(steps)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout.strip()
