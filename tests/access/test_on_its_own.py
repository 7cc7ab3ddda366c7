"""What staff are told of a device that may have to work on its own."""

import pytest
from django.urls import reverse

from access.models import Device
from access.pages.on_its_own import WHY_NOT, on_its_own
from access.services import keys
from access.services.lists import issue
from members.models import Change
from tests.access.world import Site


@pytest.fixture
def site(db):
    site = Site()
    keys.new_key(site.device, by=None, now=site.now)
    Device.objects.update(takes_lists=True, caps=["relay", "reader", "list-hmac"])
    site.book("alice")
    return site


def look(site):
    device = Device.objects.select_related("machine__tool_class").get(pk=site.device.pk)
    return on_its_own(device, site.now)


def test_until_the_list_it_keeps_runs_out(site):
    issue(device_id=site.device.pk, now=site.now)
    Device.objects.update(list_stored=1, journal_waiting=3)
    told = look(site)
    assert told.until == site.box().list_until
    assert (told.sent, told.stored, told.waiting, told.is_behind) == (1, 1, 3, False)


def test_a_list_it_has_not_confirmed_is_no_promise(site):
    issue(device_id=site.device.pk, now=site.now)
    told = look(site)
    assert told.until is None
    assert told.is_behind
    assert "no list" in str(told.why_not)


def test_a_list_that_has_run_out_is_none(site):
    issue(device_id=site.device.pk, now=site.now)
    Device.objects.update(list_stored=1)
    site.wait(25 * 3600)
    assert look(site).until is None


@pytest.mark.parametrize("change", [{"takes_lists": False}, {"caps": []}, {"key_sealed": None}])
def test_why_not_is_said(site, change):
    Device.objects.update(**change)
    told = look(site)
    assert told.until is None
    assert told.why_not in WHY_NOT.values()


def test_telling_costs_nothing_where_the_machine_was_read_too(site, django_assert_num_queries):
    device = Device.objects.select_related("machine__tool_class").get(pk=site.device.pk)
    with django_assert_num_queries(0):
        on_its_own(device, site.now)


class TestAllowing:
    @pytest.fixture
    def page(self, site, client):
        Device.objects.update(takes_lists=False)
        client.force_login(site.world.dana)
        return reverse("access:device_attach", args=[site.device.pk])

    def press(self, site, client, allowed):
        address = reverse("access:device_alone", args=[site.device.pk])
        return client.post(address, {"allowed": allowed}, follow=True).content.decode()

    def test_staff_allow_it_and_take_it_back(self, site, client, page):
        assert "Staff have not allowed it." in client.get(page).content.decode()
        assert "Let nobody in without a network" in self.press(site, client, "yes")
        assert site.box().takes_lists
        assert "Let it work on its own" in self.press(site, client, "no")
        assert not site.box().takes_lists
        assert [c.after for c in Change.objects.filter(verb="allow_lists")] == [
            {"allowed": True},
            {"allowed": False},
        ]

    def test_twice_is_once(self, site, client, page):
        for _ in range(2):
            self.press(site, client, "yes")
        assert Change.objects.filter(verb="allow_lists").count() == 1

    @pytest.mark.parametrize("nonsense", ["", "perhaps"])
    def test_neither_changes_nothing(self, site, client, page, nonsense):
        assert "press one of the two" in self.press(site, client, nonsense)
        assert not site.box().takes_lists

    def test_members_have_no_say(self, site, client, page):
        client.force_login(site.world.alice)
        address = reverse("access:device_alone", args=[site.device.pk])
        assert client.post(address, {"allowed": "yes"}).status_code in (403, 404)
        assert not site.box().takes_lists
