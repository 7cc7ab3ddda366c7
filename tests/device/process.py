"""The real `python -m device` as a child process, and a server that says what a test wants said."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

import wire

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds: a busy machine is slow, and may stand still for a while


class DeviceProcess:
    """A running device and its control port."""

    def __init__(self, name, port, *options, environment=None):
        self.name = name
        command = [sys.executable, "-m", "device", name, "--broker", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(
            [*command, "--control", "127.0.0.1:0", *options],
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.listen()

    def listen(self):
        """Its first line says where it takes orders."""
        control = int(self.process.stdout.readline().split()[-1])
        self._socket = socket.create_connection(("127.0.0.1", control), timeout=PATIENCE)
        self._lines = self._socket.makefile("rb")

    def do(self, what="status", **arguments):
        return self.ask(json.dumps({"do": what} | arguments).encode())

    def ask(self, line):
        self._socket.sendall(line + b"\n")
        return json.loads(self._lines.readline())

    def until(self, patience=PATIENCE, **wanted):
        """Wait until the status holds what is wanted, all of it at once."""

        def holds(status):
            return all(status[name] == value for name, value in wanted.items())

        return self._wait(holds, wanted, patience)

    def until_noted(self, words, times=1):
        """Wait until its log has so many lines with these words."""

        def holds(status):
            return sum(words in line["what"] for line in status["log"]) >= times

        return self._wait(holds, words, PATIENCE)

    def _wait(self, holds, wanted, patience):
        deadline = time.monotonic() + patience
        while not holds(status := self.do()):
            assert time.monotonic() < deadline, f"{wanted} not in {status}"
            time.sleep(0.02)
        return status

    def stop(self):
        """Ask the process to end; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def close(self):
        self.kill()
        self._lines.close()
        self._socket.close()
        self.process.stdout.close()


@contextmanager
def running_boxes(module, names, *arguments):
    """Several devices by one program that prints where each takes orders: {name: that port}."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        ports = process.stdout.readline().split()
        try:
            yield dict(zip(names, map(int, ports), strict=True))
        finally:
            process.stdin.close()
            process.wait(10)


@contextmanager
def running_device(*arguments, **options):
    device = DeviceProcess(*arguments, **options)
    try:
        yield device
    finally:
        device.close()


class ForgedServer:
    """Hears one device and says to it whatever a test wants, signed if there is a key."""

    def __init__(self, device, port, key=None):
        self.device = device
        self.key = key
        self.heard = SimpleQueue()
        subscribed = SimpleQueue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _c, _u, message: self.heard.put(message)
        self.client.on_subscribe = lambda *_: subscribed.put(True)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.client.subscribe(f"bk/1/{device}/up/#", qos=1)
        subscribed.get(timeout=PATIENCE)

    def say(self, message, retain=False):
        topic, payload = wire.encode_down(self.device, message, self.key)
        self.client.publish(topic, payload, qos=wire.QOS[message.kind], retain=retain)

    def next(self, kind, patience=PATIENCE, **wanted):
        """The next message of this kind that holds what is wanted, and whether it was retained."""
        deadline = time.monotonic() + patience
        while True:
            try:
                heard = self.heard.get(timeout=max(0.01, deadline - time.monotonic()))
            except Empty:
                raise AssertionError(f"no {kind} with {wanted}") from None
            message = wire.parse_up(heard.topic, heard.payload, self.key)
            if message.kind == kind and all(getattr(message, k) == v for k, v in wanted.items()):
                return message

    def grant(self, tap, sid, **changes):
        """Answer a tap with a grant."""
        fields = {"exp": tap.up + 30, "hard": tap.up + 600, "fin": 60, "idle_s": 2, "run_ma": 800}
        grant = wire.Grant(
            **{"boot": tap.boot, "re": tap.nonce, "sid": sid, "left": 600} | fields | changes
        )
        self.say(
            wire.Answer(
                boot=tap.boot,
                nonce=tap.nonce,
                ok=True,
                code="granted",
                text="Yours until 15:00.",
                grant=grant,
            )
        )

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def forged_server(device, port, key=None):
    server = ForgedServer(device, port, key)
    try:
        yield server
    finally:
        server.close()
