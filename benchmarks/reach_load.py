"""Forty devices by the reference rules on one connection, and when each relay opened.

python -m benchmarks.reach_load PORT BADGES, where BADGES is JSON, {device: badge}; then a word a
line: `arm` taps until all are on, `off` waits until all are off and tells when; each is answered.
"""

import json
import secrets
import select
import sys
import time
from typing import Any

import paho.mqtt.client as paho

import wire
from benchmarks.load import connect
from wire.device import Device
from wire.events import Boot, Connected, Current, Event, Publish, Received, Relay, Tapped, Tick
from wire.memory import Config

TICK, PATIENCE, TAP_EVERY = 0.1, 40.0, 3.5


class Hall:
    """All devices, their one connection, and one clock."""

    def __init__(self, port: int, badges: dict[str, str]) -> None:
        self.badges, self.began = badges, time.monotonic()
        self.devices = {name: Device(Config(name=name), secrets.token_hex(8)) for name in badges}
        self.on: set[str] = set()
        self.off_at: dict[str, float] = {}
        self.ticked_at = 0.0
        self.client = self._connect(port)
        for name in self.devices:
            self.see(name, Boot())
            self.see(name, Connected())

    def see(self, name: str, event: Event) -> None:
        for effect in self.devices[name].handle(event, time.monotonic() - self.began):
            if isinstance(effect, Publish):
                topic, payload = wire.encode_up(effect.message)
                self.client.publish(topic, payload, qos=wire.QOS[effect.message.kind])
            elif isinstance(effect, Relay):
                self._switched(name, effect.on)

    def _switched(self, name: str, on: bool) -> None:
        if on:
            self.on.add(name)
        elif name in self.on:
            self.on.discard(name)
            self.off_at[name] = time.monotonic()

    def work(self) -> None:
        """The network, and every tenth of a second the clocks."""
        sock = self.client.socket()
        ready, _, _ = select.select([sock], [], [], 0.01)
        if ready:
            self.client.loop_read()
        if self.client.want_write():
            self.client.loop_write()
        if time.monotonic() - self.ticked_at > TICK:
            self.ticked_at = time.monotonic()
            self.client.loop_misc()
            for name in self.devices:
                self.see(name, Current(0))
                self.see(name, Tick())

    def arm(self) -> list[str]:
        """Each owner taps, again and again, until the machine is on."""
        deadline, tapped = time.monotonic() + PATIENCE, 0.0
        while len(self.on) < len(self.devices) and time.monotonic() < deadline:
            if time.monotonic() - tapped > TAP_EVERY:
                tapped = time.monotonic()
                for name in self.devices.keys() - self.on:
                    self.see(name, Tapped(self.badges[name], secrets.token_hex(12)))
            self.work()
        self.off_at.clear()
        return sorted(self.on)

    def off(self) -> dict[str, float]:
        deadline = time.monotonic() + PATIENCE
        while self.on and time.monotonic() < deadline:
            self.work()
        return dict(self.off_at)

    def _connect(self, port: int) -> paho.Client:
        client = connect(port, "hall", self._received)
        client.subscribe(wire.down_filter("+"), 1)
        return client

    def _received(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        name = message.topic.split("/")[2]
        if name in self.devices:
            self.see(name, Received(wire.parse_down(message.topic, message.payload)))


def main(port: int, badges: dict[str, str]) -> None:
    hall = Hall(port, badges)
    words: dict[str, Any] = {"arm": hall.arm, "off": hall.off}
    while True:
        if select.select([sys.stdin], [], [], 0)[0]:
            if not (word := sys.stdin.readline().strip()):
                return
            sys.stdout.write(json.dumps(words[word]()) + "\n")
            sys.stdout.flush()
        hall.work()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
