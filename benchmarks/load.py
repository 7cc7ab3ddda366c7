"""The people and devices of the tap benchmark, in a process of their own.

python -m benchmarks.load reads its plan as JSON and prints what it saw as JSON.
One MQTT client speaks for all devices. Taps leave on a fixed timetable whether answers come or
not, and each latency counts from the scheduled moment, so that a stall is charged in full.
"""

import gc
import itertools
import json
import secrets
import select
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho

import wire

KNOWN_WITHIN = 60.0  # seconds for all devices; the gatekeeper has to start first
PATIENCE = 20.0  # seconds for the last answers
REPEAT_AFTER, REPEATS = 1.0, 4  # as a reader does that hears nothing: D8 of docs/protocol.md


def connect(port: int, name: str, received: paho.CallbackOnMessage) -> paho.Client:
    """A client that many devices share; what it sends waits for nothing."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name)
    client.max_inflight_messages_set(10_000)
    client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )
    client.on_message = received
    client.connect("127.0.0.1", port)
    while not client.is_connected():
        client.loop(0.05)
    return client


@dataclass
class Bench:
    """One device as the server sees it: never more than a boot id and counters."""

    name: str
    owner: str  # the badge of who has booked it
    boot: str = field(default_factory=lambda: secrets.token_hex(8))
    n: int = 0
    is_known: bool = False

    def state(self, st: str, up: int, sid: str | None = None, id: str | None = None) -> wire.State:
        self.n += 1
        relay = st == "armed"
        return wire.State(self.name, self.boot, up, self.n, st, relay, sid=sid, id=id)


class Load:
    """Sends, receives and notes when; `answers` is filled in as answers arrive."""

    def __init__(self, port: int, benches: dict[str, Bench]) -> None:
        self.benches = benches
        self.began = time.monotonic()
        self.waiting: dict[str, float] = {}  # nonce -> when it should have left
        self.sent: deque[tuple[float, wire.Tap, int]] = deque()  # when to repeat it, how often yet
        self.took: list[float] = []  # milliseconds
        self.echoes: list[float] = []
        self.codes: Counter[str] = Counter()
        self.lost = 0
        self.client = self._connect(port)

    def work(self, until: float) -> None:
        """Serves the connection until `until`, at least once."""
        while True:
            want_write = [self.client.socket()] if self.client.want_write() else []
            patience = max(0.0, until - time.perf_counter())
            ready, _, _ = select.select([self.client.socket()], want_write, [], patience)
            if ready:
                self.client.loop_read()
            if self.client.want_write():
                self.client.loop_write()
            self.client.loop_misc()
            self._repeat(time.perf_counter())
            if time.perf_counter() >= until:
                return

    def _repeat(self, now: float) -> None:
        """The same tap again, by the same number: it stays one tap."""
        while self.sent and self.sent[0][0] <= now:
            _due, tap, left = self.sent.popleft()
            if tap.nonce in self.waiting:
                self._send(tap, left)

    def _send(self, tap: wire.Tap, left: int) -> None:
        self.say(tap)
        if left:
            self.sent.append((time.perf_counter() + REPEAT_AFTER, tap, left - 1))

    def say(self, message: wire.Up) -> None:
        topic, payload = wire.encode_up(message)
        self.client.publish(topic, payload, qos=wire.QOS[message.kind])

    @property
    def up(self) -> int:
        return int(time.monotonic() - self.began)

    def introduce(self) -> None:
        """Every device says hello until the gatekeeper, once it listens, has asked who is there."""
        deadline = time.perf_counter() + KNOWN_WITHIN
        while unknown := [bench for bench in self.benches.values() if not bench.is_known]:
            if time.perf_counter() > deadline:
                raise TimeoutError("the gatekeeper does not ask who is there")
            for bench in unknown:
                self._say_hello(bench)
            self.work(time.perf_counter() + 2.0)

    def _say_hello(self, bench: Bench) -> None:
        caps = ("relay", "reader", "current", "display")
        self.say(wire.Avail(bench.name, on=True, boot=bench.boot))
        self.say(wire.Hello(bench.name, bench.boot, self.up, "1", "load", "power", caps, 0, 0))
        self.say(bench.state("locked", self.up))

    def tap(self, bench: Bench, badge: str, scheduled: float) -> None:
        nonce = secrets.token_hex(12)
        self.waiting[nonce] = scheduled
        self._send(wire.Tap(bench.name, bench.boot, self.up, nonce, badge), REPEATS)

    def echo(self, scheduled: float) -> None:
        nonce = secrets.token_hex(12)
        self.waiting[nonce] = scheduled
        self.client.publish("echo/load/up", nonce + "x" * 80, qos=1)

    def finish(self) -> None:
        """Waits for what is still out; what stays out is lost."""
        deadline = time.perf_counter() + PATIENCE
        while self.waiting and time.perf_counter() < deadline:
            self.work(time.perf_counter() + 0.02)
        self.lost += len(self.waiting)
        self.waiting.clear()

    def _connect(self, port: int) -> paho.Client:
        client = connect(port, "load", self._received)
        client.subscribe([(wire.down_filter("+"), 1), ("echo/load/down", 0)])
        return client

    def _received(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        now = time.perf_counter()
        if message.topic.startswith("echo/"):
            self._took(message.payload[:24].decode(), now, self.echoes)
            return
        bench = self.benches[message.topic.split("/")[2]]
        down = wire.parse_down(message.topic, message.payload)
        if isinstance(down, wire.Answer):
            self._took(down.nonce, now, self.took)
            self.codes[down.code] += 1
            if down.grant is not None:
                self._use_and_leave(bench, down.grant.sid)
        elif isinstance(down, wire.Sync):
            bench.is_known = True
            self.say(bench.state("locked", self.up, id=down.id))

    def _took(self, nonce: str, now: float, where: list[float]) -> None:
        scheduled = self.waiting.pop(nonce, None)
        if scheduled is not None:
            where.append((now - scheduled) * 1000)

    def _use_and_leave(self, bench: Bench, sid: str) -> None:
        """The session begins and ends at once, so that the machine is free for the next tap."""
        self.say(bench.state("armed", self.up, sid))
        self.say(bench.state("locked", self.up))


def steady(load: Load, visits: Iterator[tuple[Bench, str]], rate: float, seconds: float) -> None:
    """`rate` taps a second, and as many echoes, each half a beat after a tap."""
    beat, start = 1 / rate, time.perf_counter() + 0.05
    for n in range(int(rate * seconds)):
        due = start + n * beat
        load.work(due)
        load.tap(*next(visits), scheduled=due)
        load.work(due + beat / 2)
        load.echo(due + beat / 2)
    load.finish()


def at(load: Load, visits: Iterator[tuple[Bench, str]], rate: float, seconds: float) -> Any:
    """What was seen at this rate alone."""
    load.took.clear()
    load.echoes.clear()
    load.codes.clear()
    steady(load, visits, rate, seconds)
    return {"taps": list(load.took), "echoes": list(load.echoes), "codes": dict(load.codes)}


def flat_out(
    load: Load, visits: Iterator[tuple[Bench, str]], window: int, seconds: float
) -> dict[str, Any]:
    """As many as are answered with `window` of them always out."""
    before, began = len(load.took), time.perf_counter()
    while time.perf_counter() < began + seconds:
        for _free in range(window - len(load.waiting)):
            load.tap(*next(visits), scheduled=time.perf_counter())
        load.work(0.0)
        select.select([load.client.socket()], [], [], 0.01)
    load.finish()
    return {"answered": len(load.took) - before, "seconds": time.perf_counter() - began}


def flat_out_echo(load: Load, window: int, seconds: float) -> dict[str, Any]:
    before, began = len(load.echoes), time.perf_counter()
    while time.perf_counter() < began + seconds:
        for _free in range(window - len(load.waiting)):
            load.echo(time.perf_counter())
        load.work(0.0)
        select.select([load.client.socket()], [], [], 0.01)
    load.finish()
    return {"answered": len(load.echoes) - before, "seconds": time.perf_counter() - began}


def main(plan: dict[str, Any]) -> dict[str, Any]:
    benches = {name: Bench(name, owner) for name, owner in plan["devices"].items()}
    load = Load(plan["port"], benches)
    load.introduce()
    gc.freeze()
    strangers = itertools.cycle(plan["strangers"])
    turns = itertools.cycle(benches.values())
    mixed = ((b, b.owner if n % 2 else next(strangers)) for n, b in enumerate(turns))
    refused = ((bench, next(strangers)) for bench in turns)
    rates = [(rate, at(load, mixed, rate, seconds)) for rate, seconds in plan["rates"]]
    result: dict[str, Any] = {"rates": rates[1:]}  # the first is to warm up
    load.codes.clear()
    result["flat"] = flat_out(load, refused, plan["window"], plan["flat_seconds"])
    result["flat_codes"] = dict(load.codes)
    result["flat_echo"] = flat_out_echo(load, plan["window"], plan["flat_seconds"])
    result["lost"] = load.lost
    return result


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
