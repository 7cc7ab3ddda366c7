"""A device's connection to its broker: one at a time, dialled again with back-off. Knows no rule.

Nothing survives a lost connection: each one has its own client, so that no message waits in a queue
to be said when it is no longer true. Everything but the dialling happens in the caller's thread.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import wire
from wire.events import Connected, Disconnected, Event, Received
from wire.memory import Config
from wire.sign import Verifier

KEEPALIVE = 15
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 10.0
DIAL_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is and who the device is to it. Without a password it comes anonymously.

    With TLS it believes the authority in the file `ca` alone, or, without one, the system's.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca: str | None = None


class Link:
    """The connection of one device; `note` is told in words what happens to it.

    With mac among the caps all that is said is signed, and only what is signed is heard.
    """

    def __init__(
        self,
        config: Config,
        address: Address,
        note: Callable[[str], None],
        verifier: Verifier | None = None,
    ) -> None:
        self.name = config.name
        self.address = address
        self.key = config.key if "mac" in config.caps else None
        self._list_key = config.key
        self._verifier = verifier
        self.connected = False
        self.plugged = True
        self._note = note
        self._client: mqtt.Client | None = None
        self._dialled: SimpleQueue[mqtt.Client | Exception] = SimpleQueue()
        self._dialling = False
        self._dial_at = 0.0
        self._wait = SHORTEST_WAIT
        self._events: list[Event] = []

    @property
    def socket(self) -> Any:
        """What to select on, while there is a connection."""
        return self._client.socket() if self._client else None

    @property
    def wants_write(self) -> bool:
        return self._client is not None and self._client.want_write()

    def work(self, now: float) -> list[Event]:
        """Dial, read, write and keep alive as needed; what it means for the device. Never blocks.

        `now` is any clock in seconds that does not run backwards.
        """
        self._pick_up(now)
        if self._client is not None:
            self._serve(self._client)
        if self._client is not None and self._client.socket() is None:
            self._lost(now)
        if self._client is None and self.plugged and not self._dialling and now >= self._dial_at:
            self._dial()
        events, self._events = self._events, []
        return events

    def publish(self, message: wire.Up) -> None:
        """Send at once or not at all."""
        if self._client is not None and self.connected:
            topic, payload = wire.encode_up(message, self.key)
            self._client.publish(
                topic, payload, qos=wire.QOS[message.kind], retain=wire.RETAIN[message.kind]
            )

    def drop(self) -> None:
        """The connection breaks without a farewell, as when power or network fail."""
        sock = self.socket
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def plug(self, plugged: bool) -> None:
        """Put in or pull out the network cable; while it is out nobody dials."""
        self.plugged = plugged
        if plugged:
            self._dial_at = 0.0
        else:
            self.drop()

    def close(self) -> None:
        """Say farewell and hang up."""
        if self._client is not None:
            self.publish(wire.Avail(device=self.name, on=False))
            self._client.disconnect()

    def _dial(self) -> None:
        """Connect in a thread of its own: a name or a route that hangs must not stop the clock."""
        self._dialling = True
        threading.Thread(target=self._connect, name="dial", daemon=True).start()

    def _connect(self) -> None:
        client = self._new_client()
        try:
            client.connect(self.address.host, self.address.port, keepalive=KEEPALIVE)
        except (OSError, UnicodeError) as error:  # a host name may be no name at all
            self._dialled.put(error)
        else:
            self._dialled.put(client)

    def _new_client(self) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self.name, clean_session=True)
        client.connect_timeout = DIAL_TIMEOUT
        topic, payload = wire.encode_up(wire.Avail(device=self.name, on=False), self.key)
        client.will_set(topic, payload, qos=wire.QOS["avail"], retain=wire.RETAIN["avail"])
        if self.address.password is not None:
            client.username_pw_set(self.address.username or self.name, self.address.password)
        if self.address.tls:
            client.tls_set(ca_certs=self.address.ca)
        client.on_socket_open = _without_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _pick_up(self, now: float) -> None:
        try:
            dialled = self._dialled.get_nowait()
        except Empty:
            return
        self._dialling = False
        if isinstance(dialled, Exception):
            self._note(f"no broker: {dialled}")
            self._back_off(now)
        else:
            self._client = dialled
            if not self.plugged:
                self.drop()

    def _serve(self, client: mqtt.Client) -> None:
        try:
            client.loop_read()
            while _pending(client.socket()):
                client.loop_read()
            if client.want_write():
                client.loop_write()
            client.loop_misc()
        except Exception as error:  # paho raises many kinds on bytes that are not MQTT
            self._note(f"broken connection: {error!r}")
            self.drop()

    def _lost(self, now: float) -> None:
        self._client = None
        if self.connected:
            self.connected = False
            self._events.append(Disconnected())
            self._note("connection lost")
        self._back_off(now)

    def _back_off(self, now: float) -> None:
        self._dial_at = now + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _properties: object
    ) -> None:
        if reason.is_failure:
            self._note(f"refused by the broker: {reason}")
            self.drop()
        else:
            client.subscribe(wire.down_filter(self.name), qos=1)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, _mid: int, reasons: Any, _properties: object
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._note(f"subscription refused: {reasons[0]}")
            self.drop()
            return
        self.connected = True
        self._wait = SHORTEST_WAIT
        self._note("connected")
        self._events.append(Connected())

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            self._events.append(Received(self._read(message.topic, bytes(message.payload))))
        except (wire.ProtocolError, UnicodeDecodeError) as error:
            self._note(f"dropped a message: {error}")

    def _read(self, topic: str, payload: bytes) -> wire.Down:
        key = self._list_key if topic.endswith("/list") else self.key
        return wire.parse_down(topic, payload, key, self._verifier)


def _pending(sock: Any) -> bool:
    """TLS may have decrypted more than was read, which no select would tell."""
    return bool(getattr(sock, "pending", int)())


def _without_delay(_client: mqtt.Client, _data: object, sock: socket.socket) -> None:
    """Without TCP_NODELAY a QoS 1 answer waits up to 40 ms for a delayed ack."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
