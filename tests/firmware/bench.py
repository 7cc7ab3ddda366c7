"""Firmware, the memory that plays it, and the real gatekeeper's services over the real database."""

from collections import deque

import wire
from access import services
from access.adapters.shape import ROOT
from access.models import Device
from access.records import receive
from access.stocks import Stocks
from tests.access.world import BADGES, Site


class StockSite(Site):
    """The mill of tests/access/world.py, switched by a plug that hears at once."""

    def __init__(self, plug, speaks, **policy):
        super().__init__(**policy)
        Device.objects.filter(pk=self.device.pk).update(
            speaks=speaks, profile="stock", online=False, boot="", state=""
        )
        plug.name = "mill-1"
        self.plug, self.speaks = plug, speaks
        self.stocks = self.new_stocks()
        self.wire = []  # every command, as (topic, payload)
        self.answers = []
        self.cut = False

    def new_stocks(self):
        return Stocks()

    def connect(self):
        self.deliver(self.stocks.play({"mill-1": self.speaks}, self.mono))
        self.say(self.plug.come_online())

    def kill_gatekeeper(self):
        """All it remembered is gone; the plug is not."""
        self.stocks = self.new_stocks()
        self.watch = type(self.watch)()
        self.watch.connect(self.mono)

    def pass_time(self, seconds):
        """A second after the other, for the plug, the memory and the sweep."""
        for _ in range(seconds):
            self.wait(1)
            self.say(self.plug.wait(1))
            self.deliver(self.stocks.tick(self.mono))
            self.work()
            self.deliver(self.stocks.keep(self.sweep_out(), self.mono))
            self.work()

    def sweep_out(self):
        return services.sweep(now=self.now, mono=self.mono, watch=self.watch)

    def say(self, messages):
        """From the plug, as the broker hands it on."""
        if self.cut:
            return
        queue = deque(messages)
        while queue:
            topic, payload = queue.popleft()
            arrived = [receive(f"{ROOT}mill-1/{topic}", payload)]
            native, commands = self.stocks.translate(arrived, self.mono)
            assert not native
            queue += self.obey(commands)
            self.work()

    def deliver(self, commands):
        self.say(self.obey(commands))

    def obey(self, commands):
        said = []
        for command in commands:
            if not command.topic.startswith(f"{ROOT}mill-1/"):
                continue  # for the reader beside it
            topic = command.topic.removeprefix(f"{ROOT}mill-1/")
            assert not command.retain
            assert command.qos == 0
            self.wire.append((topic, command.payload))
            if not self.cut:
                said += self.plug.hear(topic, command.payload)
        return said

    def work(self):
        """The gatekeeper's turn, until nothing is left to handle."""
        while waiting := self.stocks.take(16):
            said = services.handle(waiting, now=self.now, mono=self.mono, watch=self.watch)
            self.note_answers(said)
            self.deliver(self.stocks.keep(said, self.mono))

    def note_answers(self, said):
        messages = [wire.parse_down(out.topic, out.payload) for out in said]
        self.answers += [m for m in messages if m.kind == "answer"]

    def present(self, who):
        self.say(self.plug.tap(BADGES[who]))
        return self.answers[-1]
