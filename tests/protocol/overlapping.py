"""Two gatekeepers on PostgreSQL that truly overlap: a thread and a connection for each.

Every message meets both at the same moment, and so does every round of the clock; now and then
staff change something while they are at it. What they say leaves when both are done, in any order.
Nothing is undone: a life needs a database of its own.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from unittest.mock import patch

from django.db import OperationalError, connection

from access.services import batch, messages
from tests.protocol import happenings, lives
from tests.protocol.place import SITES
from tests.protocol.wild import Wild, inbound

NO_TURNS = batch.HOLD.replace("pg_advisory_xact_lock", "abs")
STAFF = 0.03  # of the messages arrive just when staff change something
MET = {"both at once", "staff came between", "switched on", "answered granted"}


class Overlapping(Wild):
    """A world whose gatekeepers never wait for one another, but in the database."""

    def __init__(self, random, site):
        super().__init__(random, 2, site)
        self.threads = {keeper: ThreadPoolExecutor(1) for keeper in self.keepers}

    def hear(self, message, retain=False):
        heard = [inbound(message, retain)]
        said = self.each(lambda keeper: keeper.handle(heard, self.now, self.t), self.staff_come)
        for keeper, answers in self.random.sample(said, len(said)):
            self.handled(keeper, message, answers)

    def each(self, what, meanwhile=None):
        """Both begin together; one that could not wait for a lock tries again, as it would."""
        living = [keeper for keeper in self.keepers if keeper.alive]
        gate = Barrier(len(living) or 1)
        self.met["both at once"] += len(living) == 2
        futures = [
            (keeper, self.threads[keeper].submit(self.together, gate, what, keeper))
            for keeper in living
        ]
        if meanwhile is not None:
            meanwhile()
        return [(keeper, future.result()) for keeper, future in futures]

    def together(self, gate, what, keeper):
        gate.wait(timeout=30)
        for _ in range(20):
            try:
                return what(keeper)
            except OperationalError:
                self.met["given back"] += 1
        raise TimeoutError("the database never let it")

    def staff_come(self):
        if self.random.random() >= STAFF:
            return
        self.met["staff came between"] += 1
        box = self.random.choice(self.at_machines)
        who = self.random.choice(sorted(self.place.certified))
        self.random.choice(
            (
                lambda: self.cancel(box),
                lambda: self.revoke(who),
                lambda: self.lock_out(box, "stop"),
                lambda: self.books.levels[who] or self.certify(who),
            )
        )()

    def close(self):
        for thread in self.threads.values():
            thread.submit(lambda: connection.close()).result()  # its own one
            thread.shutdown()


def live(seed, steps):
    """One life, at the site that its seed says; what it came to."""
    wild = Overlapping(random.Random(seed), SITES[seed % len(SITES)])
    try:
        happenings.live(wild, steps)
    finally:
        wild.close()
    met = +wild.met
    never = MET - met.keys()
    assert not never, f"never met: {never}"
    return f"{lives.told(wild.steps, f'seed {seed}, both at once')}; {lives.counted(met)}"


def live_without_turns(seed, steps):
    """The same, but that they do not take turns in the database."""
    with patch.object(messages, "HOLD", NO_TURNS), patch.object(batch, "HOLD", NO_TURNS):
        return live(seed, steps)
