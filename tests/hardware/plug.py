"""python -m tests.hardware.plug FIRMWARE: a plug of tests/firmware/plugs.py with a life of its own.

It prints where it takes orders, waits to be set up as from the page, and then connects by itself:
as its own client, with its firmware's will, topics and order of saying who it is. Its relay opens
by its own clock, which a test may let run faster.
"""

import json
import select
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.device.process import ROOT, DeviceProcess
from tests.firmware.plugs import FIRMWARES

TURN = 0.02  # seconds
REDIAL = 0.5


class Wired:
    """The plug, its connection and its clock. `handle` takes the orders of a test."""

    def __init__(self, plug):
        self.plug = plug
        self.client = None
        self.connected = False
        self.has_power = True
        self.speed = 1.0
        self.heard = []  # [topic below its root, payload, whether it was retained]
        self.refused = []  # topics the broker lets it not hear
        self._asked = {}
        self._dial_at = 0.0
        self._turned_at = time.monotonic()
        self._second = 0.0

    def turn(self):
        now = time.monotonic()
        self._second += (now - self._turned_at) * self.speed
        self._turned_at = now
        while self._second >= 1:
            self._second -= 1
            if self.has_power:
                self.say(self.plug.wait(1))
        if self.client is not None:
            self.client.loop(TURN)
        elif self.has_power and self.plug.account.user and now >= self._dial_at:
            self.dial()
        else:
            time.sleep(TURN)

    # --- MQTT ---------------------------------------------------------------------------------

    def dial(self):
        self._dial_at = time.monotonic() + REDIAL
        account = self.plug.account
        client = mqtt.Client(CallbackAPIVersion.VERSION2, account.client)
        client.username_pw_set(account.user, account.password or None)
        topic, payload = self.plug.WILL
        client.will_set(self.plug.full(topic), payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        try:
            client.connect(account.host, account.port, keepalive=15)
        except OSError:
            return
        self.client = client

    def _on_connect(self, client, _data, _flags, reason, _properties):
        if reason.is_failure:
            return
        self.connected = True
        first, *rest = self.plug.come_online()
        self.say([first])
        for topic in (*map(self.plug.full, self.plug.READS), *self.plug.asks_besides()):
            self._asked[client.subscribe(topic)[1]] = topic
        self.say(rest)

    def _on_subscribe(self, _client, _data, mid, reasons, _properties):
        if reasons[0].is_failure:
            self.refused.append(self._asked[mid])

    def _on_message(self, _client, _data, message):
        """Which topic of its own that is: with the prefix of Tasmota put first."""
        (topic,) = [
            read.replace("#", message.topic.removeprefix(self.plug.full(read).removesuffix("#")))
            for read in self.plug.READS
            if message.topic.startswith(self.plug.full(read).removesuffix("#"))
        ]
        self.heard.append([topic, message.payload.decode(), message.retain])
        self.say(self.plug.hear(topic, message.payload))

    def _on_disconnect(self, *_):
        self.client, self.connected = None, False

    def say(self, messages):
        if self.client is None or not self.connected:
            return
        for topic, payload in messages:
            retain = topic in self.plug.RETAINED
            self.client.publish(self.plug.full(topic), payload, qos=int(retain), retain=retain)

    def hang_up(self):
        """Without a word, as when the power fails: the broker says its will."""
        if self.client is not None and self.client.socket() is not None:
            self.client.socket().close()
        self.client, self.connected = None, False

    # --- orders -------------------------------------------------------------------------------

    def handle(self, what, order):
        match what:
            case "type":
                return {"said": [payload.decode() for _, payload in self.plug.type(order["line"])]}
            case "flash":
                self.plug.flash(order["yaml"])
            case "tap":
                self.say(self.plug.tap(order["badge"]))
            case "draw":
                self.say(self.plug.draw(order["amperes"]))
            case "press":
                self.say(self.plug.press())
            case "mute":
                self.plug.is_mute = order["mute"]
            case "speed":
                self.speed = order["factor"]
            case "cut":
                self.has_power = False
                self.hang_up()
            case "boot":
                self.has_power = True
                self.plug.lose_power()
        return self.status()

    def status(self):
        return {
            "relay": self.plug.on,
            "connected": self.connected,
            "clock": self.plug.now,
            "switched_on": self.plug.switched_on,
            "heard": self.heard,
            "refused": self.refused,
        }


class Rpc(BaseHTTPRequestHandler):
    """What a Shelly answers over HTTP, by which it is set up."""

    def do_POST(self):
        frame = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result, told = self.server.wired.plug.call(frame["method"], frame.get("params", {}))
        self.server.wired.say(told)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"id": frame["id"], "result": result}).encode())

    def log_message(self, *_):
        """It has no screen."""


def serve(wired):
    """Orders are lines of JSON at the control port; its own web page is beside it."""
    web = HTTPServer(("127.0.0.1", 0), Rpc)
    web.wired, web.timeout = wired, 0
    control = socket.create_server(("127.0.0.1", 0))
    print(web.server_port, control.getsockname()[1], flush=True)
    connection, _ = control.accept()
    orders = connection.makefile("rb")
    while True:
        wired.turn()
        web.handle_request()
        if select.select([connection], [], [], 0)[0]:
            line = orders.readline()
            if not line:
                return
            order = json.loads(line)
            answer = wired.handle(order.pop("do"), order)
            connection.sendall(json.dumps(answer).encode() + b"\n")


class PlugProcess(DeviceProcess):
    """It runs, and knows nothing yet. `web` is the port of its page."""

    def __init__(self, firmware):
        self.name = firmware
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.hardware.plug", firmware],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.listen()

    def listen(self):
        self.web, control = map(int, self.process.stdout.readline().split())
        self._socket = socket.create_connection(("127.0.0.1", control), timeout=10)
        self._lines = self._socket.makefile("rb")


if __name__ == "__main__":
    serve(Wired(FIRMWARES[sys.argv[1]]()))
