"""A thousand devices that are on, in a process of their own.

python -m benchmarks.lease_load reads its plan as JSON and prints what it saw as JSON.
"""

import json
import sys
import time
from typing import Any

import paho.mqtt.client as paho
import psutil

import wire
from benchmarks.load import Bench, Load
from benchmarks.world import lease_boot, lease_sid

SETTLE = 15.0  # seconds for the gatekeeper to start and to leave its first signs


class Leases(Load):
    """Notes how long each state waits for its lease."""

    def __init__(self, port: int, benches: dict[str, Bench]) -> None:
        self.asked: dict[tuple[str, int], float] = {}
        self.states = 0
        super().__init__(port, benches)

    def say_on(self, bench: Bench, sid: str, scheduled: float) -> None:
        self.say(bench.state("armed", self.up, sid))
        self.asked[bench.name, bench.n] = scheduled
        self.states += 1

    def _received(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        down = wire.parse_down(message.topic, message.payload)
        if isinstance(down, wire.Lease):
            asked = self.asked.pop((message.topic.split("/")[2], down.re), None)
            if asked is not None:
                self.took.append((time.perf_counter() - asked) * 1000)


def keep_on(load: Leases, every: float, seconds: float) -> None:
    """Every device says its state once in `every` seconds, one after the other."""
    beat, start = every / len(load.benches), time.perf_counter()
    turns = list(enumerate(load.benches.values()))
    for n in range(int(seconds / beat)):
        number, bench = turns[n % len(turns)]
        due = start + n * beat
        load.work(due)
        load.say_on(bench, lease_sid(number), due)
    load.work(time.perf_counter() + 1.0)


def main(plan: dict[str, Any]) -> dict[str, Any]:
    names = [f"lease-{n}" for n in range(plan["devices"])]
    load = Leases(
        plan["port"], {name: Bench(name, "", lease_boot(n)) for n, name in enumerate(names)}
    )
    keeper = psutil.Process(plan["pid"])
    keep_on(load, plan["every"], SETTLE)
    load.took.clear()
    load.states = 0
    before, began = sum(keeper.cpu_times()[:2]), time.perf_counter()
    keep_on(load, plan["every"], plan["seconds"])
    return {
        "leases": len(load.took),
        "states": load.states,
        "took": load.took,
        "cpu": sum(keeper.cpu_times()[:2]) - before,
        "seconds": time.perf_counter() - began,
        "rss": keeper.memory_info().rss,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
