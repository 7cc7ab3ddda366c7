"""Devices that follow docs/protocol.md to the letter, on a perfect network to the real services.

`Rig.run` lets time pass for all of them, second by second; what they say and hear is bytes.
"""

from collections import deque
from datetime import timedelta

import wire
from access import services
from access.models import Device
from access.records import receive
from access.watch import Watch
from tests.access.world import BADGES, Site
from wire.device import Device as Rules
from wire.events import (
    Boot,
    Connected,
    Current,
    Disconnected,
    Pressed,
    Publish,
    Received,
    Relay,
    Tapped,
    Tick,
)
from wire.memory import Config

STEP = 0.5
LOAD = 3400


class Box:
    """One device: its rules, its relay, the load behind it, and what it was told in words."""

    def __init__(self, name, boot, caps, now):
        self.name, self.caps = name, caps
        self.load = 0
        self.told = []
        self.is_connected = True
        self.boot(boot, now)

    def boot(self, boot, now):
        self.rules = Rules(Config(name=self.name, caps=self.caps), boot)
        self.booted_at, self.relay = now, False

    @property
    def st(self):
        return self.rules.memory.st

    @property
    def sid(self):
        session = self.rules.memory.session
        return session.sid if session else None


class Rig:
    """The workshop of `Site`, its mill driven by a device instead of by hand."""

    def __init__(self, **policy):
        self.site = Site(**policy)
        self.boxes = {}
        self.wires = deque()
        self.gatekeeper_runs = True
        self.boots = iter(f"{n:016x}" for n in range(1, 100))
        Device.objects.update(boot="", online=False)
        self.mill = self.add("mill-1", ("relay", "reader", "current", "display", "button"))

    def add(self, name, caps, **fields):
        if not Device.objects.filter(name=name).exists():
            Device.objects.create(name=name, space=self.site.world.space, **fields)
        self.boxes[name] = box = Box(name, next(self.boots), caps, self.site.now)
        self._power_on(box)
        return box

    # --- what happens -------------------------------------------------------------------------

    def tap(self, who="alice", box=None, seconds=2):
        """Whatever the display says by then."""
        box = box or self.mill
        del box.told[:]
        self._do(box, Tapped(BADGES[who], next(self.site.nonces)))
        self.run(seconds)
        return box.told[-1] if box.told else ""

    def press(self, name="stop", box=None):
        self._do(box or self.mill, Pressed(name, next(self.site.nonces)))
        self._deliver()

    def power_cut(self, box):
        box.boot(next(self.boots), self.site.now)
        self._power_on(box)

    def unplug(self, box):
        box.is_connected = False
        self._do(box, Disconnected())

    def plug(self, box):
        box.is_connected = True
        self._do(box, Connected())
        self._deliver()

    def restart_gatekeeper(self):
        self.site.watch = Watch()
        self.site.watch.connect(self.site.mono)
        services.start_listening(self.site.watch, self.site.mono)
        self.gatekeeper_runs = True

    def kill_gatekeeper(self):
        self.gatekeeper_runs = False

    def run(self, seconds):
        """Let so much time pass."""
        for step in range(round(seconds / STEP)):
            self.site.now += timedelta(seconds=STEP)
            for box in self.boxes.values():
                self._do(box, Current(box.load if box.relay else 0))
                self._do(box, Tick())
            self._deliver()
            if self.gatekeeper_runs and step % 2:
                self._publish(
                    services.sweep(now=self.site.now, mono=self.site.mono, watch=self.site.watch)
                )
                self._deliver()

    # --- the network --------------------------------------------------------------------------

    def _power_on(self, box):
        self._do(box, Boot("power"))
        if box.is_connected:
            self._do(box, Connected())
        self._deliver()

    def _do(self, box, event):
        up = (self.site.now - box.booted_at).total_seconds()
        for effect in box.rules.handle(event, up):
            if isinstance(effect, Relay):
                box.relay = effect.on
            elif isinstance(effect, Publish) and box.is_connected:
                self.wires.append(wire.encode_up(effect.message))

    def _deliver(self):
        while self.wires:
            topic, payload = self.wires.popleft()
            if self.gatekeeper_runs:
                said = services.handle(
                    [receive(topic, payload)],
                    now=self.site.now,
                    mono=self.site.mono,
                    watch=self.site.watch,
                )
                self._publish(said)

    def _publish(self, said):
        for out in said:
            box = self.boxes.get(out.topic.split("/")[2])
            if box is not None and box.is_connected:
                message = wire.parse_down(out.topic, out.payload)
                if text := getattr(message, "text", None):
                    box.told.append(text)
                self._do(box, Received(message))
