"""Keys of devices: sealed, bound to a name, and changed without a device being locked out."""

import pytest
from django.core.management import call_command

from access.models import Device
from access.services import keys
from members.models import Change


@pytest.fixture
def device(site):
    return site.device


def test_a_key_is_random_and_stands_nowhere_in_the_clear(site, device):
    key = keys.new_key(device, by=site.world.dana, now=site.now)
    assert len(key) == 32
    assert key != keys.new_key(device, by=site.world.dana, now=site.now)
    row = Device.objects.get(pk=device.pk)
    assert key not in bytes(row.key_sealed)
    assert key.hex() not in str(Change.objects.filter(verb="new_key").values())


def test_the_newest_key_is_the_keys_of_the_device(site, device):
    assert keys.key_of(device) is None
    key = keys.new_key(device, by=None, now=site.now)
    assert keys.key_of(device) == keys.key_of(Device.objects.get(pk=device.pk)) == key


def test_a_sealed_key_opens_for_its_own_device_alone(site, device):
    keys.new_key(device, by=None, now=site.now)
    assert keys.opened("mill-2", device.key_sealed) is None


def test_under_another_badge_key_nothing_opens_and_nothing_breaks(site, device, settings, caplog):
    keys.new_key(device, by=None, now=site.now)
    settings.BADGE_KEY = "ab" * 32
    assert keys.key_of(device) is None
    assert "BADGE_KEY" in caplog.text


@pytest.mark.parametrize("damaged", [b"", b"short", b"\x00" * 60])
def test_damaged_bytes_open_to_nothing(db, damaged):
    assert keys.opened("mill-1", damaged) is None


def test_the_old_key_is_kept_until_the_device_has_the_new_one(site, device):
    first = keys.new_key(device, by=None, now=site.now)
    keys.new_key(device, by=None, now=site.now)
    third = keys.new_key(device, by=None, now=site.now)  # the second was never heard
    row = Device.objects.get(pk=device.pk)
    assert keys.opened(row.name, row.key_before_sealed) == first
    assert keys.key_of(row) == third


def test_a_key_that_somebody_else_knows_ends_at_once(site, device):
    keys.new_key(device, by=None, now=site.now)
    keys.new_key(device, by=None, now=site.now, at_once=True)
    assert Device.objects.get(pk=device.pk).key_before_sealed is None


def test_badges_keys_and_lists_are_under_three_different_keys(settings):
    public = keys.list_public_key()
    assert len(public) == 32
    assert keys.list_public_key() == public
    settings.BADGE_KEY = "ab" * 32
    assert keys.list_public_key() != public


def test_the_public_key_of_lists_is_printed_for_flashing(capsys):
    call_command("list_key")
    assert capsys.readouterr().out.strip() == keys.list_public_key().hex()
