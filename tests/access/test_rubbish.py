"""A flood of rubbish at a gatekeeper's loop and database: nothing breaks, grows or is granted.

Half of it is made of honest messages of Alice's, who has booked and may start; but they come from a
boot that is not the device's. The other half is the device's own, but Charlie's, who may not start.
"""

import random
from itertools import chain, islice

import psutil
import pytest

import wire
from access.gatekeeper import Gatekeeper
from access.models import AccessEvent, Session
from access.mqtt import Waiting
from access.records import receive
from tests.access.test_gatekeeper import Line
from tests.access.world import BOOT, OTHER_BOOT
from tests.wire.rubbish import rubbish

GROWTH = 12 * 2**20  # bytes; SQLite is in memory here, with a line for one message in fifty
SWITCHING = {"grant", "offer", "lease"}


@pytest.fixture
def flooded(site, monkeypatch, caplog):
    """A gatekeeper into whose line messages are poured."""
    monkeypatch.setattr("access.gatekeeper.Adapter", Line)
    keeper = Gatekeeper(
        "mqtt://nowhere", "keeper", clock=lambda: site.now, monotonic=lambda: 1000 + site.mono
    )
    site.book("alice", minutes=24 * 60)
    noise = random.Random(21)
    messages = chain.from_iterable(
        zip(
            rubbish(noise, "mill-1", everything(site, "alice", OTHER_BOOT)),
            rubbish(noise, "mill-1", everything(site, "charlie", BOOT)),
            strict=True,
        )
    )

    def pour(count):
        """`count` messages at 100 a second, 16 in a transaction."""
        line = keeper._adapter
        for n, (topic, payload) in enumerate(islice(messages, count)):
            inbound = receive(topic, payload, retain=n % 10 == 0)
            line.waiting.append(Waiting(inbound, n, 1))
            line.hear(inbound)
            if n % 16 == 15:
                site.wait(0.16)
                keeper.turn()
                check(line)
        keeper.turn()
        assert not [record for record in caplog.records if record.levelname == "ERROR"]
        return keeper.watch

    return pour


def everything(site, who, boot):
    """What an honest device of this boot might say while this member is at it."""
    sid = "5e551017c0ffee0123456789"
    return [
        wire.encode_up(message)
        for message in (
            site.a_tap(who, boot=boot),
            site.a_state("armed", sid, boot=boot),
            site.a_state(want=sid, boot=boot),
            wire.Avail("mill-1", on=True, boot=boot),
            wire.Button("mill-1", boot, 100, "f" * 24, "arm"),
        )
    ]


def check(line):
    """Nothing that switches on or keeps on was said; nothing waits that was handled."""
    for message in line.said:
        assert message.kind not in SWITCHING, message
        assert message.kind != "answer" or not message.ok, message
    line.said.clear()
    line.acked.clear()


def test_rubbish_is_dropped_and_grants_nothing(flooded):
    watch = flooded(2_000)
    assert watch.messages == 2_000
    assert watch.dropped > 1_000
    assert not Session.objects.exists()
    assert not AccessEvent.objects.filter(code="unhandled").exists()


@pytest.mark.long
def test_a_hundred_thousand_leave_no_trace(flooded, figure):
    process = psutil.Process()
    flooded(20_000)
    before = process.memory_info().rss
    watch = flooded(80_000)
    growth = process.memory_info().rss - before
    lines = AccessEvent.objects.count()
    figure(
        f"{watch.messages:,} messages, seed 21: {watch.dropped:,} dropped, {lines:,} lines of log, "
        f"none granted; resident memory grew by {growth / 1024:,.0f} KiB"
    )
    assert not Session.objects.exists()
    assert not AccessEvent.objects.filter(code="unhandled").exists()
    assert growth < GROWTH
