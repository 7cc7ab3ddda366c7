"""Stock firmware at the mill: on only while Alice may, however it is cut, restarted or pressed."""

import json
from dataclasses import replace

import pytest
from django.urls import reverse

import wire
from access import services
from access.adapters import ADAPTERS, adapter_of, may_switch
from access.adapters.emulation import Emulated
from access.adapters.shape import ROOT, badge, milliamperes, split
from access.adapters.tasmota import TASMOTA
from access.models import AccessEvent, Device, Session
from access.records import receive
from access.services.devices import DeviceError, attach_device, revoke_device
from access.services.keys import new_key
from access.services.stock import to_play
from equipment.models import Lockout, Machine, ToolClass
from equipment.services import lock_out
from tests.access.world import BADGES, BOOT
from tests.firmware.bench import StockSite
from tests.firmware.plugs import FIRMWARES, Shelly, Tasmota
from tests.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(params=FIRMWARES)
def site(request):
    site = StockSite(FIRMWARES[request.param](), request.param)
    site.connect()
    return site


def armed(site):
    """Alice at a machine that is on."""
    site.book("alice", minutes=3)
    assert site.present("alice").ok
    assert site.plug.on
    return site


class TestMeeting:
    def test_it_is_off_set_up_and_online_with_its_version(self, site):
        box = Device.objects.get(name="mill-1")
        assert not site.plug.on
        assert (box.online, box.state, box.relay) == (True, "locked", False)
        assert box.firmware
        lease = {"tasmota": ("pulse_time", 130), "shelly": ("auto_off", 30)}.get(site.speaks)
        if lease:
            assert getattr(site.plug, lease[0]) == lease[1]

    def test_what_is_on_when_it_is_met_is_switched_off(self, site):
        site.plug.switch(True)
        site.say(site.plug.come_online())
        assert not site.plug.on

    def test_one_that_tells_only_changes_is_asked_and_so_stays_online(self, site):
        site.pass_time(100)
        assert Device.objects.get(name="mill-1").online

    def test_what_it_says_of_itself_again_is_no_news(self, site):
        before = AccessEvent.objects.count()
        site.pass_time(60)
        for command in adapter_of(site.speaks).ask("mill-1"):
            site.say(site.plug.hear(command.topic, command.payload))
        assert AccessEvent.objects.count() == before

    def test_silence_is_told_as_every_devices(self, site):
        site.cut = True
        site.pass_time(80)
        assert not Device.objects.get(name="mill-1").online


