"""Connections to the broker: the gatekeeper's, and the short ones that administrate it.

They know no rule and no table, and have one thread, that of their caller: paho's own would fight
it for the interpreter. What the gatekeeper's hears is only read and queued; what is taken from the
queue is acked after the caller has committed.
"""

import json
import logging
import secrets
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import wire
from access.records import Inbound, Outbound, receive
from access.sessions import FRESH

logger = logging.getLogger(__name__)

KEEPALIVE = 15
GATHER = 0.002  # seconds at most that messages are read before the first are handled
PLENTY = 16  # messages after which it is not worth waiting for more
DIAL_TIMEOUT = 3.0
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 5.0
LULL = 0.02  # seconds without a word: the broker has handed out what it kept for us
LONGEST_BACKLOG = 5.0  # seconds after which it has, where there never is a lull
STANDSTILL = 3.0  # seconds without a look at the line: we were asleep, and what came may be as old
MOST_WAITING = 5_000  # messages; no device sends that many
CONTROL = "$CONTROL/dynamic-security/v1"
ANSWER_WITHIN = 5.0  # seconds that the administration may take


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is, out of mqtt://user:password@host:port, or mqtts:// for TLS.

    mqtts://…?ca=FILE trusts that authority alone; without it, those the system trusts.
    """

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    ca: str | None = None

    @classmethod
    def of(cls, url: str) -> "Address":
        """Raises ValueError where it is no such address."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts"):
            raise ValueError("an address of a broker begins with mqtt:// or mqtts://")
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (8883 if tls else 1883),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            ca=parse_qs(parts.query).get("ca", [None])[0],
        )

    def introduce(self, client: mqtt.Client) -> None:
        """Who it is to the broker, and whose certificate it believes."""
        client.connect_timeout = DIAL_TIMEOUT
        if self.username is not None:
            client.username_pw_set(self.username, self.password)
        if self.tls:
            client.tls_set(ca_certs=self.ca)
        client.on_socket_open = _without_delay


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was received and not yet acked."""

    inbound: Inbound
    mid: int
    qos: int
    heard_at: float = field(default_factory=time.monotonic)

    def seen(self, mono: float) -> Inbound:
        """Stock firmware says no second: what waited longer than a tap lives is a retained copy."""
        is_late = self.inbound.message is None and mono - self.heard_at > FRESH
        return replace(self.inbound, retain=True) if is_late else self.inbound


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
        self._behind_until = 0.0
        self._late_until = 0.0
        self._looked_at = time.monotonic()
        self._main_mid = -1
        self._asked: set[str] = set()  # topics of stock firmware, asked for on this connection
        self._extra: dict[int, str] = {}  # by the number of the request
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
        began = time.monotonic()
        readable, writable, _ = select.select([sock], writers, [], patience)
        self._notice_lull(began, time.monotonic())
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

    def _notice_lull(self, began: float, now: float) -> None:
        """Whether all has been read that was said before; a standstill only looks like a lull."""
        if now - self._looked_at > STANDSTILL:
            self._late_until = now + LONGEST_BACKLOG
        elif now - began > LULL:
            self._behind_until = self._late_until = 0.0
        self._looked_at = now

    def _read(self, sock: Any) -> None:
        """paho reads one packet a call; what has arrived by now belongs into one transaction."""
        enough = time.monotonic() + GATHER
        while True:
            self._client.loop_read()
            if self._client.socket() is None:  # the other end hung up, and that has been told
                return
            if len(self._queue) >= PLENTY or time.monotonic() > enough:
                return
            if not (_pending(sock) or select.select([sock], [], [], 0)[0]):
                return

    def take(self, most: int) -> list[Waiting]:
        """The oldest messages that wait. Ack them, or give them back."""
        now = time.monotonic()
        taken = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
        return [replace(waiting, inbound=waiting.seen(now)) for waiting in taken]

    def give_back(self, taken: Sequence[Waiting]) -> None:
        """They could not be handled now; they come first the next time."""
        self._queue.extendleft(reversed(taken))

    def ack(self, taken: Sequence[Waiting]) -> None:
        """What they said is committed; the broker may forget them."""
        for waiting in taken:
            if waiting.qos:
                self._client.ack(waiting.mid, waiting.qos)

    def listen(self, topics: Collection[str]) -> None:
        """Hear these besides. What the broker refuses is asked for again the next time."""
        if not self.connected:
            return
        for topic in self._asked - set(topics):
            self._client.unsubscribe(topic)
        for topic in set(topics) - self._asked:
            _, mid = self._client.subscribe(topic, qos=1)
            self._extra[mid or -1] = topic
        self._asked = set(topics)

    def publish(self, messages: Sequence[Outbound]) -> None:
        """Retained is a list alone: nothing else may be heard later than it is meant."""
        if not self.connected:
            return
        for message in messages:
            self._client.publish(
                message.topic, message.payload, qos=message.qos, retain=message.retain
            )

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
        client.max_inflight_messages_set(0)
        self.address.introduce(client)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: mqtt.Client, _data: object, flags: Any, reason: Any, _properties: object
    ) -> None:
        if flags.session_present:  # the broker has kept what was said while nobody listened
            self._behind_until = time.monotonic() + LONGEST_BACKLOG
        if reason.is_failure:
            self._back_off(f"refused by the broker: {reason}")
            client.disconnect()
        else:
            # on each connect: the broker may be new
            _, self._main_mid = client.subscribe(wire.up_filter(), qos=1)
            self._asked.clear()

    def _on_subscribe(
        self, client: mqtt.Client, _data: object, mid: int, reasons: Any, _properties: object
    ) -> None:
        if mid != self._main_mid:
            topic = self._extra.pop(mid, "")
            if reasons[0].is_failure:
                self._asked.discard(topic)
            return
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
        inbound = self._as_kept(receive(topic, bytes(message.payload), message.retain))
        self._queue.append(Waiting(inbound, message.mid, message.qos))
        self._hear(inbound)

    def _as_kept(self, inbound: Inbound) -> Inbound:
        """A tap the broker kept for us is as old as a retained one: whoever tapped has gone.

        A reader that still waits for its answer repeats it within the second. What stock firmware
        says has no second in it, so here it is the same after a standstill of our own.
        """
        if isinstance(inbound.message, wire.Tap):
            until = self._behind_until
        elif inbound.message is None:
            until = max(self._behind_until, self._late_until)
        else:
            return inbound
        return replace(inbound, retain=True) if time.monotonic() < until else inbound

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


class ControlError(Exception):
    """The broker's administration cannot be talked to; the text says why."""


