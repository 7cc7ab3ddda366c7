"""Adding a device step by step: left and taken up again anywhere, and never given power by it."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import wire
from access.adapters import SPEECHES
from access.broker.plan import Why
from access.models import (
    AccessEvent,
    BrokerStatus,
    Device,
    Door,
    MaintenanceGrant,
    Peripheral,
    Session,
    Stranger,
)
from access.pages.broker_line import CHANGES
from access.pages.recipes import BOOT as BY_HAND
from access.pages.set_up import serves, steps_of
from access.services import DeviceError, attach_device, register_device
from access.services.credentials import password_at
from access.services.parts import set_parts
from access.services.relay_tests import LENGTH, start_relay_test
from equipment import services as equipment
from equipment.models import ToolClass
from members.models import AccessEpoch, Badge, Change
from tests.access.world import BADGES, UNKNOWN, Site

NEW_BOOT = "5a51" * 4


@pytest.fixture
def site(db, settings):
    AccessEpoch.objects.get_or_create(pk=1)
    settings.BROKER_URL = "mqtt://benchkey:secret@127.0.0.1:1883"
    settings.BROKER_ADMIN = "mqtt://admin:secret@127.0.0.1:1883"
    settings.DEVICE_BROKER_URL = "mqtts://broker.lan:8883"
    return Site(now=timezone.now())


@pytest.fixture
def staff(client, site):
    client.force_login(site.world.dana)
    return client


@pytest.fixture
def saw(site):
    return register_device(
        name="saw-1", space=site.world.space, is_reader=True, is_interlock=True,
        is_enrolment=False, by=site.world.dana, now=site.now,
    )  # fmt: skip


def url(device, name="attach"):
    return reverse(f"access:device_{name}", args=[device.pk])


def fresh(device):
    return Device.objects.select_related("machine").get(pk=device.pk)


def set_up(device):
    found = fresh(device)
    return steps_of(found, serves(found))


def states(device):
    return {step.name: step.css for step in set_up(device)}


def texts(device):
    return {step.name: step.text for step in set_up(device)}


def issue(staff, device, seen_at=""):
    return staff.post(url(device, "credential"), {"seen_at": seen_at})


def seen_at(staff, device):
    return re.search(r'name="seen_at" value="([^"]*)"', staff.get(url(device)).content.decode())[1]


class TestCredential:
    def test_it_is_in_the_answer_once_and_nowhere_else(self, staff, saw):
        answer = issue(staff, saw)
        password = password_at(fresh(saw))
        assert password in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
        assert password not in staff.get(url(saw)).content.decode()
        assert staff.get(url(saw, "credential")).status_code == 405

    def test_sent_twice_it_takes_nothing_away(self, staff, saw):
        issue(staff, saw)
        before = password_at(fresh(saw))
        page = staff.get(issue(staff, saw).url).content.decode()
        assert "shown only once" in page
        assert password_at(fresh(saw)) == before

    def test_a_new_one_is_made_from_the_page(self, staff, saw):
        issue(staff, saw)
        before = password_at(fresh(saw))
        assert issue(staff, saw, seen_at(staff, saw)).status_code == 200
        assert password_at(fresh(saw)) != before

    @pytest.mark.parametrize("nonsense", ["now", "2026-13-45T00:00:00Z", "\x00", "9" * 5000])
    def test_nonsense_for_the_moment_changes_nothing(self, staff, saw, nonsense):
        issue(staff, saw)
        before = password_at(fresh(saw))
        assert issue(staff, saw, nonsense).status_code == 302
        assert password_at(fresh(saw)) == before

    def test_the_lines_hold_what_the_firmware_needs(self, staff, saw):
        page = unescape(issue(staff, saw).content.decode())
        password = password_at(fresh(saw))
        assert f"export BENCHKEY_DEVICE_PASSWORD={password}" in page
        assert "python -m device saw-1 --broker broker.lan:8883 --ca broker-ca.crt" in page
        assert "--caps relay,current,reader,display" in page

    def test_the_message_by_hand_is_protocol_v1(self, staff, saw):
        page = unescape(issue(staff, saw).content.decode())
        payload = re.search(r"-m '(\{.*\})'", page)[1]
        hello = wire.parse_up("bk/1/saw-1/up/hello", payload.encode())
        assert (hello.device, hello.boot) == ("saw-1", BY_HAND)

    def test_a_broker_of_others_needs_no_password(self, staff, saw, settings):
        settings.BROKER_ADMIN = settings.DEVICE_BROKER_URL = ""
        settings.BROKER_URL = "mqtt://127.0.0.1:1883"
        page = unescape(issue(staff, saw).content.decode())
        assert "not looked after by Benchkey" in page
        assert "BENCHKEY_DEVICE_PASSWORD" not in page
        assert "-u saw-1" not in page

    @pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.speaks)
    def test_every_firmware_there_is_has_something_to_flash_or_type(self, speech, staff, site):
        device = Device.objects.create(name="x-1", space=site.world.space, speaks=speech.speaks)
        page = unescape(issue(staff, device).content.decode())
        assert page.count('<pre class="code"') == len(speech.recipes) > 0

    def test_yaml_is_a_file_to_save_and_the_same_as_is_shown(self, staff, saw):
        page = issue(staff, saw).content.decode()
        (encoded,) = re.findall(r'href="data:[^,]*,([^"]*)" download="saw-1.yaml"', page)
        shown = re.findall(r'<pre class="code" tabindex="0"><code>(.*?)</code>', page, re.S)
        assert unquote(unescape(encoded)) == unescape(shown[0])


class TestParts:
    """Which reader, and whether there are keys: said where the lines to flash are made."""

    def yaml(self, staff, device, **parts):
        typed = {"seen_at": seen_at(staff, device), **parts}
        page = unescape(staff.post(url(device, "credential"), typed).content.decode())
        return re.search(r"<code>(# saw-1:.*?)</code>", page, re.S)[1]

    def test_they_are_kept_and_written_into_the_lines(self, staff, saw):
        yaml = self.yaml(staff, saw, reads_with="wiegand", has_keypad="on")
        assert "wiegand:" in yaml and "bench).typed(" in yaml
        assert (fresh(saw).reads_with, fresh(saw).has_keypad) == ("wiegand", True)
        assert Change.objects.filter(verb="set_parts").count() == 1
        page = staff.get(url(saw)).content.decode()
        assert '<option value="wiegand" selected' in page
        assert re.search(r'name="has_keypad"[^>]* checked', page)
        self.yaml(staff, saw, reads_with="wiegand", has_keypad="on")
        assert Change.objects.filter(verb="set_parts").count() == 1

    def test_a_part_that_is_none_makes_no_credential(self, staff, saw):
        answer = staff.post(url(saw, "credential"), {"seen_at": "", "reads_with": "nose"})
        assert "Choose the reader that is built in" in staff.get(answer.url).content.decode()
        assert fresh(saw).credential_at is None

    @pytest.mark.parametrize(
        ("speaks", "offered"),
        [
            ("native", ["pn532", "rc522", "wiegand"]),
            ("esphome", ["pn532", "rc522"]),
            ("tasmota", []),
            ("shelly", []),
        ],
    )
    def test_only_what_there_are_lines_for_is_offered(self, staff, saw, speaks, offered):
        Device.objects.filter(pk=saw.pk).update(speaks=speaks)
        page = staff.get(url(saw)).content.decode()
        assert re.findall(r'<option value="(\w+)"[^>]*>[^<]*(?:board|reader)', page) == offered
        assert ('name="has_keypad"' in page) == (speaks == "native")

    def test_no_lines_for_a_keypad_are_promised_to_stock_firmware(self, site, saw):
        Device.objects.filter(pk=saw.pk).update(speaks="esphome")
        for parts in ({"reads_with": "wiegand", "has_keypad": False},
                      {"reads_with": "pn532", "has_keypad": True}):  # fmt: skip
            with pytest.raises(DeviceError, match="no lines for that part"):
                set_parts(device=saw, by=site.world.dana, now=site.now, **parts)

    def test_an_interlock_reads_nothing(self, staff, saw):
        Device.objects.filter(pk=saw.pk).update(is_reader=False)
        assert 'name="reads_with"' not in staff.get(url(saw)).content.decode()

    def test_the_page_says_that_keys_are_missing(self, site, staff, saw):
        Device.objects.filter(pk=saw.pk).update(
            is_interlock=False, has_keypad=True, caps=["reader", "relay"], online=True,
            seen_at=site.now,
            machine=site.world.mill,
        )  # fmt: skip
        assert "names none. Flash it" in texts(saw)["online"]
        assert "nobody gets in" not in texts(saw)["machine"]
        ToolClass.objects.update(least_credential="pin")
        assert "asks for a PIN, and this reader has no keys" in texts(saw)["machine"]
        Device.objects.filter(pk=saw.pk).update(caps=["reader", "relay", "pin"])
        assert "keys" not in texts(saw)["online"] + texts(saw)["machine"]


class TestSteps:
    def test_they_are_done_one_after_the_other(self, site, staff, saw):
        assert states(saw) == {
            "credential": "next", "online": "", "tap": "", "machine": "", "relay": "",
        }  # fmt: skip
        issue(staff, saw)
        assert states(saw)["online"] == "next"
        self.comes_online(site)
        assert states(saw)["tap"] == "next"
        self.taps(site, UNKNOWN)
        assert states(saw)["machine"] == "next"
        attach_device(device=saw, machine=site.world.router, by=None, now=site.now)
        assert states(saw)["relay"] == "next"

    def test_the_broker_is_part_of_the_first(self, site, staff, saw):
        issue(staff, saw)
        assert "does not know it yet" in texts(saw)["credential"]
        Device.objects.filter(pk=saw.pk).update(broker_error="createClient: Internal error")
        assert "Internal error" in texts(saw)["credential"]
        told = fresh(saw).credential_at + timedelta(seconds=1)
        Device.objects.filter(pk=saw.pk).update(broker_error="", broker_told_at=told)
        assert "The broker knows it" in texts(saw)["credential"]

    def test_what_it_says_it_is_stands_beside_what_it_was_added_as(self, site, saw):
        self.comes_online(site, caps=("reader",))
        assert "1.2 box" in texts(saw)["online"]
        assert "names no relay" in texts(saw)["online"]

    def test_a_tap_shows_the_end_of_its_number_and_whose_it_is(self, site, saw):
        self.comes_online(site)
        self.taps(site, UNKNOWN)
        assert f"ends in {UNKNOWN[-4:]}, which is nobody's" in texts(saw)["tap"]
        self.taps(site, BADGES["alice"])
        assert f"ends in {BADGES['alice'][-4:]}, Alice Meyer's" in texts(saw)["tap"]
        assert not Session.objects.exists()
        assert UNKNOWN not in str(list(AccessEvent.objects.values_list("detail", flat=True)))

    def test_the_page_asks_once_what_it_drives_in_the_place_of_a_machine(self, staff, saw):
        with CaptureQueriesContext(connection) as asked:
            staff.get(url(saw))
        of_a_door = f'"access_door"."device_id" = {saw.pk}'
        assert sum(of_a_door in query["sql"] for query in asked) == 1

    def test_each_kind_has_its_own_steps(self, site):
        def names(name, **flags):
            device = Device.objects.create(name=name, space=site.world.space, **flags)
            return [step.name for step in steps_of(device, serves(device))]

        assert names("desk-1", is_interlock=False, is_enrolment=True) == [
            "credential", "online", "tap",
        ]  # fmt: skip
        assert names("box-1", is_reader=False) == ["credential", "online", "machine", "relay"]
        assert names("reader-1", is_interlock=False) == ["credential", "online", "tap", "machine"]

    def test_the_page_asks_little(self, site, staff, saw, django_assert_max_num_queries):
        staff.get(url(saw))
        with django_assert_max_num_queries(16):
            staff.get(url(saw))

    def comes_online(self, site, caps=("relay", "reader")):
        hello = wire.Hello(
            device="saw-1", boot=NEW_BOOT, up=site.up, fw="1.2", model="box", why="power",
            caps=caps, list=0, jrn=0,
        )  # fmt: skip
        state = {"device": "saw-1", "boot": NEW_BOOT, "up": site.up, "st": "locked", "relay": False}
        (sync,) = [m for m in site.handle(hello, wire.State(**state, n=1)) if m.kind == "sync"]
        site.handle(wire.State(**state, n=2, id=sync.id))

    def taps(self, site, badge):
        tap = {"device": "saw-1", "boot": NEW_BOOT, "up": site.up, "nonce": next(site.nonces)}
        (answer,) = site.handle(wire.Tap(**tap, badge=badge))
        assert not answer.ok
        assert answer.grant is None


class TestRelay:
    """The mill's own box, on the mill; Dana is staff and has a badge."""

    def start(self, site):
        return start_relay_test(device=site.device, by=site.world.dana, now=site.now)

    def test_the_own_tap_switches_on_until_the_seconds_are_over(self, site):
        leave = self.start(site)
        answer = site.wait(3).tap("dana")
        assert answer.ok
        assert answer.grant.exp == site.up + 17
        site.sid = answer.grant.sid
        site.state("armed", site.sid)
        assert site.session.ground == Session.Ground.MAINTENANCE
        site.wait(18).sweep()
        assert site.session.state == "closing"
        assert leave.until - leave.since == LENGTH

    def test_nobody_elses_tap_does(self, site):
        self.start(site)
        assert not site.tap("charlie").ok
        assert not site.tap("alice").ok

    def test_nor_does_the_page_itself_or_a_tap_that_comes_late(self, site):
        self.start(site)
        assert site.sweep() == []
        assert site.state() == []
        assert not site.wait(LENGTH.total_seconds() + 1).tap("dana").ok

    def test_it_is_heard_and_on_record(self, site):
        self.start(site)
        site.sid = site.tap("dana").grant.sid
        site.state("armed", site.sid)
        assert states(site.device)["relay"] == "done"
        assert Change.objects.filter(verb="test_relay", actor=site.world.dana).count() == 1
        assert MaintenanceGrant.objects.get().why == "Relay test of mill-1"

    def test_a_longer_leave_gives_way(self, site):
        now = site.now
        longer = MaintenanceGrant.objects.create(
            machine=site.mill, member=site.world.dana, why="belt", since=now,
            until=now + timedelta(hours=1),
        )  # fmt: skip
        self.start(site)
        longer.refresh_from_db()
        assert longer.withdrawn_at == now
        assert site.tap("dana").grant.exp == site.up + LENGTH.total_seconds()

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda site: equipment.lock_out(
                machine=site.mill, why="Belt torn", by=None, now=site.now), "locked out"),
            (lambda site: site.arm(), "Somebody is at"),
            (lambda site: site.book("dana"), "booked just now"),
            (lambda site: site.book("alice"), "booked just now"),
            (lambda site: Badge.objects.filter(member=site.world.dana).delete(), "no badge"),
            (lambda site: attach_device(
                device=site.device, machine=None, by=None, now=site.now), "on no machine"),
        ],
    )  # fmt: skip
    def test_what_would_make_it_more_than_a_test_is_refused(self, site, spoil, words):
        spoil(site)
        device = fresh(site.device)
        with pytest.raises(DeviceError, match=words):
            start_relay_test(device=device, by=site.world.dana, now=site.now)
        assert not MaintenanceGrant.objects.exists()

    def test_the_page_asks_whether_one_stands_there(self, site, staff):
        answer = staff.post(url(site.device, "relay_test"), {})
        assert "Go to the machine first" in staff.get(answer.url).content.decode()
        assert not MaintenanceGrant.objects.exists()
        answer = staff.post(url(site.device, "relay_test"), {"ready": "on"})
        assert "Tap your badge now" in staff.get(answer.url).content.decode()
        assert MaintenanceGrant.objects.count() == 1