class TestWithAReader:
    @pytest.fixture(params=["tasmota", "esphome"])
    def site(self, request):
        site = StockSite(FIRMWARES[request.param](), request.param)
        site.connect()
        return armed(site)

    def test_it_stays_on_while_the_booking_lasts_by_one_switch(self, site):
        site.pass_time(120)
        assert site.plug.on
        assert site.plug.switched_on == 1
        assert Session.objects.get().state == "active"

    def test_its_timer_is_started_anew_every_ten_seconds_by_what_switches_nothing_on(self, site):
        before = len(site.wire)
        site.pass_time(60)
        said = site.wire[before:]
        assert 5 <= said.count(AGAIN[site.speaks]) <= 7
        assert not [each for each in said if each in ON]

    def test_a_renewal_that_comes_late_switches_nothing_on(self, site):
        site.say(site.plug.switch(False))
        site.plug.hear(*AGAIN[site.speaks])
        assert not site.plug.on

    def test_the_end_of_the_booking_switches_it_off(self, site):
        site.pass_time(180 + 40)
        assert not site.plug.on
        assert Session.objects.get().state == "ended"

    def test_a_lockout_switches_it_off_at_once(self, site):
        lock_out(machine=site.mill, why="belt", by=site.world.dana, now=site.now)
        site.pass_time(2)
        assert not site.plug.on

    def test_one_that_is_revoked_is_off_at_once_and_its_machine_is_free(self, site):
        site.pass_time(5)
        box = Device.objects.get(name="mill-1")
        revoke_device(device=box, by=site.world.dana, now=site.now)
        site.pass_time(2)
        assert not site.plug.on
        ended = Session.objects.get()
        assert (ended.state, ended.end_reason) == ("ended", "device-revoked")
        assert not list(AccessEvent.objects.filter(kind="dropped"))

    def test_what_a_revoked_one_says_besides_is_not_believed(self, site):
        box = Device.objects.get(name="mill-1")
        revoke_device(device=box, by=site.world.dana, now=site.now)
        site.wait(4).say(site.plug.tap(BADGES["alice"]))
        assert AccessEvent.objects.filter(kind="dropped", code="revoked-device").exists()
        assert Session.objects.count() == 1

    def test_a_dead_gatekeeper_leaves_it_on_for_no_longer_than_its_own_timer(self, site):
        site.pass_time(9)
        site.kill_gatekeeper()
        site.plug.wait(20)
        assert site.plug.on  # its timer began with the tap, and knows nothing of it all
        site.plug.wait(2)
        assert not site.plug.on

    def test_a_gatekeeper_that_comes_back_switches_it_off_and_asks_for_a_new_tap(self, site):
        site.kill_gatekeeper()
        site.wait(2)
        site.connect()
        assert not site.plug.on
        site.pass_time(3)
        assert Session.objects.get().end_reason == "reboot"
        site.wait(5)
        assert site.present("alice").ok
        assert site.plug.on

    def test_a_cut_network_ends_it_by_the_timer_and_nothing_queues_up(self, site):
        site.cut = True
        site.pass_time(31)
        assert not site.plug.on
        site.pass_time(90)
        before = len(site.wire)
        site.pass_time(60)
        assert not [each for each in site.wire[before:] if each in ON]

    def test_a_cut_network_is_no_fault_and_it_can_be_used_when_it_is_back(self, site):
        site.say(site.plug.draw(3.2))
        site.pass_time(15)
        site.cut = True
        site.pass_time(120)
        site.cut = False
        site.plug.amperes = 0.0
        site.pass_time(30)
        assert Device.objects.get(name="mill-1").state == "locked"
        assert not Lockout.objects.exists()
        assert site.present("alice").ok

    def test_the_last_word_before_it_was_switched_off_is_no_stuck_contactor(self, site):
        site.say(site.plug.draw(3.2))
        before = site.plug.tell_switch()
        site.pass_time(179)
        site.pass_time(2)
        assert not site.plug.on
        site.cut = True  # so that nothing it said later counts
        arrived = [receive(f"{ROOT}mill-1/{topic}", payload) for topic, payload in before]
        site.stocks.translate(arrived, site.mono)
        site.pass_time(8)
        assert not Lockout.objects.exists()

    def test_what_is_gone_is_not_told_to_stay_on(self, site):
        site.pass_time(12)
        site.say(site.plug.go_offline())
        site.plug.every_second = lambda: []
        before = len(site.wire)
        site.pass_time(9)
        assert not [each for each in site.wire[before:] if each in ON]

    def test_after_a_power_cut_nobody_says_on_before_it_has_said_that_it_is(self, site):
        site.pass_time(15)
        site.plug.lose_power()
        site.plug.every_second = lambda: []
        hears, site.plug.hear = (
            site.plug.hear,
            lambda *told: hears(*told) and [],
        )  # its words get lost
        before = len(site.wire)
        site.say(site.plug.come_online()[:1])
        site.pass_time(30)
        assert not [each for each in site.wire[before:] if each in ON]
        assert not site.plug.on

    def test_its_own_button_ends_the_session_and_it_stays_off(self, site):
        site.say(site.plug.switch(False))
        site.pass_time(30)
        assert not site.plug.on
        assert site.plug.switched_on == 1
        assert Session.objects.get().state == "ended"

    def test_power_that_comes_back_switches_nothing_on(self, site):
        site.say(site.plug.lose_power())
        site.pass_time(30)
        assert not site.plug.on
        assert site.plug.switched_on == 1

    def test_somebody_else_who_switches_it_on_is_answered_with_off(self, site):
        site.pass_time(180 + 40)
        site.say(site.plug.switch(True))
        assert not site.plug.on

    def test_a_contact_that_does_not_open_is_a_fault_and_nobody_starts(self, site):
        site.pass_time(180 + 40)
        site.plug.switch = lambda on, seconds=None: []  # welded
        site.plug.on = True
        site.say(site.plug.tell_switch())
        site.pass_time(5)
        assert Device.objects.get(name="mill-1").state == "fault"

    def test_a_fault_is_over_when_it_was_repaired_and_switched_on_again(self, site):
        site.pass_time(180 + 40)
        switch, site.plug.switch = site.plug.switch, lambda on, seconds=None: []
        site.plug.on = True
        site.say(site.plug.tell_switch())
        site.pass_time(5)
        assert Device.objects.get(name="mill-1").state == "fault"
        site.plug.switch, site.plug.on = switch, False
        site.say(site.plug.come_online())
        site.pass_time(3)
        assert Device.objects.get(name="mill-1").state == "locked"
        assert site.present("alice").code == "locked-out"  # until staff have looked at it

    def test_a_running_machine_is_seen_by_its_current(self, site):
        site.say(site.plug.draw(3.2))
        site.pass_time(4)
        box = Device.objects.get(name="mill-1")
        assert (box.state, box.ma) == ("running", 3200)

    def test_a_stranger_is_refused_and_the_machine_stays_as_it_is(self, site):
        site.wait(4)
        assert site.present("bob").code in ("in-use", "certification-ended")
        assert site.plug.on


