"""A mosquitto that lets in only whom it knows, set up by the commands of docs/broker.md."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from demo.processes import free_port
from tests.conftest import await_port, need

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = Path("/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so")
needs_plugin = pytest.mark.skipif(
    not PLUGIN.exists() and os.environ.get("CI") != "true", reason=f"{PLUGIN} is missing"
)
PATIENCE = 60  # seconds, on a busy machine
ROOTS_OWN = ("chown", "systemctl")  # what only a whole system has


def documented(label):
    """The commands under this label in docs/broker.md."""
    text = (ROOT / "docs" / "broker.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^```sh {label}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for line in block.splitlines() if not line.startswith(ROOTS_OWN)]


class Guarded:
    """One installation in a directory of its own; `stop` and `start` as the machine's would."""

    def __init__(self, directory):
        self.program = need("mosquitto", "mosquitto")
        need("openssl", "openssl")
        self.directory, self.process = directory, None
        self.port, self.tls_port = free_port(), free_port()
        (directory / "etc").mkdir()
        (directory / "var").mkdir()
        self.run("certificates")

    def here(self, text):
        """With the places of a whole system moved into the directory."""
        moved = {
            "./run manage": shlex.join([sys.executable, f"{ROOT}/manage.py"]),
            "/etc/mosquitto/conf.d": f"{self.directory}/etc",
            "/etc/mosquitto": f"{self.directory}/etc",
            "/var/lib/mosquitto": f"{self.directory}/var",
            "/opt/benchkey/var/broker": f"{self.directory}/var",
            ">>.env": f">>{self.directory}/env",
            "broker.lan": "localhost",
            "192.168.1.10": "127.0.0.9",
            "listener 1883 ": f"listener {self.port} ",
            "listener 8883": f"listener {self.tls_port} 127.0.0.1",
        }
        for there, here in moved.items():
            text = text.replace(there, here)
        return text

    def run(self, label):
        """Run the documented commands, as they stand there."""
        lines = ["set -e", *map(self.here, documented(label))]
        subprocess.run(["bash", "-c", "\n".join(lines)], check=True, capture_output=True, cwd=ROOT)

    def start(self):
        """With the deployed configuration, on free ports, and as whoever runs the test."""
        deployed = (self.directory / "etc" / "benchkey.conf").read_text(encoding="utf-8")
        configuration = self.directory / "mosquitto.conf"
        mine = "user root\n" if os.geteuid() == 0 else ""
        configuration.write_text(self.here(deployed) + mine, encoding="utf-8")
        with (self.directory / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "-v", "-c", str(configuration)], stdout=log, stderr=log
            )
        await_port(self.port)

    def reload(self):
        """Tell it of changed files, as the documented unit does; until it has read them."""
        before = self.log.count("Reloading config")
        self.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while self.log.count("Reloading config") == before:
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def environment(self, *, tls=False):
        """BROKER_URL and BROKER_ADMIN as `new_broker` printed them; `tls` as the docs say."""
        lines = (self.directory / "env").read_text(encoding="utf-8").split()
        found = dict(line.split("=", 1) for line in lines)
        plain = "127.0.0.1:1883"
        place = f"localhost:{self.tls_port}?ca={self.ca}" if tls else f"127.0.0.1:{self.port}"
        scheme = "mqtts://" if tls else "mqtt://"
        return {
            name: url.replace(plain, place).replace("mqtt://", scheme)
            for name, url in found.items()
        }

    @property
    def ca(self):
        return self.directory / "etc" / "certs" / "ca.crt"

    @property
    def log(self):
        return (self.directory / "broker.log").read_text(encoding="utf-8")


class Client:
    """An MQTT 5 client that remembers what the broker told it: only there refusals show."""

    def __init__(self, port, name, password, client_id=None):
        self.said, self.heard, self.lost = [], [], False
        self.paho = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id or name, protocol=paho.MQTTv5
        )
        self.paho.username_pw_set(name, password)
        self.paho.on_connect = lambda _c, _u, _f, code, _p: self.said.append(str(code))
        self.paho.on_subscribe = lambda _c, _u, _m, codes, _p: self.said.append(str(codes[0]))
        self.paho.on_publish = lambda _c, _u, _m, code, _p: self.said.append(str(code))
        self.paho.on_message = lambda _c, _u, message: self.heard.append(message.topic)
        self.paho.on_disconnect = lambda _c, _u, _f, _code, _p: setattr(self, "lost", True)
        self.paho.connect("127.0.0.1", port)
        self.connected = self.next_word()

    def next_word(self):
        self._until(lambda: self.said, "the broker says nothing")
        return self.said.pop()

    def subscribe(self, topic):
        self.paho.subscribe(topic, qos=1)
        return self.next_word()

    def publish(self, topic, payload=b"{}"):
        self.paho.publish(topic, payload, qos=1)
        return self.next_word()

    def listen(self):
        """All it has been sent until now: the answer to a question comes after that."""
        self.subscribe("nothing/to/it")
        return self.heard

    def wait_until_lost(self):
        """Until the broker has hung up."""
        self._until(lambda: self.lost, "the broker stays on the line")

    def _until(self, condition, trouble):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(trouble)
            self.paho.loop(0.05)
