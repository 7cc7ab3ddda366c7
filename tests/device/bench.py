"""A device on a table: forge any message, turn any clock, look at everything that comes out."""

from itertools import count

import wire
from wire.device import Device
from wire.events import (
    Boot,
    Connected,
    Current,
    Disconnected,
    Ignored,
    Pressed,
    Publish,
    Received,
    Relay,
    Show,
    Tapped,
    Tick,
)
from wire.memory import Config

BOOT = "b007" * 4
OTHER_BOOT = "dead" * 4
ALICE = "04A11CE0"
BOB = "04B0B000"
SID = "a" * 24
OTHER_SID = "b" * 24


class Bench:
    """One connected device at up = 100, nothing on."""

    def __init__(self, boot=BOOT, store=None, **config):
        self.device = Device(Config(name="laser-1", **config), boot, store)
        self.up = 100
        self.last = []
        self.effects = []
        self.nonces = (f"{n:024x}" for n in count(1))
        self.do(Boot("power"))
        self.do(Connected())

    @property
    def memory(self):
        return self.device.memory

    @property
    def st(self):
        return self.memory.st

    @property
    def relay(self):
        return self.memory.relay

    def do(self, event, up=None):
        """Hand over one event; `last` holds its effects, `effects` all of them."""
        self.up = self.up if up is None else up
        self.last = self.device.handle(event, self.up)
        self.effects += self.last
        return self.last

    def run_to(self, up, step=0.1):
        """Tick until `up`, as the real device does."""
        while self.up + step < up:
            self.do(Tick(), round(self.up + step, 3))
        self.do(Tick(), up)

    def hear(self, message, up=None):
        return self.do(Received(message), up)

    def tap(self, badge=ALICE, up=None):
        """Tap and return the nonce."""
        nonce = next(self.nonces)
        self.do(Tapped(badge, nonce), up)
        return nonce

    def press(self, name="stop", up=None):
        return self.do(Pressed(name, next(self.nonces)), up)

    def draw(self, ma, up=None):
        return self.do(Current(ma), up)

    def grant(self, re, **changes):
        fields = {
            "boot": BOOT,
            "re": re,
            "sid": SID,
            "exp": int(self.up) + 30,
            "hard": int(self.up) + 4000,
            "fin": 60,
            "idle_s": 20,
            "run_ma": 800,
            "left": 3600,
        }
        return wire.Grant(**fields | changes)

    def answer(self, nonce, **changes):
        fields = {"boot": BOOT, "nonce": nonce, "ok": True, "code": "granted", "text": "Yours."}
        return wire.Answer(**fields | changes)

    def lease(self, **changes):
        fields = {
            "boot": BOOT,
            "re": self.memory.n,
            "sid": SID,
            "exp": int(self.up) + 30,
            "hard": int(self.up) + 4000,
            "left": 3500,
        }
        return wire.Lease(**fields | changes)

    def off(self, **changes):
        return wire.Off(**{"sid": SID, "mode": "stop", "code": "lockout"} | changes)

    def arm(self, **changes):
        """Alice taps and is granted a session."""
        nonce = self.tap()
        self.hear(self.answer(nonce, grant=self.grant(nonce, **changes)))
        assert self.st == "armed"
        assert self.relay
        return self

    def start(self, **changes):
        """Alice's job has been running for two seconds."""
        self.arm(**changes)
        self.draw(3400)
        self.run_to(self.up + 2)
        assert self.st == "running"
        return self

    def lose(self, up=None):
        self.do(Disconnected(), up)
        return self

    def published(self, kind=None, among=None):
        effects = self.effects if among is None else among
        said = [e.message for e in effects if isinstance(e, Publish)]
        return [m for m in said if kind in (None, m.kind)]

    @property
    def state(self):
        """The last state sent."""
        return self.published("state")[-1]

    @property
    def why(self):
        """Why the last event was ignored, or None."""
        return next((e.why for e in self.last if isinstance(e, Ignored)), None)

    @property
    def switched(self):
        return [e.on for e in self.effects if isinstance(e, Relay)]

    @property
    def display(self):
        return [e.display for e in self.effects if isinstance(e, Show)][-1]
