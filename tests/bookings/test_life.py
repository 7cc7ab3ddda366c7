"""Everything at once, at random: no overlap, no quota exceeded, no offer stuck."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.bookings.life import ACTIONS, Life, empty_the_tables

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = connection.vendor == "postgresql"

# What is committed calls what waits for a commit; a test's own transaction never would.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_fails_aside(caplog):
    """What runs after a commit only logs its failure: so that a person is not told of it."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


class Machine(RuleBasedStateMachine):
    """What hypothesis may do; it looks for the shortest way to break it."""

    lived = None  # counts, over all examples

    @initialize(random=st.randoms(use_true_random=False))
    def begin(self, random):
        empty_the_tables()
        self.life = Life(random)

    @rule(action=st.sampled_from(ACTIONS))
    def act(self, action):
        getattr(self.life, action)()

    def teardown(self):
        if hasattr(self, "life") and self.lived is not None:
            self.lived.append(self.life)


def search(examples, steps):
    """Let hypothesis live so many lives of so many steps; what was done in all of them."""
    lives = []
    machine = type("Counted", (Machine,), {"lived": lives})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return lives


def live(seed, steps):
    """One life, reproducible by its seed."""
    empty_the_tables()
    life = Life(Random(seed))
    while life.steps < steps:
        getattr(life, life.random.choice(ACTIONS))()
    return life


def told(lives):
    """Steps, and how often each thing was done and refused."""
    counts = sum((life.done for life in lives), start=type(lives[0].done)())
    verbs = ", ".join(
        f"{verb} {counts[verb, 'done']}/{counts[verb, 'refused']}"
        for verb in sorted({verb for verb, _outcome in counts})
    )
    return (
        f"{sum(life.steps for life in lives)} steps on {connection.vendor}; done/refused: {verbs}"
    )


def test_a_life_keeps_the_rules():
    life = live(seed=1, steps=150)
    assert life.done["book", "done"] > 5
    assert life.done["book", "refused"] > 5


def test_hypothesis_finds_no_way_to_break_them():
    search(examples=5, steps=20)


@pytest.mark.long
def test_ten_thousand_steps_keep_the_rules(figure):
    """A thousand on PostgreSQL, where each takes longer. Half by hypothesis, half by seeds."""
    steps = 1_000 if POSTGRES else 10_000
    lives = search(examples=steps // 100, steps=50)
    seed = 0
    while sum(life.steps for life in lives) < steps:
        seed += 1
        lives.append(live(seed, 250))
    figure(told(lives))


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.skipif(POSTGRES, reason="runs itself once more on the other database")
def test_the_same_on_postgresql(new_postgres_url, figure):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--long"),
            *(
                "--create-db",
                "--reuse-db",
                f"{__file__}::{test_ten_thousand_steps_keep_the_rules.__name__}",
            ),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": new_postgres_url("life")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    figure(next(line for line in done.stdout.splitlines() if "steps on postgresql" in line))
