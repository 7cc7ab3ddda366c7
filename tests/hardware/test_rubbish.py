"""100,000 messages of rubbish at a gatekeeper that runs, as it does in production, over mosquitto.

What tests/access/test_rubbish.py pours into its loop comes down a real line here.
"""

import random
import sqlite3
from contextlib import closing
from itertools import count, islice
from queue import SimpleQueue

import paho.mqtt.client as mqtt
import psutil
import pytest
from paho.mqtt.enums import CallbackAPIVersion

import wire
from tests.hardware.conftest import PATIENCE, running_site
from tests.hardware.scene import BADGES
from tests.wire.rubbish import rubbish

MANY, AT_ONCE = 100_000, 400  # the broker keeps no more than 1,000 for a client
WARM = 10_000
GROWTH = 2 * 2**20  # bytes; a leak of 24 bytes a message would show
SID = "5e551017c0ffee0123456789"
OTHER_BOOT = "0b0071d0000000ff"

# With DEBUG Django keeps the last 9,000 statements, and memory grows by them.
AS_IT_RUNS = {
    "DEBUG": "false",
    "SECRET_KEY": "only-good-for-a-test-on-loopback-0123456789abcdef",
    "BADGE_PEPPER": "11" * 32,
    "BADGE_KEY": "22" * 32,
    "BASE_URL": "http://localhost:8000",
    "EMAIL_URL": "dummymail://",
}

pytestmark = [pytest.mark.broker, pytest.mark.long]


class Throat:
    """Says what it is given at one broker, and hears everything that is said to any device."""

    def __init__(self, port):
        self.heard, self.answers = [], SimpleQueue()
        subscribed = SimpleQueue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._hear
        self.client.on_subscribe = lambda *_: subscribed.put(True)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.client.subscribe("bk/1/+/down/#", qos=1)
        subscribed.get(timeout=PATIENCE)

    def _hear(self, _client, _user, message):
        said = wire.parse_down(message.topic, message.payload)
        self.heard.append((message.topic.split("/")[2], said))
        if said.kind == "answer":
            self.answers.put(said.nonce)

    def say(self, topic, payload, retain=False):
        """Whether such a topic can be published to at all."""
        if "\0" in topic:
            return False  # the broker would end the connection
        try:
            self.client.publish(topic, payload, qos=1, retain=retain)
        except ValueError:
            return False
        return True

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def rubbish_site(tmp_path, mosquitto, migrated):
    with running_site(tmp_path, mosquitto, migrated, **AS_IT_RUNS) as site:
        site.start_gatekeeper()
        yield site


def honest(device, who, boot):
    """What an honest device of this boot might say while this member is at it."""
    on = wire.State(device, boot, 100, 3, "armed", relay=True, sid=SID)
    wants = wire.State(device, boot, 100, 4, "locked", relay=False, sid=None, want=SID)
    return [
        wire.encode_up(message)
        for message in (
            wire.Tap(device, boot, 100, "f" * 24, BADGES[who]),
            *(on, wants),
            wire.Avail(device, on=True, boot=boot),
            wire.Button(device, boot, 100, "e" * 24, "arm"),
        )
    ]


def test_a_gatekeeper_that_runs_drops_it_all_and_goes_on(rubbish_site, figure):
    site = rubbish_site
    mill, router = site.device("mill"), site.device("router")
    site.run("book", "mill", 3000)
    noise = random.Random(31)
    messages = rubbish(
        noise,
        "mill",
        honest("mill", "alice", OTHER_BOOT) + honest("mill", "charlie", mill.do()["boot"]),
    )
    nonces = count(1)
    with closing(Throat(site.broker.port)) as throat:

        def pour(many):
            """Say so much, a little at a time, each time until a tap after it is answered."""
            said = 0
            while said < many:
                for topic, payload in islice(messages, AT_ONCE):
                    said += throat.say(topic, payload, retain=noise.random() < 0.02)
                here, nonce = router.do(), f"{next(nonces):024x}"
                tap = wire.Tap("router", here["boot"], int(here["up"]), nonce, BADGES["charlie"])
                throat.say(*wire.encode_up(tap))
                while throat.answers.get(timeout=PATIENCE) != nonce:
                    continue
            return said

        keeper = psutil.Process(site.gatekeeper.pid)
        said = pour(WARM)
        before = keeper.memory_info().rss
        said += pour(MANY - WARM)
        growth = keeper.memory_info().rss - before
        heard = list(throat.heard)

    for device, message in heard:
        assert message.kind not in {"grant", "offer", "lease"}, (device, message)
        assert message.kind != "answer" or not message.ok, (device, message)
    assert site.run("sessions") == []
    assert site.gatekeeper.poll() is None
    assert not mill.do()["relay"]
    lines, granted, unhandled = on_record(site.database)
    assert (granted, unhandled) == (0, 0)
    figure(
        f"{said:,} messages over mosquitto, seed 31: {lines:,} lines of log, none granted; "
        f"resident memory grew by {growth / 1024:,.0f} KiB to {(before + growth) >> 20} MiB"
    )
    assert growth < GROWTH
    site.run("book", "router", 3000)
    assert site.tap("router", BADGES["alice"])["ok"], "and it still lets in who may"


def on_record(database):
    """How many lines there are, how many of them a grant, and how many a broken handling."""
    sql = "SELECT COUNT(*), SUM(code = 'granted'), SUM(code = 'unhandled') FROM access_accessevent"
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchone()