ON = {("cmnd/POWER1", b"ON"), ("lease", b"30")}
AGAIN = {"tasmota": ("cmnd/PulseTime1", b"130"), "esphome": ("keep", b"30")}


class TestTasmota:
    """What bounds its ON is a setting of its own, which anybody at its console may clear."""

    @pytest.fixture
    def site(self):
        site = StockSite(Tasmota(), "tasmota")
        site.connect()
        site.book("alice", minutes=30)
        return site

    def test_on_is_said_only_after_it_told_that_its_timer_is_set(self, site):
        site.plug.type("PulseTime1 0")
        before = len(site.wire)
        assert site.present("alice").ok
        said = [each for each in site.wire[before:] if each[0] != "cmnd/STATUS"]
        assert said == [AGAIN["tasmota"], ("cmnd/POWER1", b"ON")]
        site.kill_gatekeeper()
        site.plug.wait(31)
        assert not site.plug.on

    def test_one_whose_timer_cannot_be_set_is_never_switched_on(self, site):
        hear = site.plug.hear
        site.plug.hear = lambda topic, payload: (
            [("stat/RESULT", b'{"PulseTime1":{"Set":0,"Remaining":0}}')]
            if topic == "cmnd/PulseTime1"
            else hear(topic, payload)
        )
        site.present("alice")
        site.pass_time(10)
        assert (site.plug.on, site.plug.switched_on) == (False, 0)
        assert Session.objects.get().state == "ended"

    def test_one_that_says_nothing_of_its_timer_is_never_switched_on(self, site):
        hear = site.plug.hear
        site.plug.hear = lambda topic, payload: (
            [] if topic == "cmnd/PulseTime1" else hear(topic, payload)
        )
        site.present("alice")
        site.pass_time(10)
        assert (site.plug.on, site.plug.switched_on) == (False, 0)

    def test_a_timer_that_was_cleared_while_it_is_on_runs_again_within_ten_seconds(self, site):
        site.present("alice")
        site.pass_time(12)
        site.say(site.plug.type("PulseTime1 0"))
        assert not site.plug.on  # it told so, and was switched off
        site.wait(5)
        site.present("alice")
        site.plug.type("PulseTime1 0")  # and now its word is lost
        site.pass_time(11)
        site.kill_gatekeeper()
        site.plug.wait(31)
        assert not site.plug.on

    def test_asking_how_it_is_never_stops_its_timer(self, site):
        """In older versions POWER with nothing behind it does."""
        site.plug.asked_stops_timer = True
        site.present("alice")
        for command in adapter_of("tasmota").ask("mill-1"):
            site.say(site.plug.hear(command.topic, command.payload))
        site.kill_gatekeeper()
        site.plug.wait(31)
        assert not site.plug.on

    def test_a_backlog_of_somebody_else_delays_no_off_and_no_on(self, site):
        site.plug.type("Backlog Delay 6000; TelePeriod 20")
        assert site.present("alice").ok
        assert site.plug.on
        lock_out(machine=site.mill, why="belt", by=site.world.dana, now=site.now)
        site.pass_time(2)
        assert not site.plug.on
        site.plug.wait(700)
        assert (site.plug.on, site.plug.switched_on) == (False, 1)

    def test_a_factory_reset_is_mended_when_it_comes_back(self, site):
        site.plug.settings = dict(Tasmota.FACTORY)
        site.plug.switch(True)
        site.say(site.plug.come_online())
        assert not site.plug.on
        assert site.plug.settings["poweronstate"] == site.plug.settings["setoption0"] == "0"
        assert site.plug.pulse_time == 130


