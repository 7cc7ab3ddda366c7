"""The gatekeeper's connection to the broker. Knows no rule and no table.

It has one thread, that of its caller: paho's own would fight it for the interpreter. What arrives
is only read and queued; what is taken from the queue is acked after the caller has committed.
"""

import logging
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import wire
from access.records import Inbound, Outbound, receive

logger = logging.getLogger(__name__)

KEEPALIVE = 15
GATHER = 0.002  # seconds at most that messages are read before the first are handled
PLENTY = 16  # messages after which it is not worth waiting for more
DIAL_TIMEOUT = 3.0
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 5.0
MOST_WAITING = 5_000  # messages; no device sends that many


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is, out of BROKER_URL: mqtt://user:password@host:port, or mqtts://."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        parts = urlsplit(url)
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (8883 if tls else 1883),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was received and not yet acked."""

    inbound: Inbound
    mid: int
    qos: int


class Adapter:
    """One durable session with the broker; `hear` is told of each message as it arrives."""

    def __init__(self, url: str, client_id: str, hear: Callable[[Inbound], None]) -> None:
        self.address = Address.of(url)
        self.client_id = client_id
        self.connected = False
        self.error = ""
        self._hear = hear
        self._queue: deque[Waiting] = deque()
        self._dial_at = 0.0
        self._wait = SHORTEST_WAIT
        self._client = self._new_client()

    def __len__(self) -> int:
        return len(self._queue)

    def work(self, patience: float) -> None:
        """Read and write what there is, waiting at most `patience` seconds for something."""
        sock = self._client.socket()
        if sock is None:
            self._dial(patience)
            return
        writers = [sock] if self._client.want_write() else []
        readable, writable, _ = select.select([sock], writers, [], patience)
        try:
            if readable or _pending(sock):
                self._read(sock)
            if writable or self._client.want_write():
                self._client.loop_write()
            self._client.loop_misc()
        except Exception as error:  # paho raises many kinds on bytes that are not MQTT
            sock.close()
            self._client = self._new_client()  # or this one is kept, and never dialled again
            self._lose(f"broken connection: {error!r}")

    def _read(self, sock: Any) -> None:
        """paho reads one packet a call; what has arrived by now belongs into one transaction."""
        enough = time.monotonic() + GATHER
        while True:
            self._client.loop_read()
            if len(self._queue) >= PLENTY or time.monotonic() > enough:
                return
            if not (_pending(sock) or select.select([sock], [], [], 0)[0]):
                return

    def take(self, most: int) -> list[Waiting]:
        """The oldest messages that wait. Ack them, or give them back."""
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def give_back(self, taken: Sequence[Waiting]) -> None:
        """They could not be handled now; they come first the next time."""
        self._queue.extendleft(reversed(taken))

    def ack(self, taken: Sequence[Waiting]) -> None:
        """What they said is committed; the broker may forget them."""
        for waiting in taken:
            if waiting.qos:
                self._client.ack(waiting.mid, waiting.qos)

    def publish(self, messages: Sequence[Outbound]) -> None:
        """Never retained: nothing that is said may be heard later than it is meant."""
        if not self.connected:
            return
        for message in messages:
            self._client.publish(message.topic, message.payload, qos=message.qos, retain=False)

    def close(self) -> None:
        self._client.on_disconnect = None  # asked for, and so no loss
        self._client.disconnect()

    def _dial(self, patience: float) -> None:
        now = time.monotonic()
        if now < self._dial_at:
            time.sleep(min(patience, self._dial_at - now))
            return
        # A new client each time: nothing that waited to be sent may leave with a new connection.
        self._client = self._new_client()
        try:
            self._client.connect(self.address.host, self.address.port, keepalive=KEEPALIVE)
        except (OSError, ValueError) as error:
            self._back_off(f"no broker at {self.address.host}:{self.address.port}: {error}")

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            clean_session=False,
            manual_ack=True,
        )
        client.connect_timeout = DIAL_TIMEOUT
        client.max_inflight_messages_set(0)
        if self.address.username is not None:
            client.username_pw_set(self.address.username, self.address.password)
        if self.address.tls:
            client.tls_set()
        client.on_socket_open = _without_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _properties: object
    ) -> None:
        if reason.is_failure:
            self._back_off(f"refused by the broker: {reason}")
            client.disconnect()
        else:
            client.subscribe(wire.up_filter(), qos=1)  # on each connect: the broker may be new

    def _on_subscribe(
        self, client: mqtt.Client, _data: object, _mid: int, reasons: Any, _properties: object
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._back_off(f"subscription refused: {reasons[0]}")
            client.disconnect()
            return
        self.connected, self.error = True, ""
        self._wait = SHORTEST_WAIT
        logger.info("connected to the broker at %s:%s", self.address.host, self.address.port)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, reason: Any, _properties: object
    ) -> None:
        self._lose(f"connection lost: {reason}")

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.qos == 0 and len(self._queue) >= MOST_WAITING:
            return  # QoS 1 the broker itself holds back, a flood of QoS 0 it does not
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "?"
        inbound = receive(topic, bytes(message.payload), message.retain)
        self._queue.append(Waiting(inbound, message.mid, message.qos))
        self._hear(inbound)

    def _lose(self, why: str) -> None:
        """What waits is the broker's again, or the device's to repeat: its acks would go astray."""
        self._queue.clear()
        self.connected = False
        self._back_off(why)

    def _back_off(self, why: str) -> None:
        if why != self.error:
            logger.warning("%s", why)
        self.error = why
        self._dial_at = time.monotonic() + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)


def _pending(sock: Any) -> bool:
    """TLS may have decrypted more than was read."""
    return bool(getattr(sock, "pending", int)())


def _without_delay(_client: mqtt.Client, _data: object, sock: socket.socket) -> None:
    """Without TCP_NODELAY a QoS 1 answer waits up to 40 ms for a delayed ack."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
