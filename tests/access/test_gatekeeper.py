"""The loop: what it takes from the line, when it looks at clocks, what it does when parts fail."""

from datetime import timedelta

import pytest
from django.db import OperationalError

import wire
from access import services
from access.contact import lost_since
from access.gatekeeper import LOOK, Gatekeeper
from access.gathering import LONGEST
from access.models import AccessEvent, Alarm, Device, GatekeeperStatus, Session
from access.mqtt import Waiting
from access.records import receive
from equipment.services import lock_out
from members.models import AccessEpoch


class Line:
    """Stands for the connection: what waits, what was said, what was acked."""

    def __init__(self, _url, _name, hear):
        self.hear, self.connected, self.error = hear, True, ""
        self.waiting, self.said, self.acked = [], [], []
        self.patience = None

    def __len__(self):
        return len(self.waiting)

    def arrives(self, *messages):
        for message in messages:
            inbound = receive(*wire.encode_up(message))
            self.waiting.append(Waiting(inbound, len(self.waiting), 1))
            self.hear(inbound)

    def work(self, patience):
        self.patience = patience

    def listen(self, _topics):
        return None

    def take(self, most):
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken

    def give_back(self, taken):
        self.waiting = [*taken, *self.waiting]

    def ack(self, taken):
        self.acked += taken

    def publish(self, messages):
        self.said += [wire.parse_down(out.topic, out.payload) for out in messages]

    def close(self):
        self.connected = False


@pytest.fixture
def keeper(site, monkeypatch):
    """A gatekeeper on a line, living by the clock of the site."""
    monkeypatch.setattr("access.gatekeeper.Adapter", Line)
    keeper = Gatekeeper(
        "mqtt://nowhere", "keeper", clock=lambda: site.now, monotonic=lambda: 1000 + site.mono
    )
    keeper.line = keeper._adapter
    site.watch = keeper.watch
    return keeper


def kinds(line):
    return [message.kind for message in line.said]


def test_a_tap_is_answered_and_then_acked(site, keeper):
    site.book()
    keeper.line.arrives(site.a_tap())
    keeper.turn()
    (answer,) = keeper.line.said
    assert answer.ok
    assert len(keeper.line.acked) == 1


def test_sixteen_at_a_time(site, keeper):
    keeper.line.arrives(*(site.a_tap() for _ in range(20)))
    keeper.turn()
    assert len(keeper.line.acked) == 16
    keeper.turn()
    assert len(keeper.line.acked) == 20


def test_a_tap_waiting_behind_newer_words_of_its_device_is_stale(site, keeper):
    site.book()
    keeper.line.arrives(site.a_tap(), site.a_state(up=site.up + 6))
    keeper.turn()
    assert "answer" not in kinds(keeper.line)


class TestHeartbeats:
    @pytest.fixture
    def armed(self, site, keeper):
        """It has said once that it is on."""
        site.arm()
        keeper.line.arrives(site.a_state("armed", site.sid))
        keeper.turn()
        keeper.line.said.clear()
        keeper.line.acked.clear()
        return site

    def test_they_are_gathered_for_a_moment(self, armed, keeper):
        keeper.line.arrives(armed.a_state("armed", armed.sid))
        keeper.turn()
        assert kinds(keeper.line) == []
        keeper.turn()
        assert 0 < keeper.line.patience <= LONGEST
        armed.wait(LONGEST)
        keeper.line.arrives(armed.a_state("armed", armed.sid))
        keeper.turn()
        assert kinds(keeper.line) == ["lease", "lease"]
        assert len(keeper.line.acked) == 2

    def test_a_tap_takes_them_along_in_the_order_they_came(self, armed, keeper):
        keeper.line.arrives(armed.a_state("armed", armed.sid), armed.a_tap("bob"))
        keeper.turn()
        assert kinds(keeper.line) == ["lease", "answer"]

    def test_sixteen_are_enough(self, armed, keeper):
        keeper.line.arrives(*(armed.a_state("armed", armed.sid) for _ in range(16)))
        keeper.turn()
        assert len(keeper.line.acked) == 16

    def test_the_next_are_gathered_anew(self, armed, keeper):
        for _ in range(3):
            keeper.line.arrives(armed.a_state("armed", armed.sid))
            keeper.turn()
            assert kinds(keeper.line) == []
            armed.wait(LONGEST)
            keeper.turn()
            assert kinds(keeper.line) == ["lease"]
            keeper.line.said.clear()

    def test_without_a_database_they_come_again_at_once(self, armed, keeper, monkeypatch):
        keeper.line.arrives(armed.a_state("armed", armed.sid))
        armed.wait(LONGEST)
        with monkeypatch.context() as patch:
            patch.setattr(services, "handle", locked)
            keeper.turn()
        assert len(keeper.line) == 1
        keeper.turn()
        assert 0 < keeper.line.patience <= LOOK  # it backs off, and does not spin
        armed.wait(1)
        keeper.turn()
        assert kinds(keeper.line) == ["lease"]


def locked(*_args, **_kwargs):
    raise OperationalError("database is locked")


