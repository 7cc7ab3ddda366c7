"""The gatekeeper's connection: whatever breaks it, it comes back by itself."""

import time

from access.mqtt import Adapter
from access.records import Inbound, Outbound

PATIENCE = 10.0


def test_it_hears_again_after_a_message_broke_the_reading(broker):
    heard: list[Inbound] = []

    def hear(inbound):
        heard.append(inbound)
        if len(heard) == 1:
            raise ValueError("what nobody foresaw")

    adapter = Adapter(broker.url, "gatekeeper-that-breaks", hear)
    avail = Outbound("bk/1/adapter-1/up/avail", b'{"on":true}', 1)
    work(adapter, lambda: adapter.connected)
    adapter.publish([avail])
    work(adapter, lambda: not adapter.connected)
    assert "what nobody foresaw" in adapter.error
    work(adapter, lambda: adapter.connected)
    adapter.publish([avail])
    work(adapter, lambda: len(heard) > 1)
    adapter.close()


def work(adapter, done):
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, adapter.error
        adapter.work(0.05)