class TestShelly:
    """It has no reader: a native one stands beside it, and the plug is offered the session."""

    @pytest.fixture
    def site(self):
        site = StockSite(Shelly(), "shelly")
        Device.objects.filter(name="mill-1").update(is_reader=False)
        Device.objects.create(
            name="booth", space=site.world.space, machine=site.mill, is_interlock=False, boot=BOOT
        )
        site.connect()
        site.book("alice", minutes=3)
        return site

    def tap(self, site):
        message = wire.Tap("booth", BOOT, site.up, next(site.nonces), BADGES["alice"])
        said = services.handle(
            [receive(*wire.encode_up(message))], now=site.now, mono=site.mono, watch=site.watch
        )
        site.deliver(site.stocks.keep(said, site.mono))
        site.work()

    def test_a_tap_at_the_reader_switches_it_on_until_the_booking_ends(self, site):
        self.tap(site)
        assert site.plug.on
        site.pass_time(100)
        assert (site.plug.on, site.plug.switched_on) == (True, 1)
        site.pass_time(120)
        assert not site.plug.on
        assert Session.objects.get().state == "ended"

    def test_without_the_server_it_is_off_after_half_a_minute(self, site):
        self.tap(site)
        site.plug.wait(31)
        assert not site.plug.on

    @pytest.mark.parametrize("repeat", ["leaves it", "stops it"])
    def test_whatever_a_repeat_does_to_its_timer_it_is_bounded(self, site, repeat):
        """Its documentation does not say whether Switch.Set of what is on starts it anew."""
        site.plug.repeat = repeat
        self.tap(site)
        site.pass_time(11)
        if repeat == "stops it":
            assert not site.plug.on  # found in its status at once
        site.kill_gatekeeper()
        site.plug.wait(31)
        assert (site.plug.on, site.plug.switched_on) == (False, 1)

    def test_a_timer_that_no_repeat_starts_anew_ends_the_session_with_it(self, site):
        site.plug.repeat = "leaves it"
        self.tap(site)
        site.pass_time(35)
        assert not site.plug.on
        assert Session.objects.get().state == "ended"

    def test_every_switch_on_has_its_end_in_it(self):
        commands = adapter_of("shelly").on("saw-1", 30)
        frame = json.loads(commands[0].payload)
        assert frame["params"] == {"id": 0, "on": True, "toggle_after": 30}

    def test_a_delta_tells_only_what_has_changed(self):
        read = adapter_of("shelly").read
        plug = Shelly()
        ((topic, payload),) = plug.draw(1.5)
        assert (read(topic, payload).ma, read(topic, payload).on) == (1500, None)


DEEP = b'{"ENERGY":{"Current":' + b"[" * 600 + b"]" * 600 + b"}}"
MORE = ("tele/SENSOR", "tele/STATE", "stat/RESULT", "stat/STATUS8", "events/rpc", "reply/rpc",
        "status/switch:0", "")  # fmt: skip


class TestOneThatMeasuresNothing:
    def test_it_does_not_seem_to_stand_idle(self):
        plug = Tasmota()
        plug.measures = False
        site = StockSite(plug, "tasmota", idle_end_minutes=1)
        site.connect()
        site.pass_time(31)
        box = Device.objects.get(name="mill-1")
        assert (box.ma, box.lacks("current")) == (None, True)
        armed(site)
        site.pass_time(120)
        assert site.plug.on

    def test_what_measures_says_so_and_is_cut(self):
        site = StockSite(Tasmota(), "tasmota", idle_end_minutes=1)
        site.connect()
        assert not Device.objects.get(name="mill-1").lacks("current")
        armed(site)
        site.pass_time(70)
        assert not site.plug.on


class TestReading:
    @pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.speaks)
    @pytest.mark.parametrize(
        "payload",
        [b"", b"{", b"[]", b"null", b'{"POWER":[]}', b"\xff\xfe", b"9" * 5000, b"nan", DEEP],
    )
    def test_rubbish_on_any_topic_is_nothing(self, adapter, payload):
        plain = [topic.replace("#", "POWER") for topic in adapter.writes]
        for topic in [*plain, *MORE]:
            report = adapter.read(topic, payload)
            assert report is None or report.badge is None

    def test_phases_are_the_largest_and_nonsense_is_none(self):
        assert milliamperes([1.32, 2.1]) == 2100
        assert [milliamperes(x) for x in (True, "1", float("nan"), -1, 1e9, [], {})] == [None] * 7

    def test_badges_come_with_dashes_or_without(self):
        assert badge("04-a3-B2-c1") == badge("04A3B2C1") == "04A3B2C1"
        assert [badge(x) for x in ("", "4", "xyz1", None, "0" * 40)] == [None] * 5

    def test_a_version_no_wire_takes_is_made_one(self):
        said = b'{"StatusFWR":{"Version":"13\\ud800\\u0000.4"}}'
        assert adapter_of("tasmota").read("stat/STATUS2", said).fw == "13.4"

    def test_topics_of_others_are_nobodys(self):
        assert split("bk/1/saw-1/stat/POWER") == ("saw-1", "stat/POWER")
        assert split("tele/saw-1/LWT") == ("", "")


