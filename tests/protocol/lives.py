"""Whole lives of the world, one after the other, and what they came to. Expects all to have met."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tests.protocol import happenings
from tests.protocol.place import SITES
from tests.protocol.wild import Wild

LIFE = 2_000  # steps
MET = {  # in every 25,000 steps
    *("a clock runs wrong", "cable pulled", "changed by hand", "database put back", "power lost"),
    *("gatekeeper died", "gatekeeper died before it answered", "wall clock jumped", "revoked"),
    *("message lost", "message doubled", "message late", "message overtaken"),
    *("message said again", "retained tap", "locked out, stop", "locked out, after-job"),
    *("switched on", "armed → running", "running → grace", "grace → locked"),
    *("answered granted", "answered in-use", "answered not-booked", "answered locked-out"),
    *("answered unknown-badge", "answered machine-finishing", "answered stale"),
    *("answered certification-revoked", "answered running", "handled between commit and answer"),
    *("ended unclaimed", "ended reboot", "ended time-up", "ended lease-over", "ended locked-out"),
    # on its own
    *("list issued", "began alone", "adopted", "came and went unseen"),
    # two people
    *("two switched on", "answered granted-together", "answered granted-supervised"),
    # shared, with an extractor and a door
    *("taken over", "answered finished-kept", "stop pressed", "extractor ran", "door opened"),
}
SELDOM = {  # but in every 100,000; time is given back once in as many, and not in each
    *("grace → running", "ended lost", "answered time-up", "answered not-certified"),
    *("answered left-on", "answered trainee-first", "answered ends-when-idle"),
    *("extended", "ended stopped", "answered booked-by-other", "answered door-shut"),
}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written in here never was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def live(seed, steps, gatekeepers=1, site=None):
    """One life of the world, reproducible by its seed, which also says where, if nobody does."""
    with undone():
        wild = Wild(random.Random(seed), gatekeepers, site or site_of(seed))
        try:
            happenings.live(wild, steps)
        except Exception as broken:
            broken.add_note(f"life of seed {seed}, {gatekeepers} gatekeepers, step {wild.steps:,}")
            raise
        return wild


def site_of(seed):
    """Two lives at each, of which one has two gatekeepers."""
    return SITES[seed // 2 % len(SITES)]


def many(first, wanted, gatekeepers=None):
    """Lives until there are enough steps; what they came to."""
    steps, met = 0, Counter()
    seed = first
    while steps < wanted:
        wild = live(seed, LIFE, gatekeepers or 1 + seed % 2)
        steps, seed = steps + wild.steps, seed + 1
        met += wild.met
    never = (MET if wanted < 100_000 else MET | SELDOM) - met.keys()
    assert not never, f"never met: {never}"
    lives = f"seeds {first}-{seed - 1}, {gatekeepers or 'one or two'} gatekeepers"
    return f"{told(steps, lives)}; {counted(met)}"


def told(steps, lives):
    return f"{steps:,} steps on {connection.vendor}, {lives}, no invariant broken"


def counted(met):
    return ", ".join(f"{what} {times:,}" for what, times in sorted(met.items()))