class TestNoDatabase:
    @pytest.fixture
    def broken(self, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(services, "handle", locked)
            yield patch

    def test_what_waits_is_kept_and_not_acked(self, site, keeper, broken):
        site.book()
        keeper.line.arrives(site.a_tap())
        keeper.turn()
        assert (len(keeper.line), keeper.line.acked, keeper.line.said) == (1, [], [])
        broken.undo()
        keeper.turn()  # too soon: it backs off
        assert keeper.line.acked == []
        site.wait(1)
        keeper.turn()
        assert len(keeper.line.acked) == 1

    def test_it_says_so_once(self, site, keeper, broken, caplog):
        keeper.line.arrives(site.a_tap())
        for _ in range(5):
            keeper.turn()
            site.wait(10)
        assert caplog.text.count("database is locked") == 1


class TestClocks:
    @pytest.fixture
    def armed(self, site, keeper):
        site.arm(minutes=10)
        keeper.turn()
        return site

    def test_a_lockout_is_heard_a_tenth_of_a_second_later(self, armed, keeper):
        lock_out(machine=armed.mill, why="Belt torn", by=None, now=armed.now)
        armed.wait(0.1)
        keeper.turn()
        assert kinds(keeper.line) == ["off"]

    def test_nothing_is_decided_anew_while_nothing_moves(self, armed, keeper, monkeypatch):
        asked = []
        monkeypatch.setattr(
            services, "sweep", lambda **how: asked.append(how["redecide_all"]) or []
        )
        for _ in range(30):
            armed.wait(0.1)
            keeper.turn()
        assert set(asked) == {False}
        AccessEpoch.bump()
        armed.wait(0.1)
        keeper.turn()
        assert asked[-1]

    def test_the_end_of_a_grant_is_not_waited_for(self, armed, keeper):
        armed.wait(599.9)
        keeper.watch.resume(keeper._monotonic())
        keeper.turn()
        assert kinds(keeper.line) == []
        armed.wait(0.1)
        keeper.turn()
        assert [(m.kind, m.code) for m in keeper.line.said] == [("off", "time-up")]

    def test_a_wall_clock_that_jumps_is_an_alarm_and_decides_everything_anew(self, armed, keeper):
        armed.start += timedelta(hours=1)
        armed.now += timedelta(hours=1, seconds=0.2)
        keeper.turn()
        alarm = AccessEvent.objects.get(code="clock-jump")
        assert alarm.detail == {"seconds": 3600}
        assert Alarm.objects.get().code == "clock-jump"
        assert [(m.kind, m.code) for m in keeper.line.said] == [("off", "time-up")]

    def test_one_that_stood_still_gives_nothing_up(self, armed, keeper):
        armed.wait(300)
        keeper.turn()
        assert Session.objects.get().state == "active"
        assert armed.box().online

    def test_nor_does_one_without_a_broker(self, armed, keeper):
        keeper.line.connected = False
        for _ in range(100):
            armed.wait(1)
            keeper.turn()
        assert Session.objects.get().state == "active"
        assert armed.box().online


class TestBeat:
    def test_it_says_that_it_lives_and_whether_it_has_a_broker(self, site, keeper):
        keeper.turn()
        status = GatekeeperStatus.objects.get()
        assert (status.name, status.connected) == ("keeper", True)
        keeper.line.connected, keeper.line.error = False, "no broker at nowhere"
        site.wait(0.1)
        keeper.turn()
        status.refresh_from_db()
        assert (status.connected, status.last_error) == (False, "no broker at nowhere")

    def test_it_counts(self, site, keeper):
        keeper.line.arrives(site.a_tap(), site.a_state())
        keeper.turn()
        site.wait(2.1)
        keeper.turn()
        status = GatekeeperStatus.objects.get()
        assert (status.messages, status.taps) == (2, 1)

    def test_its_last_word_is_that_it_has_gone(self, site, keeper):
        keeper.turn()
        site.wait(3600)
        keeper.stop()
        keeper.run()
        status = GatekeeperStatus.objects.get()
        assert (status.connected, status.connected_at) == (False, site.now)
        assert lost_since(site.now) == site.now
        assert not keeper.line.connected


def test_the_log_is_sealed_when_nothing_waits(site, keeper):
    keeper.line.arrives(site.a_tap())
    keeper.turn()
    site.wait(0.5)
    keeper.turn()
    assert not AccessEvent.objects.filter(seal=None).exists()


def test_what_nobody_foresaw_breaks_one_round_and_is_told(site, keeper, monkeypatch, caplog):
    with monkeypatch.context() as broken:
        broken.setattr(services, "sweep", lambda **_: {}["no such key"])
        for _ in range(20):
            site.wait(1)
            keeper.turn()
    assert "no such key" in caplog.text
    assert "no such key" in GatekeeperStatus.objects.get().last_error
    for _ in range(10):
        site.wait(1)
        keeper.turn()
    assert GatekeeperStatus.objects.get().last_error == ""


def test_what_nobody_foresaw_is_acked_or_the_broker_would_fall_silent(site, keeper, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("what nobody foresaw")

    keeper.line.arrives(*(site.a_tap() for _ in range(3)))
    with monkeypatch.context() as patch:
        patch.setattr(services, "handle", broken)
        keeper.turn()
    assert (len(keeper.line.acked), len(keeper.line)) == (3, 0)


def test_a_plug_is_played_once_its_first_off_can_be_said(site, keeper):
    Device.objects.update(profile="stock", speaks="tasmota")
    told = []
    keeper.line.connected, keeper.line.publish = False, told.extend
    keeper.turn()
    assert not keeper.stocks
    keeper.line.connected = True
    keeper.turn()
    assert ("bk/1/mill-1/cmnd/POWER1", b"OFF") in [(out.topic, out.payload) for out in told]


def test_plugs_are_heard_again_as_soon_as_the_broker_is_back(site, keeper):
    """A new connection forgets what was asked for, and a tap that nobody hears is lost."""
    Device.objects.update(profile="stock", speaks="tasmota")
    asked = []
    keeper.line.listen = asked.append
    keeper.turn()
    for connected in (False, True):
        site.wait(1)
        keeper.line.connected = connected
        keeper.turn()
    assert asked == [{"bk/1/mill-1/stat/#", "bk/1/mill-1/tele/#"}] * 2
