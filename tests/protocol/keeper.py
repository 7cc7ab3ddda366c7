"""One gatekeeper of a world: what it remembers, and when it looks at the clock."""

from access import services
from access.rounds import Rounds
from access.watch import Watch


class Keeper:
    """May die at any time; its next life remembers nothing."""

    def __init__(self):
        self.life = 0
        self.begin(0.0)

    def begin(self, t):
        self.watch, self.rounds = Watch(), Rounds()
        self.watch.connect(t)
        self.alive = self.moved = True
        self.next_end = None
        self.swept_at = t
        self.life += 1

    def handle(self, inbound, now, t):
        return services.handle(inbound, now=now, mono=t, watch=self.watch)

    def look(self, now, t):
        """Its round of the clock, once a second, or because a fact has moved."""
        moved = self.moved or (self.next_end is not None and now >= self.next_end)
        if not moved and t - self.swept_at < 1:
            return []
        self.moved, self.swept_at = False, t
        said = services.sweep(now=now, mono=t, watch=self.watch, redecide_all=moved)
        self.next_end = services.next_end(now)
        return said

    def lists(self, now, t):
        """What its devices are to know on their own, as far as it has changed."""
        services.look_for_changes(
            self.rounds, epoch=services.epoch(), greeted=self.watch.greeted, now=now, mono=t
        )
        said = []
        while self.rounds.is_busy:
            said += services.issue_next(self.rounds, now=now)
        return said
