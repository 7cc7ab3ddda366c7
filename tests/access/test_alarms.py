"""Alarms: once for one cause, through restarts, and over when the cause is gone."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings
from django.urls import reverse

import wire
from access.models import Alarm, Device, Door
from access.pages.overview import lines_for
from access.services import revoke_device
from access.services.gatekeepers import note_jump
from access.services.messages import DOUBTS
from access.services.trust import Doubt
from access.troubles import FAULTS, TROUBLES, Code, OwnCode, Seen, is_over, only_happened
from access.watch import Watch
from members.models import Change, Role, Space
from members.permissions import CARETAKERS
from notices.models import Outbox
from tests.access.world import BOOT, OTHER_BOOT, Site, kinds, replace
from tests.people import NOW

HOUR = timedelta(hours=1)
WELL = Seen(online=True, relay=False, state="locked", fault="", seen_at=NOW)


def standing():
    return list(Alarm.objects.filter(cleared_at=None).values_list("code", flat=True))


LASTING = sorted(code for code, trouble in TROUBLES.items() if trouble.over is not None)
HAPPENED = sorted(set(TROUBLES) - set(LASTING))


def raised():
    """The code of every alarm(batch, box, "code", …) that the room can raise."""
    for path in Path(settings.BASE_DIR, "access").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "alarm":
                yield node.args[2]


class TestWords:
    def test_every_alarm_that_can_be_raised_says_what_to_do(self):
        literal = {code.value for code in raised() if isinstance(code, ast.Constant)}
        assert literal | set(get_args(Doubt)) == set(get_args(Code))
        assert set(get_args(Code)) | FAULTS.keys() == TROUBLES.keys()
        assert all(str(trouble.todo).strip() for trouble in TROUBLES.values())

    def test_every_alarm_stands_in_the_documentation(self):
        page = Path(settings.BASE_DIR, "docs", "sessions.md").read_text()
        _before, _alarm, rest = page.partition("| alarm |")
        tables = rest.partition("\n## ")[0]
        cells = [line.split("|")[1] for line in tables.splitlines() if line.startswith("| `")]
        named = set(re.findall(r"`([\w-]+)`", " ".join(cells)))
        assert named == TROUBLES.keys() | set(get_args(OwnCode))

    def test_only_what_is_doubted_of_a_message_is_raised_by_another_name(self):
        assert set(get_args(Doubt)) == DOUBTS.keys()
        named = [code for code in raised() if not isinstance(code, ast.Constant)]
        assert [ast.unparse(code) for code in named] == ["code"]

    def test_staff_read_what_happened_and_what_to_do(self, site):
        for code in TROUBLES:
            Alarm.objects.create(device=site.device, code=code, words="as raised", raised_at=NOW)
        (line,) = lines_for(site.world.dana, CARETAKERS, site.now)
        told = {told.alarm.code: (told.what, told.todo) for told in line.alarms}
        assert "its key did not sign" in told["bad-signature"][0]
        assert "new credential" in told["bad-signature"][1]
        assert [code for code, (what, _todo) in told.items() if what == "as raised"] == [
            "offline-doubt"
        ]


class TestPurely:
    @pytest.mark.parametrize("code", LASTING)
    def test_a_device_that_is_well_again_has_no_trouble(self, code):
        assert is_over(code, WELL, NOW, NOW)

    @pytest.mark.parametrize("code", HAPPENED)
    def test_what_only_happened_is_over_when_somebody_has_seen_it(self, code):
        assert only_happened(code)
        assert not is_over(code, WELL, NOW, NOW + 1000 * HOUR)

    def test_a_name_of_a_fault_that_firmware_made_up_has_had_its_hour(self):
        assert not only_happened("too-hot")
        assert not is_over("too-hot", WELL, NOW, NOW + HOUR)
        assert is_over("too-hot", WELL, NOW, NOW + HOUR + timedelta(seconds=1))

    @pytest.mark.parametrize("code", sorted(set(LASTING) - {"peripheral-off"}))
    def test_one_that_was_not_heard_since_has(self, code):
        assert not is_over(code, WELL, NOW + HOUR, NOW + HOUR)
        assert not is_over(code, replace(WELL, online=False), NOW, NOW)

    @pytest.mark.parametrize("code", ["off-unconfirmed", "on-unasked", "unknown-session"])
    def test_what_is_on_is_not_over(self, code):
        assert not is_over(code, replace(WELL, relay=True, state="armed"), NOW, NOW)

    def test_a_fault_stands_until_it_is_none(self):
        stuck = replace(WELL, state="fault", fault="contactor-stuck")
        assert not is_over("contactor-stuck", stuck, NOW, NOW + HOUR)
        strange = replace(WELL, state="fault", fault="too-hot")
        assert not is_over("too-hot", strange, NOW, NOW + 2 * HOUR)

    def test_a_peripheral_is_missed_while_it_is_needed(self):
        needed = replace(WELL, is_needed=True)
        assert not is_over("peripheral-off", needed, NOW, NOW)
        assert is_over("peripheral-off", replace(needed, relay=True), NOW, NOW)

    @pytest.mark.parametrize("code", sorted(TROUBLES))
    def test_what_is_revoked_troubles_nobody(self, code):
        gone = replace(WELL, online=False, relay=True, is_revoked=True, is_needed=True)
        assert is_over(code, gone, NOW, NOW)


def fall_silent(site):
    site.state()
    site.wait(36).sweep(redecide_all=False)


class TestStanding:
    def test_silence_is_over_when_it_speaks(self, site):
        fall_silent(site)
        assert standing() == ["silent"]
        site.wait(10).state()
        site.wait(1).sweep(redecide_all=False)
        assert standing() == []
        assert site.events("alarm-over") == ["silent"]

    def test_a_restart_raises_it_no_second_time(self, site):
        fall_silent(site)
        for _ in range(3):
            site.watch = Watch()
            site.watch.connect(site.mono)
            Device.objects.update(online=True)
            site.watch.heard["mill-1"] = site.mono
            site.wait(36).sweep(redecide_all=False)
        assert site.events("alarm") == ["silent"]
        assert Outbox.objects.filter(kind="alarm", to=site.world.dana).count() == 1

    def test_what_comes_and_goes_stands_each_time_but_is_sent_once_in_a_while(self, site):
        for _ in range(3):
            fall_silent(site)
            site.wait(5).state()
            site.wait(1).sweep(redecide_all=False)
        assert site.events("alarm") == ["silent"] * 3
        assert Outbox.objects.filter(kind="alarm", to=site.world.dana).count() == 1

    def test_a_stuck_contactor_is_over_after_the_restart_that_mended_it(self, site):
        site.state("fault", fault="contactor-stuck")
        site.wait(1).sweep(redecide_all=False)
        assert standing() == ["contactor-stuck"]
        (sync,) = site.wait(60).state(boot=OTHER_BOOT, n=1, up=1)
        site.state(boot=OTHER_BOOT, n=2, up=1, id=sync.id)
        site.wait(1).sweep(redecide_all=False)
        assert standing() == []

    def test_a_device_that_is_revoked_has_no_alarms(self, site):
        fall_silent(site)
        revoke_device(device=site.device, by=site.world.dana, now=site.now)
        site.wait(1).sweep(redecide_all=False)
        assert standing() == []


class TestMismatch:
    def test_on_for_nobody_is_told_off_with_every_state_and_an_alarm_once(self, site):
        for _ in range(3):
            (off,) = site.wait(10).state("armed", relay=True)
            assert (off.kind, off.sid, off.mode) == ("off", "*", "stop")
        assert site.events("alarm") == ["on-unasked"]
        assert site.wait(10).state() == []
        site.wait(1).sweep(redecide_all=False)
        assert standing() == []

    @pytest.mark.parametrize("is_interlock", [True, False])
    def test_a_door_that_buzzes_is_no_mismatch(self, site, is_interlock):
        front = Device.objects.create(
            name="front", space=site.world.space, is_interlock=is_interlock, boot=BOOT, online=True
        )
        Door.objects.create(space=site.world.space, name="Front door", device=front)
        buzzing = wire.State("front", BOOT, site.up, 1, "locked", relay=True)
        assert site.handle(buzzing) == []
        assert site.events("alarm") == []

    def test_off_for_somebody_is_an_alarm_if_it_lasts(self, site):
        site.arm()
        for _ in range(5):
            assert "lease" in kinds(site.wait(10).state("armed", site.sid, relay=False))
        assert site.events("alarm") == ["off-unasked"]
        site.wait(10).state("armed", site.sid)
        site.wait(1).sweep(redecide_all=False)
        assert standing() == []

    def test_not_if_it_is_over_in_a_moment(self, db):
        site = Site()
        site.arm()
        site.wait(10).state("armed", site.sid, relay=False)
        site.wait(10).state("armed", site.sid)
        site.wait(25).state("armed", site.sid, relay=False)
        assert site.events("alarm") == []


def cheat(site, nonce="a" * 24):
    """Two badges under one number."""
    site.tap("charlie", nonce=nonce)
    assert site.tap("alice", nonce=nonce).code == "nonce-reuse"


class TestSeen:
    """What only happened, at night say, waits for somebody who looks."""

    def see(self, client, alarm):
        return client.post(reverse("access:alarm_seen", args=[alarm.pk]))

    @pytest.fixture
    def dana(self, site, client):
        client.force_login(site.world.dana)
        return client

    def test_it_stands_the_next_morning_until_it_was_seen(self, site, dana):
        cheat(site)
        site.wait(10 * 3600).sweep(redecide_all=False)
        assert standing() == ["nonce-reuse"]
        page = dana.get(reverse("access:devices")).content.decode()
        assert "It sent two badges under one number" in page
        alarm = Alarm.objects.get()
        assert reverse("access:alarm_seen", args=[alarm.pk]) in page
        assert self.see(dana, alarm).status_code == 302
        alarm.refresh_from_db()
        assert (alarm.cleared_by, standing()) == (site.world.dana, [])
        assert Change.objects.get(verb="see_alarm").actor == site.world.dana

    def test_twice_is_once(self, site, dana):
        cheat(site)
        for _ in range(2):
            self.see(dana, Alarm.objects.get())
        assert Change.objects.filter(verb="see_alarm").count() == 1

    def test_the_same_again_after_an_hour_is_told_anew_and_of_its_kind_one_stands(self, site):
        for hour in range(3):
            cheat(site, f"{hour:024x}")
            cheat(site, f"{hour + 16:024x}")
            site.sweep(redecide_all=False)
            assert standing() == ["nonce-reuse"]
            site.wait(3601).sweep(redecide_all=False)
        assert Alarm.objects.count() == 3
        assert Outbox.objects.filter(kind="alarm", to=site.world.dana).count() == 3

    def test_once_seen_it_is_raised_again_at_once(self, site, dana):
        cheat(site)
        self.see(dana, Alarm.objects.get())
        site.wait(1).sweep(redecide_all=False)
        cheat(site, "b" * 24)
        assert standing() == ["nonce-reuse"]

    def test_what_lasts_is_over_when_its_cause_is_and_not_when_seen(self, site, dana):
        fall_silent(site)
        alarm = Alarm.objects.get()
        assert self.see(dana, alarm).status_code == 404
        page = dana.get(reverse("access:devices")).content.decode()
        assert "alarms/" not in page
        assert standing() == ["silent"]

    def test_a_clock_that_jumped_stands_beside_the_gatekeeper(self, site, dana):
        note_jump(seconds=1200, now=site.now)
        site.sweep(redecide_all=False)
        page = dana.get(reverse("access:devices")).content.decode()
        assert "The clock of the gatekeeper jumped by +1200 s." in page
        self.see(dana, Alarm.objects.get())
        assert standing() == []

    def test_another_spaces_is_not_theirs_to_see(self, site, dana):
        cheat(site)
        other = Space.objects.create(name="Southside", slug="southside")
        Role.objects.filter(member=site.world.dana).update(space=other)
        assert self.see(dana, Alarm.objects.get()).status_code == 404
        assert standing() == ["nonce-reuse"]
