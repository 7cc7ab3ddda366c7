"""The gatekeeper's connection: whatever breaks it, it comes back by itself."""

import socket
import time
from dataclasses import replace

import wire
from access.mqtt import Adapter, Waiting
from access.records import Inbound, Outbound, receive
from tests.wire.messages import STATE, TAP

PATIENCE = 60.0


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
        dialled = []
        while not dialled or time.monotonic() < dialled[0] + 1.2:
            adapter.work(0.02)
            try:
                server.accept()[0].close()
            except BlockingIOError:
                continue
            dialled.append(time.monotonic())
    assert len(dialled) <= 4
    assert not adapter.connected


def test_a_broker_that_dies_is_told_of_once_and_dialled_again_soon(own_broker, caplog):
    adapter = Adapter(own_broker.url, "gatekeeper-left-alone", lambda _inbound: None)
    work(adapter, lambda: adapter.connected)
    own_broker.stop()
    work(adapter, lambda: not adapter.connected)
    assert adapter.error.startswith("connection lost")
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    own_broker.start()
    work(adapter, lambda: adapter.connected)
    adapter.close()


def test_a_flood_nobody_handles_does_not_fill_the_memory(mosquitto, monkeypatch):
    monkeypatch.setattr("access.mqtt.MOST_WAITING", 3)
    adapter = Adapter(mosquitto.url, "gatekeeper-that-is-slow", lambda _inbound: None)
    work(adapter, lambda: adapter.connected)
    adapter.publish([Outbound("bk/1/flood-1/up/avail", b"{}", 0)] * 50)
    adapter.publish([Outbound("bk/1/flood-1/up/avail", b"{}", 1)])
    work(adapter, lambda: len(adapter) > 3)
    assert [waiting.qos for waiting in adapter.take(100)] == [0, 0, 0, 1]
    adapter.close()


def test_a_tap_that_waited_for_the_gatekeeper_is_no_tap_any_more(mosquitto):
    """A reader waits for 5 s; a broker keeps what it said for as long as nobody listens."""
    heard: list[Inbound] = []
    tap = Outbound(*wire.encode_up(replace(TAP, device="backlog-1")), 1)
    state = Outbound(*wire.encode_up(replace(STATE, device="backlog-1")), 1)
    before = Adapter(mosquitto.url, "gatekeeper-that-sleeps", heard.append)
    work(before, lambda: before.connected)
    before.close()
    others = Adapter(mosquitto.url, "gatekeeper-that-speaks", lambda _inbound: None)
    work(others, lambda: others.connected)
    others.publish([tap] * 10 + [state])
    after = Adapter(mosquitto.url, "gatekeeper-that-sleeps", heard.append)

    def all_of(count):
        others.work(0.01)
        after.ack(after.take(100))
        return len([inbound for inbound in heard if "backlog-1" in inbound.topic]) == count

    work(after, lambda: all_of(11))
    assert [inbound.retain for inbound in heard] == [True] * 10 + [False]
    work(after, lambda: after.connected)
    after.work(0.05)
    others.publish([tap])
    work(after, lambda: all_of(12))
    assert not heard[-1].retain
    after.close()
    others.close()


def work(adapter, done):
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, adapter.error
        adapter.work(0.05)


class TestWhatStockFirmwareSaid:
    """There is no second in it, so what it said too long ago must not be taken for a tap of now."""

    def test_it_is_a_retained_copy_once_it_has_waited_longer_than_a_tap_lives(self):
        waiting = Waiting(receive("bk/1/plug-1/tele/SENSOR", b'{"RC522":{}}'), 1, 0)
        assert not waiting.seen(waiting.heard_at + 4).retain
        assert waiting.seen(waiting.heard_at + 6).retain
        native = Waiting(receive(*wire.encode_up(TAP)), 1, 1)  # judged by its own second
        assert not native.seen(native.heard_at + 6).retain

    def test_so_is_what_stood_in_the_line_while_we_stood_still(self, mosquitto, monkeypatch):
        heard: list[Inbound] = []
        rubbish = Outbound("bk/1/plug-1/up/avail", b"not ours", 1)
        adapter = Adapter(mosquitto.url, "gatekeeper-that-is-stopped", heard.append)
        other = Adapter(mosquitto.url, "gatekeeper-beside-it", lambda _inbound: None)
        work(adapter, lambda: adapter.connected)
        work(other, lambda: other.connected)
        adapter.work(0.1)  # a lull
        monkeypatch.setattr("access.mqtt.STANDSTILL", 0.2)
        other.publish([rubbish])
        other.work(0.02)
        time.sleep(0.3)
        heard.clear()
        work(adapter, lambda: bool(heard))
        assert heard[0].retain
        monkeypatch.setattr("access.mqtt.STANDSTILL", PATIENCE)
        adapter.work(0.1)  # a lull
        heard.clear()
        other.publish([rubbish])
        work(adapter, lambda: bool(heard))
        assert not heard[0].retain
        adapter.close()
        other.close()
