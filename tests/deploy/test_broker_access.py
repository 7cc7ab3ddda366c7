"""What `deploy/broker-access` sets up holds on the broker of production: to each device its own."""

import os
import subprocess
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from demo.broker import ADDRESS
from demo.processes import free_port
from tests.conftest import await_port, need

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = Path("/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so")
CONFIGURATION = """
listener {port} 127.0.0.1
allow_anonymous false
plugin {plugin}
plugin_opt_config_file {directory}/access.json
user root
"""

pytestmark = [pytest.mark.broker, pytest.mark.skipif(not PLUGIN.exists(), reason=str(PLUGIN))]


@pytest.fixture(scope="module")
def port():
    return free_port()


@pytest.fixture(scope="module")
def access(port, tmp_path_factory):
    """Runs broker-access against a guarded mosquitto; returns the password it printed."""
    mosquitto, directory = need("mosquitto", "mosquitto"), tmp_path_factory.mktemp("guarded")
    access_file = str(directory / "access.json")
    init = ["mosquitto_ctrl", "dynsec", "init", access_file, "admin", "open sesame"]
    subprocess.run(init, check=True, capture_output=True)
    configuration = directory / "mosquitto.conf"
    configuration.write_text(
        CONFIGURATION.format(port=port, plugin=PLUGIN, directory=directory), encoding="utf-8"
    )
    command = [mosquitto, "-c", str(configuration)]
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await_port(port)
    environment = os.environ | {"MQTT_ADMIN_PASSWORD": "open sesame", "MQTT_PORT": str(port)}

    def run(*arguments: str, **also: str) -> str:
        script = [ROOT / "deploy" / "broker-access", *arguments]
        done = subprocess.run(script, env=environment | also, capture_output=True, text=True)
        if done.returncode:
            raise PermissionError(done.stderr)
        return done.stdout.strip()

    yield run
    broker.kill()
    broker.wait()


class Client:
    """An MQTT 5 client that remembers what the broker told it: only there refusals show."""

    def __init__(self, port, name, password, client_id=None):
        self.said, self.heard = [], []
        self.paho = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id or name, protocol=paho.MQTTv5
        )
        self.paho.username_pw_set(name, password)
        self.paho.on_connect = lambda _c, _u, _f, code, _p: self.said.append(str(code))
        self.paho.on_subscribe = lambda _c, _u, _m, codes, _p: self.said.append(str(codes[0]))
        self.paho.on_publish = lambda _c, _u, _m, code, _p: self.said.append(str(code))
        self.paho.on_message = lambda _c, _u, message: self.heard.append(message.topic)
        self.paho.connect(ADDRESS, port)
        self.connected = self.next_word()

    def next_word(self):
        deadline = time.monotonic() + 5
        while not self.said and time.monotonic() < deadline:
            self.paho.loop(0.05)
        return self.said.pop()

    def subscribe(self, topic):
        self.paho.subscribe(topic, qos=1)
        return self.next_word()

    def publish(self, topic):
        self.paho.publish(topic, b"{}", qos=1)
        return self.next_word()

    def listen(self):
        for _ in range(10):
            self.paho.loop(0.02)
        return self.heard


def test_a_device_speaks_and_hears_its_own_topics_only(access, port):
    server = Client(port, "benchkey", access("server"), client_id="any")
    laser = Client(port, "laser-1", access("device", "laser-1"))
    mill = Client(port, "mill-1", access("device", "mill-1"))

    assert server.subscribe("bk/1/+/up/#") == "Granted QoS 1"
    assert laser.subscribe("bk/1/laser-1/down/#") == "Granted QoS 1"
    assert mill.subscribe("bk/1/laser-1/down/#") == "Not authorized"
    assert mill.subscribe("#") == "Not authorized"
    assert laser.publish("bk/1/laser-1/up/tap") == "Success"
    assert server.publish("bk/1/laser-1/down/grant") == "Success"
    assert mill.publish("bk/1/laser-1/up/tap") == "Not authorized"
    assert mill.publish("bk/1/laser-1/down/grant") == "Not authorized"

    assert server.listen() == ["bk/1/laser-1/up/tap"]
    assert laser.listen() == ["bk/1/laser-1/down/grant"]
    assert mill.listen() == []


def test_a_password_is_good_for_one_device_and_until_the_next(access, port):
    old = access("device", "saw-1")
    assert Client(port, "saw-1", old, client_id="saw-2").connected == "Not authorized"
    new = access("device", "saw-1")
    assert Client(port, "saw-1", old).connected == "Not authorized"
    assert Client(port, "saw-1", new).connected == "Success"
    access("revoke", "saw-1")
    assert Client(port, "saw-1", new).connected == "Not authorized"


@pytest.mark.parametrize("name", ["Laser", "laser/1", "laser_1", "", "benchkey", "x" * 33])
def test_a_name_that_is_no_device_is_refused(access, name):
    with pytest.raises(PermissionError, match="a device's name is"):
        access("device", name)


def test_a_wrong_password_prints_no_secret(access):
    with pytest.raises(PermissionError, match="Not authorized"):
        access("device", "laser-9", MQTT_ADMIN_PASSWORD="guess")
