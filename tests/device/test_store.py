"""What is kept over a reboot is kept whole, and what cannot be kept does not happen."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import wire
from device import ed25519
from device.box import Box
from device.client import Address
from device.store import NotSaved, Shelf
from tests.device.bench import ALICE, BOOT
from tests.device.test_offline import CAPS, KEY, UTC, a_list
from wire.events import Connected, Disconnected, Received
from wire.memory import Config, Store

NOWHERE = Address("127.0.0.1", 1)
FULL = Store(a_list(), 3, (wire.Row(1, BOOT, 106, UTC, "on", "0" * 16, f"off-{BOOT}-1"),), 2)


@pytest.mark.parametrize("store", [Store(), FULL], ids=["empty", "full"])
def test_what_was_saved_is_read_again(tmp_path, store):
    path = tmp_path / "store.json"
    Shelf(path).save(store)
    assert Shelf(path).store == store


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"list":{"seq":1}}'])
def test_a_damaged_store_is_no_reason_to_forget_everything(tmp_path, content):
    path = tmp_path / "store.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no store of this device"):
        Shelf(path)


def test_its_new_name_is_on_the_disk_before_anything_is_switched_on(tmp_path, monkeypatch):
    """Or a power cut brings the store before back, and with it a list that was replaced."""
    synced = []
    monkeypatch.setattr("os.fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").resolve()))
    Shelf(tmp_path / "store").save(Store())
    assert synced == [tmp_path / "store.new", tmp_path]


def test_without_a_file_the_store_outlives_a_reboot():
    box = Box(Config("laser-1", CAPS, key=KEY), NOWHERE, 3400)
    box.handle(Connected())
    box.handle(Received(a_list()))
    box.reboot("reset")
    assert box.device.memory.store.list == a_list()


def test_what_cannot_be_written_down_does_not_happen(tmp_path):
    path = tmp_path / "store.json"
    box = Box(Config("laser-1", CAPS, key=KEY), NOWHERE, 3400, Shelf(path))
    boot = box.device.memory.boot
    box.handle(Connected())
    box.handle(Received(wire.Sync(id="t", re=1, utc=UTC)))
    box.handle(Received(a_list()))
    box.handle(Disconnected())
    box._booted -= 6  # the broker has been away for six seconds
    (tmp_path / "store.json.new").mkdir()
    with pytest.raises(NotSaved):
        box.shelf.save(FULL)
    box.tap(ALICE)
    assert (box.machine.relay, box.device.memory.st) == (False, "locked")
    assert box.device.memory.boot != boot
    assert box.device.memory.store.rows == ()
    (tmp_path / "store.json.new").rmdir()
    assert Shelf(path).store.list == a_list()


def test_an_ed25519_signature_is_checked_with_the_key_of_the_space():
    private = Ed25519PrivateKey.generate()
    genuine = ed25519.verifier(private.public_key().public_bytes_raw())
    signature = private.sign(b"list")
    assert genuine(b"list", signature)
    assert not genuine(b"lost", signature)
    assert not genuine(b"list", Ed25519PrivateKey.generate().sign(b"list"))


def test_a_list_signed_for_the_whole_space_is_heard():
    private = Ed25519PrivateKey.generate()
    topic, payload = wire.encode_down("laser-1", a_list(), KEY)
    body = payload.partition(b"\n")[0]
    signature = private.sign(topic.encode() + b"\n" + body)
    verifier = ed25519.verifier(private.public_key().public_bytes_raw())
    signed = body + b"\ne:" + signature.hex().encode()
    assert wire.parse_down(topic, signed, None, verifier) == a_list()
