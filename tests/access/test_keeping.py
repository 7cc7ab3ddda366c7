"""Staff set up doors, their hours, and what runs with machines."""

from datetime import time

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Device, Door, DoorWindow, Peripheral
from access.services import DeviceError, attach_device
from access.services.keeping import keep_door, keep_peripheral
from members.models import Change, Role, Space
from tests.access.world import Site


@pytest.fixture
def site(db):
    site = Site(now=timezone.now())
    space = site.world.space
    site.reader = Device.objects.create(name="front", space=space, is_interlock=False)
    site.box = Device.objects.create(name="extractor-1", space=space, is_reader=False)
    return site


@pytest.fixture
def staff(client, site):
    client.force_login(site.world.dana)
    return client


def a_door(site, **changes):
    given = {
        "door": None,
        "space": site.world.space,
        "name": "Front door",
        "device": site.reader,
        "pulse_ms": 3000,
        "by": site.world.dana,
        "now": site.now,
    }
    return keep_door(**(given | changes))


def an_extractor(site, **changes):
    given = {
        "peripheral": None,
        "name": "Extractor",
        "device": site.box,
        "machines": [site.mill],
        "run_on_seconds": 60,
        "by": site.world.dana,
        "now": site.now,
    }
    return keep_peripheral(**(given | changes))


class TestServices:
    def test_a_reader_that_says_it_has_no_relay_for_a_door_is_none(self, site):
        site.reader.caps = ["reader", "relay"]
        with pytest.raises(DeviceError, match="Put “door” in the place of “relay”"):
            a_door(site)
        site.reader.caps = ["reader", "door"]
        assert a_door(site).device == site.reader

    def test_one_that_was_never_heard_may_be_built_for_it(self, site):
        assert site.reader.caps == []
        assert a_door(site).device == site.reader

    def test_stock_firmware_opens_no_door_since_it_knows_no_pulse(self, site):
        Device.objects.filter(pk=site.reader.pk).update(profile="stock", speaks="esphome")
        site.reader.refresh_from_db()
        with pytest.raises(DeviceError, match="protocol v1"):
            a_door(site)
        assert not Door.objects.exists()

    def test_each_is_one_change_and_the_same_again_none(self, site):
        door, extractor = a_door(site), an_extractor(site)
        a_door(site, door=door)
        an_extractor(site, peripheral=extractor)
        verbs = list(Change.objects.order_by("pk").values_list("verb", flat=True))
        assert verbs[-2:] == ["add_door", "add_peripheral"]

    def test_a_device_drives_one_thing(self, site):
        a_door(site)
        with pytest.raises(DeviceError, match="serves Front door"):
            an_extractor(site, device=site.reader)
        with pytest.raises(DeviceError, match="serves Front door"):
            attach_device(device=site.reader, machine=site.mill, by=None, now=site.now)
        with pytest.raises(DeviceError, match="is on CNC mill"):
            a_door(site, name="Back door", device=site.device)

    def test_nothing_of_another_space(self, site):
        elsewhere = Space.objects.create(name="Southside", slug="southside")
        far = Device.objects.create(name="far", space=elsewhere)
        with pytest.raises(DeviceError):
            a_door(site, device=far)
        with pytest.raises(DeviceError):
            an_extractor(site, device=far)

    def test_a_name_is_given_once_in_a_space(self, site):
        a_door(site)
        with pytest.raises(DeviceError, match="Choose another name"):
            a_door(site, device=None)

    def test_another_device_begins_anew(self, site):
        extractor = an_extractor(site)
        Peripheral.objects.update(sid="5e55", boot="b007")
        extractor.refresh_from_db()
        other = Device.objects.create(name="extractor-2", space=site.world.space)
        assert an_extractor(site, peripheral=extractor, device=other).sid == ""


