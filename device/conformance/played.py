"""One device played to a server: says anything, keeps all it hears. No rules.

It has no timers and no relay of its own, so that it can lie about both.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import wire
from device.client import Address
from device.conformance.server import CONNECT_WAIT, Silence

Told = TypeVar(
    "Told", wire.Answer, wire.Offer, wire.Grant, wire.Lease, wire.Off, wire.Sync, wire.List,
    wire.Filed,
)  # fmt: skip


class Played:
    """At the broker under the name of a device until `close`. With a key it signs and checks."""

    def __init__(self, name: str, address: Address, key: bytes | None) -> None:
        self.name, self.key = name, key
        self.heard: list[tuple[wire.Down | str, bool]] = []  # the reason, where it is no message
        self._next = 0
        self._news = threading.Condition()
        self._client = self._connect(address)

    def say(self, message: wire.Up, *, retain: bool = False) -> None:
        topic, payload = wire.encode_up(message, self.key)
        self.send(topic, payload, retain=retain)

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Any bytes at all."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(CONNECT_WAIT)

    def forget(self) -> None:
        """What has been heard until now is not waited for any more."""
        with self._news:
            self._next = len(self.heard)

    def hear(
        self,
        kind: type[Told],
        seconds: float,
        fits: Callable[[Told], bool] = lambda message: True,
    ) -> Told:
        """The next message of this kind that fits; others are passed over. Raises Silence."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                while self._next < len(self.heard):
                    message, _retained = self.heard[self._next]
                    self._next += 1
                    if isinstance(message, kind) and fits(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Silence(f"no {kind.kind} as expected within {seconds:g} s")
                self._news.wait(left)

    def close(self) -> None:
        self.say(wire.Avail(self.name, on=False), retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def _connect(self, address: Address) -> mqtt.Client:
        """Raises OSError, or Silence if the broker does not let us in."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self.name)
        subscribed = threading.Event()
        if address.password is not None:
            client.username_pw_set(address.username or self.name, address.password)
        client.on_connect = lambda *_: client.subscribe(wire.down_filter(self.name), qos=1)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda _client, _data, message: self._keep(message)
        client.connect(address.host, address.port)
        client.loop_start()
        if not subscribed.wait(CONNECT_WAIT):
            client.loop_stop()
            raise Silence("the broker did not let us in")
        return client

    def _keep(self, message: Any) -> None:
        read: wire.Down | str
        key = None if message.topic.endswith("/list") and not self.key else self.key
        try:
            read = wire.parse_down(message.topic, bytes(message.payload), key)
        except wire.ProtocolError as error:
            read = str(error)
        with self._news:
            self.heard.append((read, bool(message.retain)))
            self._news.notify_all()