class TestOneThatBreaks:
    def test_a_memory_that_breaks_is_off_and_leaves_the_others_alone(self, monkeypatch, caplog):
        site = StockSite(Tasmota(), "tasmota")
        site.connect()
        armed(site)
        site.stocks.play({"mill-1": "tasmota", "saw-1": "esphome"}, site.mono)
        broken = site.stocks._devices["mill-1"]
        monkeypatch.setattr(type(broken), "_observe", crash_for(broken))
        (told, *_) = site.plug.tell_switch()
        arrived = [receive(f"{ROOT}mill-1/{told[0]}", told[1])]
        site.obey(site.stocks.translate(arrived, site.mono)[1])
        assert not site.plug.on
        assert "cannot play mill-1" in caplog.text
        topics = {out.topic for out in site.wait(20).stocks.tick(site.mono)}
        assert topics == {"bk/1/saw-1/ask"}
        monkeypatch.undo()
        site.connect()  # played anew
        site.pass_time(3)
        assert Device.objects.get(name="mill-1").state == "locked"


def crash_for(broken):
    observe = Emulated._observe

    def maybe(self, on, mono):
        if self is broken:
            raise RuntimeError("a bug")
        observe(self, on, mono)

    return maybe


class TestRisk:
    def test_high_risk_takes_no_stock_firmware(self):
        site = StockSite(Tasmota(), "tasmota")
        Device.objects.filter(name="mill-1").update(machine=None)
        ToolClass.objects.update(risk="high")
        device = Device.objects.get(name="mill-1")
        mill = Machine.objects.get(pk=site.mill.pk)
        with pytest.raises(DeviceError, match="risk"):
            attach_device(device=device, machine=mill, by=None, now=NOW)
        ToolClass.objects.update(risk="medium")
        mill.refresh_from_db()
        attach_device(device=device, machine=mill, by=None, now=NOW)

    @pytest.mark.parametrize("speaks", ["native", *FIRMWARES])
    def test_what_keeps_the_rules_itself_may_switch_everything(self, speaks):
        may = [risk for risk in ("low", "medium", "high") if may_switch(speaks, risk)]
        assert may == ["low", "medium", "high"][: 3 if speaks == "native" else 2]

    def test_what_has_no_timer_of_its_own_may_switch_only_what_does_not_hurt(self, monkeypatch):
        latching = replace(TASMOTA, abilities=replace(TASMOTA.abilities, lease=False))
        monkeypatch.setattr("access.adapters.ADAPTERS", (latching,))
        may = [risk for risk in ("low", "medium", "high") if may_switch("tasmota", risk)]
        assert may == ["low"]

    def test_the_last_step_of_adding_one_says_what_to_choose_instead(self, client):
        site = StockSite(Tasmota(), "tasmota")
        Device.objects.filter(name="mill-1").update(machine=None)
        ToolClass.objects.update(risk="high")
        client.force_login(site.world.dana)
        url = reverse("access:device_attach", args=[Device.objects.get(name="mill-1").pk])
        page = client.post(url, {"machine": site.mill.slug}).content.decode()
        assert "Choose a device that speaks protocol v1." in page
        assert Device.objects.get(name="mill-1").machine is None

    def test_a_tap_at_a_machine_that_became_high_risk_says_why_nothing_happens(self):
        site = StockSite(Shelly(), "shelly")
        Device.objects.filter(name="mill-1").update(is_reader=False)
        booth = Device.objects.create(
            name="booth",
            space=site.world.space,
            machine=site.mill,
            is_interlock=False,
            boot=BOOT,
            caps=["reader", "mac"],
        )
        site.connect()
        site.book("alice", minutes=30)
        ToolClass.objects.update(risk="high")
        site.obey(site.stocks.play(to_play(), site.mono))
        site.cut = True  # nobody listens to it any more
        site.pass_time(70)
        site.key = new_key(booth, by=None, now=site.now)
        tap = wire.Tap("booth", BOOT, site.up, next(site.nonces), BADGES["alice"])
        (answer,) = [said for said in site.handle(tap) if said.kind == "answer"]
        assert (answer.ok, answer.code) == (False, "interlock-unfit")

    def test_a_machine_that_becomes_high_risk_is_played_no_more(self):
        StockSite(Tasmota(), "tasmota")
        assert to_play() == {"mill-1": "tasmota"}
        ToolClass.objects.update(risk="high")
        assert to_play() == {}
