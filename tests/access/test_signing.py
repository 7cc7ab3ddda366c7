"""Staff say that a device must sign, once it has shown that it does."""

import pytest
from django.urls import reverse

import wire
from access.models import Device
from access.services import keys
from access.services.devices import DeviceError
from access.services.signing import require_signatures
from members.models import Change
from tests.access.world import BOOT, Site

HELLO = wire.Hello("mill-1", BOOT, 100, "1", "kit", "power", ("relay", "reader", "mac"), 0, 0)


@pytest.fixture
def site(db):
    """Its device has a key and has said so, signed; nobody asks for it yet."""
    site = Site()
    site.key = keys.new_key(site.device, by=None, now=site.now)
    site.handle(HELLO)
    return site


@pytest.fixture
def press(site, client):
    client.force_login(site.world.dana)
    address = reverse("access:device_signing", args=[site.device.pk])
    return lambda required: client.post(
        address, {"required": required}, follow=True
    ).content.decode()


def unsigned(site):
    """What is said to a tap that nobody signed."""
    site.key, key = None, site.key
    try:
        site.handle(site.a_tap("charlie"))
    finally:
        site.key = key
    return site.events("tap")


def test_staff_ask_for_it_and_take_it_back(site, press):
    assert "Let it count unsigned, too" in press("yes")
    assert unsigned(site) == []
    assert "It must sign" in press("no")
    assert not site.box().must_sign
    assert [c.after for c in Change.objects.filter(verb="require_signatures")] == [
        {"required": True},
        {"required": False},
    ]


def test_twice_is_once(site, press):
    press("yes")
    press("yes")
    assert Change.objects.filter(verb="require_signatures").count() == 1


@pytest.mark.parametrize("nonsense", ["", "perhaps"])
def test_neither_changes_nothing(site, press, nonsense):
    assert "press one of the two" in press(nonsense)
    assert not site.box().must_sign


@pytest.mark.parametrize(
    ("has", "first"),
    [
        ({"key_sealed": None}, "Make a new credential"),
        ({"signed_at": None}, "It has never signed anything"),
        ({"caps": ["relay", "reader"]}, "It has never signed anything"),
    ],
)
def test_one_that_could_not_be_heard_any_more_is_refused_with_what_to_do_first(
    site, press, has, first
):
    Device.objects.update(**has)
    assert first in press("yes")
    assert not site.box().must_sign
    assert not Change.objects.filter(verb="require_signatures").exists()


def test_taking_it_back_asks_for_nothing(site, press):
    press("yes")
    Device.objects.update(signed_at=None)
    press("no")
    assert not site.box().must_sign


def test_an_unsigned_hello_proves_nothing(db):
    site = Site()
    keys.new_key(site.device, by=None, now=site.now)
    site.handle(HELLO)
    assert site.box().signed_at is None
    with pytest.raises(DeviceError):
        require_signatures(device=site.device, required=True, by=None, now=site.now)


def test_the_first_moment_stays(site):
    first = site.box().signed_at
    site.wait(60).handle(HELLO)
    assert site.box().signed_at == first == site.start


def test_a_key_that_leaked_takes_its_proof_with_it(site):
    keys.new_key(site.device, by=None, now=site.now)
    assert site.box().signed_at is not None  # it is believed by the old one
    keys.new_key(site.device, by=None, now=site.now, at_once=True)
    assert site.box().signed_at is None


def test_at_a_dangerous_machine_there_is_nothing_to_choose(site, client):
    site.world.tool_class.risk = "high"
    site.world.tool_class.save()
    client.force_login(site.world.dana)
    page = client.get(reverse("access:device_attach", args=[site.device.pk])).content.decode()
    assert "is dropped, always" in page
    assert 'name="required"' not in page


def test_members_have_no_say(site, client):
    client.force_login(site.world.alice)
    address = reverse("access:device_signing", args=[site.device.pk])
    assert client.post(address, {"required": "yes"}).status_code in (403, 404)
    assert not site.box().must_sign
