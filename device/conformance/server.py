"""The server's side of the wire, for one device: says anything, keeps all it hears. No rules."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import wire
from device.client import Address

Said = TypeVar("Said", wire.Avail, wire.Hello, wire.Tap, wire.State, wire.Button, wire.Journal)

CONNECT_WAIT = 10.0


class Silence(Exception):
    """What was waited for was not said."""


@dataclass(frozen=True, slots=True)
class Heard:
    """`at` is monotonic; `message` is the reason, in words, where the bytes were no message."""

    at: float
    kind: str
    message: wire.Up | str
    retained: bool
    qos: int


class Server:
    """Stands at the broker in the server's place until `close`."""

    def __init__(self, device: str, address: Address, key: bytes | None) -> None:
        self.device = device
        self.key = key
        self.signs = False
        self.heard: list[Heard] = []
        self._next = 0
        self._news = threading.Condition()
        self._address = address
        self._client = self._connect(f"bk/1/{device}/up/#", self._keep)

    def say(self, message: wire.Down, retain: bool = False) -> None:
        """Publish at once, signed where the device signs or the message is a list."""
        key = self.key if self.signs or isinstance(message, wire.List) else None
        topic, payload = wire.encode_down(self.device, message, key)
        qos = wire.QOS[message.kind]
        self._client.publish(topic, payload, qos, retain).wait_for_publish(CONNECT_WAIT)

    def unretain(self, kind: str) -> None:
        """Take back what was left at the broker."""
        topic = f"bk/1/{self.device}/down/{kind}"
        self._client.publish(topic, b"", qos=1, retain=True).wait_for_publish(CONNECT_WAIT)

    def forget(self) -> None:
        """What has been heard until now is not waited for any more."""
        with self._news:
            self._next = len(self.heard)

    def hear(
        self,
        kind: type[Said],
        seconds: float,
        fits: Callable[[Said], bool] = lambda message: True,
    ) -> Said:
        """The next message of this kind that fits; earlier ones are passed over."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                while self._next < len(self.heard):
                    heard = self.heard[self._next]
                    self._next += 1
                    message = heard.message
                    if isinstance(message, kind) and not heard.retained and fits(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Silence(f"no {kind.kind} as expected within {seconds:g} s")
                self._news.wait(left)

    def retained(self, kind: str, seconds: float = 5) -> Heard | None:
        """What the broker shows a newcomer."""
        found: list[Heard] = []
        came = threading.Event()

        def keep(heard: Heard) -> None:
            found.append(heard)
            came.set()

        client = self._connect(f"bk/1/{self.device}/up/{kind}", keep)
        came.wait(seconds)
        client.disconnect()
        client.loop_stop()
        return found[0] if found else None

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connect(self, topic: str, keep: Callable[[Heard], None]) -> mqtt.Client:
        """Raises OSError, or Silence if the broker does not let us in."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        subscribed = threading.Event()
        if self._address.password is not None:
            client.username_pw_set(self._address.username, self._address.password)
        client.on_connect = lambda *_: client.subscribe(topic, qos=1)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda _client, _data, message: keep(self._read(message))
        client.connect(self._address.host, self._address.port)
        client.loop_start()
        if not subscribed.wait(CONNECT_WAIT):
            client.loop_stop()
            raise Silence("the broker did not let us in")
        return client

    def _keep(self, heard: Heard) -> None:
        with self._news:
            self.heard.append(heard)
            self._news.notify_all()

    def _read(self, message: Any) -> Heard:
        kind = message.topic.rpartition("/")[2]
        read: wire.Up | str
        payload = bytes(message.payload)
        try:
            read = wire.parse_up(message.topic, payload, self.key if self.signs else None)
        except wire.ProtocolError as error:
            read = str(error)
        return Heard(time.monotonic(), kind, read, bool(message.retain), message.qos)