class TestList:
    def page(self, staff):
        return staff.get(reverse("access:devices")).content.decode()

    def test_a_stranger_is_added_from_the_list_under_its_name(self, site, staff):
        now = site.now
        Stranger.objects.create(
            name="lost-1", speaks="native", firmware="9.9", first_at=now, last_at=now
        )
        page = self.page(staff)
        assert "9.9" in page
        link = re.search(r'href="([^"]*name=lost-1)"', page)[1]
        assert 'value="lost-1"' in staff.get(link).content.decode()
        typed = {"name": "lost-1", "space": "northside", "kind": "box", "speaks": "native"}
        staff.post(reverse("access:device_create"), typed)
        assert not Stranger.objects.exists()
        assert Device.objects.get(name="lost-1").machine is None

    @pytest.mark.parametrize("kind", ["door", "extractor"])
    def test_what_serves_something_else_is_offered_no_machine(self, site, staff, kind):
        box = Device.objects.create(name="box-9", space=site.world.space, caps=["reader", "door"])
        page = staff.get(reverse("access:device_attach", args=[box.pk])).content.decode()
        assert "Put it there" in page
        assert "Set it up under" in page
        if kind == "door":
            Door.objects.create(space=site.world.space, name="Front door", device=box)
        else:
            Peripheral.objects.create(name="Extractor", device=box)
        page = staff.get(reverse("access:device_attach", args=[box.pk])).content.decode()
        assert "Put it there" not in page
        assert "It serves " in page
        assert "Tap a badge at it that is nobody" in page
        assert "names no relay" not in page
        assert "Let it work on its own" not in page
        assert "Once it is on a machine" not in page

    @pytest.mark.parametrize(
        ("kind", "line", "todo", "told"),
        [
            ("door", ("tap", "door-open"), "may come in now", "Last told to open"),
            ("extractor", ("run", "offered"), "a machine it runs with", "Last told to run"),
        ],
    )
    def test_what_serves_something_else_was_heard_once_it_was_told_to(
        self, site, kind, line, todo, told
    ):
        box = Device.objects.create(name="box-9", space=site.world.space)
        if kind == "door":
            Door.objects.create(space=site.world.space, name="Front door", device=box)
        else:
            Peripheral.objects.create(name="Extractor", device=box)
        assert todo in texts(box)["relay"]
        assert states(box)["relay"] != "done"
        AccessEvent.objects.create(device=box, at=site.now, kind=line[0], code=line[1])
        assert texts(box)["relay"].startswith(told)
        assert states(box)["relay"] == "done"

    def test_where_no_interlock_is_free_the_way_to_one_is_shown(self, site, staff):
        url = reverse("access:peripheral_create")
        assert "There is no free interlock yet" in staff.get(url).content.decode()
        Device.objects.create(name="box-9", space=site.world.space)
        assert "There is no free interlock yet" not in staff.get(url).content.decode()

    def test_it_says_how_the_broker_stands(self, site, staff, settings):
        assert "has not looked at it yet" in self.page(staff)
        now = site.now
        BrokerStatus.objects.create(checked_at=now, foreign=["grafana"])
        assert "grafana" in self.page(staff)
        BrokerStatus.objects.update(trouble="no broker", mended=["role mill-1"], mended_at=now)
        page = self.page(staff)
        assert "no broker" in page
        assert "mill-1 had other rights" in page
        settings.BROKER_ADMIN = ""
        assert "not looked after from here" in self.page(staff)

    def test_users_that_others_made_are_named_with_the_way_to_remove_them(
        self, site, staff, settings
    ):
        status = BrokerStatus.objects.create(checked_at=site.now)
        assert 'id="foreign"' not in self.page(staff)
        status.foreign = [f"user-{n}" for n in range(9)]
        status.save()
        page = self.page(staff)
        assert "9 users of the broker were not made here" in page
        assert "user-7 …" in page
        assert "never write below bk/1/" in page
        settings.BROKER_ADMIN = "mqtt://the-admin:secret@127.0.0.1:1883"
        page = self.page(staff)
        assert "mosquitto_ctrl -u the-admin dynsec deleteClient NAME" in page
        assert "secret" not in page
        settings.BROKER_ADMIN = "files:/opt/benchkey/var/broker"
        page = self.page(staff)
        assert "mosquitto_ctrl" not in page
        assert "Take its lines out of both files" in page

    def test_every_change_it_may_tell_of_has_words(self):
        assert set(CHANGES) == set(Why)

    def test_two_who_add_one_name_get_one_device(self, site, staff):
        typed = {"name": "saw-9", "space": "northside", "kind": "box", "speaks": "native"}
        first = staff.post(reverse("access:device_create"), typed)
        second = staff.post(reverse("access:device_create"), typed)
        assert (first.status_code, second.status_code) == (302, 200)
        assert "Choose another name" in second.content.decode()
        assert Device.objects.filter(name="saw-9").count() == 1