class Control:
    """A short talk with the dynamic security plugin; a context manager. It blocks its caller.

    It speaks MQTT 5, because before that a broker drops what is forbidden and says nothing.
    """

    def __init__(self, url: str) -> None:
        self.address = Address.of(url)
        self._connected, self._refused = False, ""
        self._answers: list[list[Mapping[str, Any]]] = []
        name = f"benchkey-admin-{secrets.token_hex(4)}"
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5
        )
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    def __enter__(self) -> "Control":
        try:
            self.address.introduce(self._client)
            self._client.connect(self.address.host, self.address.port, keepalive=KEEPALIVE)
        except (OSError, ValueError) as error:
            place = f"{self.address.host}:{self.address.port}"
            raise ControlError(f"no broker at {place}: {error}") from error
        self._wait(lambda: self._connected)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop(0.1)

    def ask(self, commands: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The answers in the order of the commands. Raises ControlError."""
        self._answers.clear()
        mine = secrets.token_hex(8)  # another administrator may be at it, too
        told = [{**command, "correlationData": mine} for command in commands]
        self._client.publish(CONTROL, json.dumps({"commands": told}), qos=1)
        self._wait(lambda: bool(self._mine(mine)))
        answers = self._mine(mine)
        if len(answers) != len(commands):
            raise ControlError("the broker's administration answered something else")
        return answers

    def _mine(self, mark: str) -> list[Mapping[str, Any]]:
        for answers in self._answers:
            if answers and all(answer.get("correlationData") == mark for answer in answers):
                return answers
        return []

    def _wait(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + ANSWER_WITHIN
        while not done():
            code = self._client.loop(0.1)
            if not self._refused and code != mqtt.MQTT_ERR_SUCCESS:
                self._refused = f"connection lost: {mqtt.error_string(code)}"
            if self._refused:
                raise ControlError(self._refused)
            if time.monotonic() > deadline:
                raise ControlError("no answer: does the broker have dynamic security?")

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _properties: object
    ) -> None:
        if reason.is_failure:
            self._refused = f"the administrator was refused: {reason}"
        else:
            client.subscribe(f"{CONTROL}/response", qos=1)

    def _on_subscribe(
        self, _client: mqtt.Client, _data: object, mid: int, reasons: Any, _properties: object
    ) -> None:
        self._connected = True
        if any(reason.is_failure for reason in reasons):
            self._refused = "that user may not administrate the broker"

    def _on_publish(
        self, _client: mqtt.Client, _data: object, _mid: int, reason: Any, _properties: object
    ) -> None:
        if reason.is_failure:
            self._refused = f"that user may not administrate the broker: {reason}"

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            answers = json.loads(message.payload)["responses"]
        except (ValueError, KeyError, TypeError):
            return
        if isinstance(answers, list):
            self._answers.append(answers)


def _pending(sock: Any) -> bool:
    """TLS may have decrypted more than was read."""
    return bool(getattr(sock, "pending", int)())


def _without_delay(_client: mqtt.Client, _data: object, sock: socket.socket) -> None:
    """Without TCP_NODELAY a QoS 1 answer waits up to 40 ms for a delayed ack."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
