"""What goes on at the machines during an import: one that runs, and taps at all the others.

python -m benchmarks.import_load reads its plan as JSON and prints what it saw as JSON.
"""

import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

import wire
from benchmarks.load import Bench, Load

STATE_EVERY, PATIENCE = 2.0, 5.0  # seconds; a device itself says its state every ten


class Watched(Load):
    """One bench stays on; what it is told is counted."""

    def __init__(self, port: int, benches: dict[str, Bench]) -> None:
        self.held, self.sid = next(iter(benches.values())), ""
        self.asked: dict[int, float] = {}  # n -> when
        self.leases = self.missed = self.cut = 0
        super().__init__(port, benches)  # from here on messages arrive

    def hold(self) -> None:
        """Its owner taps, and it runs from here on."""
        self.tap(self.held, self.held.owner, time.perf_counter())
        while not self.sid:
            self.work(time.perf_counter() + 0.05)

    def renew(self) -> None:
        """One more state, and a look at those that were never answered."""
        now = time.perf_counter()
        late = [n for n, at in self.asked.items() if now - at > PATIENCE]
        self.missed += len(late)
        for n in late:
            del self.asked[n]
        self.say(self.held.state("armed", self.up, self.sid))
        self.asked[self.held.n] = now

    def _use_and_leave(self, bench: Bench, sid: str) -> None:
        if bench is self.held:
            self.sid = sid
            self.say(bench.state("armed", self.up, sid))
        else:
            super()._use_and_leave(bench, sid)

    def _received(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        if message.topic.split("/")[2] == self.held.name:
            down = wire.parse_down(message.topic, message.payload)
            if isinstance(down, wire.Lease):
                self.leases += 1
                self.asked.pop(down.re, None)
            elif isinstance(down, wire.Off):
                self.cut += 1
        super()._received(client, data, message)


def main(plan: dict[str, Any]) -> dict[str, Any]:
    benches = {name: Bench(name, owner) for name, owner in plan["devices"].items()}
    load, stop, beat = Watched(plan["port"], benches), Path(plan["stop"]), 1 / plan["rate"]
    load.introduce()
    load.hold()
    load.took.clear()
    others = itertools.cycle([bench for bench in benches.values() if bench is not load.held])
    strangers, due, renew_at = itertools.cycle(plan["strangers"]), time.perf_counter(), 0.0
    for n in itertools.count():
        due += beat
        load.work(due)
        bench = next(others)
        load.tap(bench, bench.owner if n % 2 else next(strangers), scheduled=due)
        if due >= renew_at:
            load.renew()
            renew_at = due + STATE_EVERY
        if stop.exists():
            break
    load.finish()
    return {
        "taps": load.took,
        "codes": dict(load.codes),
        "lost": load.lost,
        "leases": load.leases,
        "missed": load.missed,
        "cut": load.cut,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
