"""Devices are added, attached and revoked; whoever is at the machine is switched off properly."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

import wire
from access import services
from access.answers import would_answer
from access.models import Device, GatekeeperStatus
from access.services import DeviceError, attach_device, devices, register_device, revoke_device
from equipment.models import Machine
from members.models import Change, Role, Space
from tests.access.test_sweeping import offs
from tests.access.world import BADGES, BOOT, Site


@pytest.fixture
def site(db):
    return Site(now=timezone.now())


def move(site, machine):
    return attach_device(device=site.device, machine=machine, by=site.world.dana, now=site.now)


def revoke(site):
    return revoke_device(device=site.device, by=site.world.dana, now=site.now)


def a_new_one(site, **changes):
    fields = {
        "name": "mill-2",
        "space": site.world.space,
        "machine": site.mill,
        "is_reader": True,
        "is_interlock": True,
        "is_enrolment": False,
    }
    return register_device(**fields | changes, by=site.world.dana, now=site.now)


def unlocks(machine):
    return Machine.objects.get(pk=machine.pk).has_interlock


class TestMoving:
    def test_the_interlock_of_a_machine_is_kept_in_step(self, site):
        move(site, site.world.router)
        assert (unlocks(site.mill), unlocks(site.world.router)) == (False, True)
        move(site, None)
        assert not unlocks(site.world.router)

    def test_a_reader_alone_unlocks_nothing(self, site):
        move(site, None)
        a_new_one(site, is_interlock=False)
        assert not unlocks(site.mill)

    def test_each_is_one_change_and_seen_by_the_gatekeeper(self, site):
        before = services.epoch()
        device = a_new_one(site, machine=None)
        attach_device(device=device, machine=site.world.router, by=None, now=site.now)
        attach_device(device=device, machine=site.world.router, by=None, now=site.now)
        attach_device(device=device, machine=None, by=None, now=site.now)
        revoke_device(device=device, by=None, now=site.now)
        revoke_device(device=device, by=None, now=site.now)
        made = Change.objects.filter(subject_kind="access.Device", subject_id=device.pk)
        verbs = ["register_device", "attach_device", "detach_device", "revoke_device"]
        assert list(made.values_list("verb", flat=True)) == verbs
        assert services.epoch() == before + 4

    def test_one_machine_has_one_interlock(self, site):
        with pytest.raises(DeviceError, match="mill-1"):
            a_new_one(site)
        assert not Device.objects.filter(name="mill-2").exists()

    def test_a_machine_of_another_space_is_refused(self, site):
        far = Space.objects.create(name="Southside", slug="southside")
        with pytest.raises(DeviceError, match="another space"):
            a_new_one(site, space=far)

    def test_a_name_is_given_once(self, site):
        revoke(site)
        with pytest.raises(DeviceError, match="another name"):
            a_new_one(site, name="mill-1")


class TestInUse:
    """Alice is at the mill while its device is taken away."""

    @pytest.fixture
    def armed(self, site):
        site.arm()
        return site

    def test_the_old_device_is_switched_off_and_its_proof_frees_the_machine(self, armed):
        move(armed, None)
        assert armed.session.state == "closing"
        assert offs(armed.sweep()) == [("stop", "detached")]
        armed.wait(2)
        assert offs(armed.sweep()) == [("stop", "detached")]
        armed.state()
        armed.sweep()
        assert (armed.session.state, armed.session.end_reason) == ("ended", "detached")

    def test_until_then_a_new_device_waits(self, armed):
        move(armed, None)
        device = a_new_one(armed)
        Device.objects.filter(pk=device.pk).update(boot=BOOT, online=True, state="locked")
        tap = {"device": "mill-2", "boot": BOOT, "badge": BADGES["alice"], "up": armed.up}
        (early,) = armed.handle(wire.Tap(**tap, nonce="a" * 24))
        armed.state()
        armed.sweep()
        (late,) = armed.handle(wire.Tap(**tap, nonce="b" * 24))
        assert (early.code, late.code) == ("machine-finishing", "granted")

    def test_a_state_that_still_holds_it_is_no_proof(self, armed):
        move(armed, armed.world.router)
        armed.state("armed", armed.sid)
        assert armed.sweep() != []
        assert armed.session.state == "closing"

    def test_a_device_that_restarts_has_let_go(self, armed):
        move(armed, None)
        Device.objects.update(boot="dead" * 4, state="locked", relay=False)
        armed.sweep()
        assert armed.session.state == "ended"

    def test_a_revoked_one_is_believed_that_it_let_go_and_nothing_else(self, armed):
        revoke(armed)
        assert offs(armed.sweep()) == [("stop", "device-revoked")]
        assert armed.handle(armed.a_tap()) == []
        armed.state("armed", armed.sid)
        assert armed.session.state == "closing"
        armed.state()
        assert (armed.session.state, armed.session.end_reason) == ("ended", "device-revoked")

    def test_a_revoked_one_is_waited_for_no_longer_than_it_could_be_on(self, armed):
        revoke(armed)
        armed.sweep()
        armed.wait(400).sweep()
        assert (armed.session.state, armed.session.end_reason) == ("ended", "lost")

    def test_the_machine_of_one_that_was_revoked_says_why_it_waits_and_until_when(self, armed):
        revoke(armed)
        armed.sweep()
        device = a_new_one(armed)
        Device.objects.filter(pk=device.pk).update(boot=BOOT, online=True, state="locked")
        tap = {"device": "mill-2", "boot": BOOT, "badge": BADGES["dana"], "up": armed.up}
        (told,) = armed.handle(wire.Tap(**tap, nonce="a" * 24))
        page = would_answer(member=armed.world.dana, machine=armed.mill, now=armed.now)
        assert told.code == page.reasons[0].code == "interlock-revoked"
        assert page.reasons[0].params["until"] == armed.now + timedelta(seconds=62)


def add(client, **changes):
    typed = {"name": "saw-1", "space": "northside", "kind": "box", "speaks": "native"}
    return client.post(reverse("access:device_create"), typed | changes)


class TestPages:
    @pytest.fixture
    def staff(self, client, site):
        client.force_login(site.world.dana)
        return client

    def page_of(self, site, name="attach"):
        return reverse(f"access:device_{name}", args=[site.device.pk])

    def test_a_device_is_added_and_led_on(self, site, staff):
        assert (
            reverse("access:device_create") in staff.get(reverse("access:devices")).content.decode()
        )
        answer = add(staff)
        device = Device.objects.get(name="saw-1")
        assert (device.is_reader, device.is_interlock, device.machine) == (True, True, None)
        page = staff.get(answer.url).content.decode()
        assert "Make its credential" in page

    @pytest.mark.parametrize(
        ("kind", "flags"),
        [
            ("box", (True, True, False)),
            ("interlock", (False, True, False)),
            ("reader", (True, False, False)),
            ("desk", (True, False, True)),
        ],
    )
    def test_its_kind_says_what_it_may(self, site, staff, kind, flags):
        add(staff, kind=kind)
        device = Device.objects.get(name="saw-1")
        assert (device.is_reader, device.is_interlock, device.is_enrolment) == flags

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"name": "Saw 1"}, "Only a to z"),
            ({"name": "#"}, "Only a to z"),
            ({"name": "+"}, "Only a to z"),
            ({"name": "benchkey"}, "own name"),
            ({"name": "benchkey-gatekeeper"}, "own name"),
            ({"name": "admin"}, "own name"),
            ({"name": "mill-1"}, "Choose another name"),
            ({"kind": ""}, "This field is required"),
            ({"speaks": "morse"}, "Select a valid choice"),
        ],
    )
    def test_what_cannot_be_is_told_and_what_was_typed_is_kept(self, site, staff, typed, words):
        page = add(staff, **typed).content.decode()
        assert words in page
        assert f'value="{typed.get("name", "saw-1")}"' in page
        assert Device.objects.count() == 1

    def test_the_names_of_users_and_gatekeepers_are_the_servers(self, site, staff, settings):
        settings.BROKER_URL = "mqtt://northside:x@127.0.0.1"
        settings.BROKER_ADMIN = "mqtt://keeper:x@127.0.0.1"
        now = site.now
        GatekeeperStatus.objects.create(name="second", started_at=now, beat_at=now)
        for name in ("northside", "keeper", "second"):
            assert "own name" in add(staff, name=name).content.decode()

    def test_it_is_attached_and_taken_off(self, site, staff):
        staff.post(self.page_of(site), {"machine": "cnc-router"})
        assert site.box().machine == site.world.router
        staff.post(self.page_of(site), {"machine": ""})
        assert site.box().machine is None

    def test_a_machine_that_has_one_keeps_it(self, site, staff):
        a_new_one(site, machine=site.world.router)
        page = staff.post(self.page_of(site), {"machine": "cnc-router"}).content.decode()
        assert "Take that one off it first" in page
        assert site.box().machine == site.mill

    def test_it_is_revoked_by_post_alone(self, site, staff):
        url = self.page_of(site, "revoke")
        assert "disconnected within a second" in staff.get(url).content.decode()
        assert site.box().revoked_at is None
        staff.post(url)
        assert site.box().revoked_at is not None
        assert staff.get(url).status_code == 404

    @pytest.mark.parametrize("name", ["device_attach", "device_revoke"])
    def test_while_taps_are_answered_it_is_told_to_try_again(self, site, staff, name, monkeypatch):
        def busy():
            raise OperationalError("canceling statement due to lock timeout")

        monkeypatch.setattr(devices, "hold_facts", busy)
        answer = staff.post(reverse(f"access:{name}", args=[site.device.pk]), {"machine": ""})
        assert answer.status_code == 200
        assert "Try again." in answer.content.decode()
        assert site.box().machine == site.mill
        assert site.box().revoked_at is None

    def test_it_is_another_spaces_staffs_to_change(self, site, staff):
        far = Space.objects.create(name="Southside", slug="southside")
        Role.objects.filter(member=site.world.dana).update(space=far)
        assert staff.post(self.page_of(site), {"machine": ""}).status_code == 404
        assert staff.post(self.page_of(site, "revoke")).status_code == 404
        assert "Select a valid choice" in add(staff).content.decode()
        assert site.box().machine == site.mill

    def test_a_maintainer_looks_and_changes_nothing(self, site, client):
        Role.objects.create(member=site.world.bob, space=None, kind=Role.Kind.MAINTAINER)
        client.force_login(site.world.bob)
        seen = client.get(reverse("access:devices")).content.decode()
        assert "mill-1" in seen
        assert reverse("access:device_create") not in seen
        assert add(client).status_code == 403
        assert client.post(self.page_of(site, "revoke")).status_code == 403
