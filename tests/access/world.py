"""A workshop with an interlock at its mill, driven message by message, without a broker.

`Site` plays the gatekeeper's part around access.services.handle: one clock for walls, devices and
monotonic time, and every message that left, parsed again.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import wire
from access import services
from access.models import AccessEvent, Device, Session
from access.records import Inbound, receive
from access.services.keys import new_key
from access.watch import Watch
from bookings.models import Booking
from members.services import issue_badge
from tests.people import NOW, a_world

BOOT = "b007" * 4
OTHER_BOOT = "dead" * 4
BADGES = {"alice": "04A11CE0", "bob": "04B0B000", "charlie": "04C4A41E", "dana": "04DA4A00"}
UNKNOWN = "04FFFFFF"
MINUTE = timedelta(minutes=1)


class Site:
    """The people of tests/people.py with badges, and one box at the mill: reader and interlock."""

    def __init__(self, now=NOW, **policy):
        self.world = a_world(now, **({"walk_up": False} | policy))
        self.start = self.now = now
        self.key = None  # with it the device signs, and checks
        self.watch = Watch()
        self.watch.connect(0.0)
        self.booted_at = now - timedelta(seconds=100)
        self.nonces = (f"{n:024x}" for n in count(1))
        self.n = count(1)
        self.mill = self.world.mill
        self.mill.has_interlock, self.mill.feedback = True, "current"
        self.mill.save()
        for name, number in BADGES.items():
            issue_badge(member=getattr(self.world, name), number=number, by=None, now=now)
        self.device = Device.objects.create(
            name="mill-1",
            space=self.world.space,
            machine=self.mill,
            boot=BOOT,
            online=True,
            state="locked",
            ma=0,
        )

    def sign(self):
        """Its device has a key, and signs and checks from now on."""
        self.key = new_key(self.device, by=None, now=self.now)
        self.device.caps = ["relay", "reader", "current", "mac"]
        self.device.save(update_fields=["caps"])
        return self

    # --- clocks -------------------------------------------------------------------------------

    @property
    def mono(self):
        return (self.now - self.start).total_seconds()

    @property
    def up(self):
        return int((self.now - self.booted_at).total_seconds())

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)
        return self

    # --- what happens -------------------------------------------------------------------------

    def handle(self, *messages, retain=False):
        """Hand over messages in one batch; what leaves."""
        inbound = [
            message
            if isinstance(message, Inbound)
            else receive(*wire.encode_up(message, self.key), retain=retain)
            for message in messages
        ]
        said = services.handle(inbound, now=self.now, mono=self.mono, watch=self.watch)
        return [wire.parse_down(out.topic, out.payload, self.key) for out in said]

    def sweep(self, redecide_all=True):
        said = services.sweep(
            now=self.now, mono=self.mono, watch=self.watch, redecide_all=redecide_all
        )
        return [wire.parse_down(out.topic, out.payload, self.key) for out in said]

    def a_tap(self, who="alice", **changes):
        fields = {"boot": BOOT, "up": self.up, "nonce": next(self.nonces)}
        fields["badge"] = BADGES.get(who, UNKNOWN)
        return wire.Tap(device="mill-1", **(fields | changes))

    def tap(self, who="alice", **changes):
        """The answer to a tap."""
        (answer,) = [m for m in self.handle(self.a_tap(who, **changes)) if m.kind == "answer"]
        return answer

    def a_state(self, st="locked", sid=None, **changes):
        fields = {"boot": BOOT, "up": self.up, "n": next(self.n), "relay": sid is not None}
        fields["ma"] = 0
        return wire.State(device="mill-1", st=st, sid=sid, **(fields | changes))

    def state(self, st="locked", sid=None, **changes):
        """What is said to a state."""
        return self.handle(self.a_state(st, sid, **changes))

    def book(self, who="alice", minutes=60, begins=-5, machine=None):
        starts = self.now + begins * MINUTE
        ends = self.now + minutes * MINUTE
        return Booking.objects.create(
            machine=machine or self.mill,
            member=getattr(self.world, who),
            starts=starts,
            ends=ends,
            blocked_until=ends,
            created_at=self.now,
            updated_at=self.now,
        )

    def arm(self, who="alice", **booking):
        """Booked, tapped, granted, armed; the open session."""
        self.book(who, **booking)
        self.sid = self.tap(who).grant.sid
        self.state("armed", self.sid)
        return self.session

    # --- what is written ----------------------------------------------------------------------

    @property
    def session(self):
        return Session.objects.get(sid=self.sid)

    def open_sessions(self):
        return Session.objects.exclude(state="ended")

    def events(self, kind=None):
        rows = AccessEvent.objects.order_by("id")
        rows = rows.filter(kind=kind) if kind else rows
        return list(rows.values_list("code", flat=True))

    def box(self):
        return Device.objects.get(pk=self.device.pk)


def kinds(messages):
    return [message.kind for message in messages]


__all__ = ["BADGES", "BOOT", "MINUTE", "OTHER_BOOT", "UNKNOWN", "Site", "kinds", "replace"]
