"""Who may do what, by the plainest reading of what people did. Knows no code of the server.

Written while people act, and read by what must hold: an oracle beside the decision, not of it.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.protocol.place import CERTIFIES, CLOSES, FULL, KINDS, OPENS, TRAINEE

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Booked:
    """Somebody's time at a machine; `pk` is that of its row."""

    pk: int
    who: str
    starts: datetime
    ends: datetime

    def holds(self, now):
        return self.starts <= now < self.ends


@dataclass
class Promise:
    """What a list says about one person, by these books at the moment it was made."""

    who: str
    opens: datetime
    until: datetime


class Books:
    """Bookings, levels and lockouts as people made them; sids that people ended."""

    def __init__(self, site):
        self.booked = {name: [] for name in site if KINDS[name].is_machine}
        self.levels = {}  # who -> of their certification, 0 once it is revoked
        self.locked_out = set()
        self.over = set()
        self.promised = {}  # (device, number of the list) -> promises

    def entitled(self, name, people, now):
        """Certified, booked and in service: one person, or two who tapped in this order."""
        if name in self.locked_out or not self.are_fit(name, people):
            return False
        return any(self._is_time_of(name, booked, people, now) for booked in self.booked[name])

    def are_fit(self, name, people):
        levels = [self.levels.get(who, 0) for who in people]
        if KINDS[name].policy.get("two_person"):
            return len(set(people)) == 2 and min(levels) >= FULL
        if len(levels) == 1:
            return levels[0] >= FULL
        trainee, beside = levels
        return trainee >= TRAINEE and beside >= CERTIFIES

    def _is_time_of(self, name, booked, people, now):
        kind = KINDS[name]
        opens = booked.starts - timedelta(minutes=kind.minutes("early_start"))
        shuts = booked.ends + timedelta(minutes=kind.minutes("overrun"))
        if booked.who not in people or not opens <= now < shuts:
            return False
        return all(other.who in people for other in self.booked[name] if other.holds(now))

    def holder(self, name, now):
        """Whose booking it is now; None if it is nobody's."""
        return next((booked.who for booked in self.booked[name] if booked.holds(now)), None)

    def may_enter(self, who, now):
        """Staff at any time, members in the hours of their plan."""
        local: time = now.astimezone(BERLIN).time()
        return who == "dana" or (who in ("alice", "charlie") and OPENS <= local < CLOSES)

    def promise(self, name, seq):
        """A list is made now; one that is sent again promises nothing new."""
        fit = [b for b in self.booked[name] if self.are_fit(name, (b.who,))]
        listed = [] if name in self.locked_out else fit
        promises = [Promise(booked.who, booked.starts, booked.ends) for booked in listed]
        self.promised.setdefault((name, seq), promises)