class TestDoorPages:
    def test_a_door_is_added_and_its_hours_are_set(self, site, staff):
        typed = {"name": "Front door", "space": "northside", "device": "front", "seconds": "5"}
        answer = staff.post(reverse("access:door_create"), typed)
        door = Door.objects.get()
        assert answer.url == reverse("access:door_edit", args=[door.pk])
        assert (door.pulse_ms, door.device) == (5000, site.reader)
        url = reverse("access:door_hours", args=[door.pk, "full"])
        staff.post(url, {"day0": "9-21", "day4": "18:00-02:00"})
        rows = DoorWindow.objects.values_list("weekday", "opens", "closes")
        assert list(rows) == [(0, time(9), time(21)), (4, time(18), time(2))]
        page = staff.get(reverse("access:door_edit", args=[door.pk])).content.decode()
        assert "Mon 09:00–21:00, Fri 18:00–02:00" in page
        for day in range(5):
            DoorWindow.objects.get_or_create(
                door=door, plan=site.world.plan, weekday=day, opens=time(6), closes=time(7)
            )
        page = staff.get(reverse("access:door_edit", args=[door.pk])).content.decode()
        assert "Tue–Thu 06:00–07:00" in page

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("seconds", "11", "less than or equal to 10"),
            ("seconds", "0", "greater than or equal to 1"),
            ("device", "mill-1", "Select a valid choice"),
            ("name", "", "This field is required"),
        ],
    )
    def test_what_cannot_be_is_told_and_what_was_typed_is_kept(self, staff, field, value, words):
        typed = {"name": "Gate 7", "space": "northside", "device": "front", "seconds": "5"}
        page = staff.post(reverse("access:door_create"), typed | {field: value}).content.decode()
        assert words in page
        assert "Gate 7" in page or field == "name"
        assert not Door.objects.exists()

    def test_hours_that_are_none_are_told(self, site, staff):
        door = a_door(site)
        url = reverse("access:door_hours", args=[door.pk, "full"])
        page = staff.post(url, {"day0": "nine to five"}).content.decode()
        assert "Write hours like" in page
        assert not DoorWindow.objects.exists()

    def test_it_is_removed_by_post(self, site, staff):
        door = a_door(site)
        url = reverse("access:door_remove", args=[door.pk])
        assert staff.get(url).status_code == 405
        staff.post(url)
        assert not Door.objects.exists()
        assert Device.objects.filter(name="front").exists()


class TestPeripheralPages:
    def test_one_is_added_changed_and_removed(self, site, staff):
        typed = {
            "name": "Extractor",
            "device": "extractor-1",
            "machines": ["cnc-mill", "cnc-router"],
            "run_on_seconds": "90",
        }
        staff.post(reverse("access:peripheral_create"), typed)
        extractor = Peripheral.objects.get()
        assert extractor.machines.count() == 2
        url = reverse("access:peripheral_edit", args=[extractor.pk])
        staff.post(url, typed | {"machines": ["cnc-mill"], "run_on_seconds": "0"})
        extractor.refresh_from_db()
        assert list(extractor.machines.all()) == [site.mill]
        assert extractor.run_on_seconds == 0
        staff.post(reverse("access:peripheral_remove", args=[extractor.pk]))
        assert not Peripheral.objects.exists()

    def test_without_a_machine_it_is_told(self, site, staff):
        typed = {"name": "Extractor", "device": "extractor-1", "run_on_seconds": "90"}
        page = staff.post(reverse("access:peripheral_create"), typed).content.decode()
        assert "This field is required" in page
        assert 'value="90"' in page

    def test_members_and_other_spaces_staff_are_kept_out(self, site, client):
        extractor, door = an_extractor(site), a_door(site)
        elsewhere = Space.objects.create(name="Southside", slug="southside")
        Role.objects.filter(member=site.world.dana).update(space=elsewhere)
        client.force_login(site.world.dana)
        for url in (
            reverse("access:peripheral_edit", args=[extractor.pk]),
            reverse("access:door_edit", args=[door.pk]),
        ):
            assert client.get(url).status_code == 404
        assert "Front door" not in client.get(reverse("access:doors")).content.decode()
        client.force_login(site.world.alice)
        assert client.get(reverse("access:doors")).status_code == 403
