"""Device rules × server rules × a lossy network: the invariants hold, and would be missed."""

import random
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.protocol.wild import FIN, Wild

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
    """One life of the world, reproducible by its seed; how often a relay was switched on."""
    with undone():
        wild = Wild(random.Random(seed), gatekeepers)
        wild.live(steps)
        return wild.grants


@pytest.mark.parametrize("gatekeepers", [1, 2])
def test_the_invariants_hold_in_the_long_run(db, gatekeepers):
    grants = sum(live(seed, 400, gatekeepers) for seed in range(4))
    assert grants >= 4, "hardly anything was ever switched on"


def test_hypothesis_finds_no_way_to_break_them(db):
    checks = list(HealthCheck)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=6, stateful_step_count=15, deadline=None, suppress_health_check=checks
        ),
    )


@pytest.mark.long
def test_the_invariants_hold_for_200_000_steps(db):
    """250 lives of 800 steps each, every other one with two gatekeepers."""
    for seed in range(1000, 1250):
        live(seed, 800, gatekeepers=1 + seed % 2)
