"""Two gatekeepers on one PostgreSQL, real processes, at a workshop with a door and an extractor.

Both hear every message; what must be done once is done once, whoever was faster.
"""

import signal
import time
from queue import Empty, SimpleQueue

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

import wire
from tests.hardware.conftest import PATIENCE, running_site
from tests.hardware.scene import BADGES

TURNS = 3
EACH = 3.3  # the same badge counts again after 3 s
RUN_ON = 2
SLOW = 2.5  # seconds, of the five that an offer has

pytestmark = [pytest.mark.broker, pytest.mark.postgres, pytest.mark.races]


class Ear:
    """Hears what is said to one device."""

    def __init__(self, port, device):
        self._heard, subscribed = SimpleQueue(), SimpleQueue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda _c, _u, message: self._heard.put(message)
        self._client.on_subscribe = lambda *_: subscribed.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe(f"bk/1/{device}/down/#", qos=1)
        subscribed.get(timeout=30)

    def all(self, kind):
        """Every message of this kind since it was last asked."""
        said = []
        while True:
            try:
                message = self._heard.get_nowait()
            except Empty:
                return [each for each in said if each.kind == kind]
            said.append(wire.parse_down(message.topic, message.payload))

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture(scope="module")
def pair(tmp_path_factory, mosquitto, migrated, new_postgres_url):
    url = new_postgres_url("pair")
    with running_site(
        tmp_path_factory.mktemp("pair"), mosquitto, migrated, DATABASE_URL=url
    ) as site:
        site.run("equip", RUN_ON)
        site.start_gatekeeper()
        first = site.gatekeeper
        site.start_gatekeeper("manage.py", "gatekeeper", "--name", "gatekeeper-2")
        yield site
        first.terminate()
        assert first.wait(PATIENCE) == 0


@pytest.fixture
def log(pair):
    """Asks the site's database; the answer's only column."""

    def ask(sql, *arguments):
        with psycopg.connect(pair.environment["DATABASE_URL"]) as connection:
            return [row[0] for row in connection.execute(sql, arguments).fetchall()]

    return ask


@pytest.fixture
def ear(pair):
    ears = []

    def listen(device):
        ears.append(Ear(pair.broker.port, device))
        return ears[-1]

    yield listen
    for each in ears:
        each.close()


@pytest.fixture
def lines(log):
    """The codes of the lines of one kind about one device."""
    sql = """SELECT e.code FROM access_accessevent e JOIN access_device d ON d.id = e.device_id
        WHERE d.name = %s AND e.kind = %s ORDER BY e.id"""
    return lambda device, kind: log(sql, device, kind)


def test_both_of_them_are_there(pair, log):
    there = "SELECT COUNT(*) FROM access_gatekeeperstatus WHERE connected"
    pair.wait_for(lambda: log(there) == [2])


def test_an_extractor_is_offered_one_run_for_each_time(pair, ear, lines):
    mill = pair.device("mill")
    extractor = pair.device("extractor", "--caps", "relay")
    heard = ear("extractor")
    pair.run("book", "mill", 7200)
    for _ in range(TURNS):
        extractor.process.send_signal(signal.SIGSTOP)  # slow to take it up, so that both look
        assert pair.tap("mill", BADGES["alice"])["code"] == "granted"
        time.sleep(SLOW)
        extractor.process.send_signal(signal.SIGCONT)
        extractor.until(relay=True)
        time.sleep(EACH)
        assert extractor.do()["relay"]
        assert pair.tap("mill", BADGES["alice"])["code"] == "finished-kept"
        mill.until(st="locked")
        extractor.until(relay=False)
        time.sleep(EACH)
    assert len(heard.all("offer")) == TURNS
    assert lines("extractor", "run") == ["offered"] * TURNS
    assert lines("mill", "session") == ["active", "finished"] * TURNS
    assert lines("mill", "alarm") + lines("extractor", "alarm") == []


def test_a_tap_at_a_door_is_one_pulse(pair, lines):
    door = pair.device("door", "--caps", "reader,door")
    for turn in range(1, TURNS + 1):
        assert pair.tap("door", BADGES["alice"])["code"] == "door-open"
        door.until(relay=True)
        door.until(relay=False)
        time.sleep(EACH / 2)
        noted = [line["what"] for line in door.do()["log"]]
        assert noted.count("relay on") == turn
    assert lines("door", "tap") == ["door-open"] * TURNS


def test_a_stop_at_the_reader_beside_it_ends_it_once(pair, ear, log, lines):
    interlock = pair.device("router", "--caps", "relay,current")
    reader = pair.device("router-reader", "--caps", "reader,button,display")
    told = ear("router-reader")
    pair.run("book", "router", 600)
    for _ in range(TURNS):
        assert pair.tap("router-reader", BADGES["alice"])["code"] == "granted"
        interlock.until(relay=True)
        reader.do("press", button="stop")
        interlock.until(relay=False)
        pair.wait_for(
            lambda: log("SELECT COUNT(*) FROM access_session WHERE state <> 'ended'") == [0]
        )
        time.sleep(EACH)
    assert lines("router-reader", "button") == ["stop"] * TURNS
    assert lines("router", "session") == ["active", "stopped"] * TURNS
    assert len(told.all("text")) == TURNS
    assert lines("router", "alarm") + lines("router-reader", "alarm") == []
