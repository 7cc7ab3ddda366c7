"""The gatekeeper's connection: whatever breaks it, it comes back by itself."""

import socket
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


def test_a_broker_that_hangs_up_at_once_is_not_dialled_in_a_frenzy():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        adapter = Adapter(f"mqtt://127.0.0.1:{server.getsockname()[1]}", "patient", print)
        dialled, until = 0, time.monotonic() + 1.2
        while time.monotonic() < until:
            adapter.work(0.02)
            try:
                server.accept()[0].close()
            except BlockingIOError:
                continue
            dialled += 1
    assert 1 <= dialled <= 4
    assert not adapter.connected


def test_a_flood_nobody_handles_does_not_fill_the_memory(mosquitto, monkeypatch):
    monkeypatch.setattr("access.mqtt.MOST_WAITING", 3)
    adapter = Adapter(mosquitto.url, "gatekeeper-that-is-slow", lambda _inbound: None)
    work(adapter, lambda: adapter.connected)
    adapter.publish([Outbound("bk/1/flood-1/up/avail", b"{}", 0)] * 50)
    adapter.publish([Outbound("bk/1/flood-1/up/avail", b"{}", 1)])
    work(adapter, lambda: len(adapter) > 3)
    assert [waiting.qos for waiting in adapter.take(100)] == [0, 0, 0, 1]
    adapter.close()


def work(adapter, done):
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, adapter.error
        adapter.work(0.05)
