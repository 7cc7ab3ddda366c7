"""Who spoke: what is signed is checked, what must be signed is, and what is said is signed, too."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import wire
from access import services
from access.models import Device
from access.records import receive
from access.services import keys
from notices.models import Outbox
from tests.access.test_gatekeeper import keeper  # noqa: F401  a fixture
from tests.access.world import BOOT, OTHER_BOOT, Site

FORGED = b"f" * 32
HELLO = wire.Hello("mill-1", BOOT, 100, "1", "kit", "power", ("relay", "reader", "mac"), 0, 0)


@pytest.fixture
def site(db):
    """Its device has a key, has said `mac`, and a booking of Alice waits."""
    site = Site()
    site.key = keys.new_key(site.device, by=None, now=site.now)
    site.handle(HELLO)
    site.book()
    return site


def signed(site, message, key, retain=False):
    return receive(*wire.encode_up(message, key), retain=retain)


def heard(site, inbound):
    """What leaves, as bytes."""
    return services.handle([inbound], now=site.now, mono=site.mono, watch=site.watch)


class TestSaid:
    def test_a_device_with_mac_gets_a_signed_answer(self, site):
        (out,) = heard(site, signed(site, site.a_tap(), site.key))
        assert wire.parse_down(out.topic, out.payload, site.key).grant
        with pytest.raises(wire.ProtocolError):
            wire.parse_down(out.topic, out.payload)

    def test_a_repeated_tap_gets_the_same_answer_signed_anew(self, site):
        tap = site.a_tap()
        assert site.handle(tap) == site.handle(tap)

    def test_off_by_a_sweep_is_signed_too(self, site):
        site.sid = site.tap().grant.sid
        site.state("armed", site.sid)
        Device.objects.update(online=True)
        site.world.alice.is_active = False
        site.world.alice.save()
        assert [m.kind for m in site.sweep()] == ["off"]

    def test_a_device_that_says_no_mac_hears_nothing_signed(self, site):
        heard(site, signed(site, replace(HELLO, caps=("relay", "reader")), None))
        (out,) = heard(site, signed(site, site.a_tap(), None))
        assert wire.parse_down(out.topic, out.payload).grant

    def test_an_interlock_of_its_own_is_offered_the_session_under_its_own_key(self, site):
        Device.objects.filter(name="mill-1").update(is_interlock=False)
        box = Device.objects.create(
            name="mill-2", space=site.world.space, machine=site.mill, is_reader=False,
            boot=OTHER_BOOT, online=True, state="locked", caps=["relay", "mac"],
        )  # fmt: skip
        key = keys.new_key(box, by=None, now=site.now)
        said = heard(site, signed(site, site.a_tap(), site.key))
        (offer,) = [out for out in said if out.topic.endswith("/offer")]
        assert wire.parse_down(offer.topic, offer.payload, key).sid


class TestForged:
    @pytest.mark.parametrize("key", [FORGED, b""])
    def test_what_its_key_did_not_sign_is_dropped_counted_and_told_once(self, site, key):
        for _ in range(3):
            assert heard(site, signed(site, site.a_tap(), key)) == []
        assert site.events("tap") == []
        assert site.events("dropped") == ["bad-signature"] * 3
        assert site.events("alarm") == ["bad-signature"]
        assert site.box().messages_dropped == 3
        assert Outbox.objects.filter(kind="alarm").count() == 1

    def test_a_signature_for_another_topic_is_worth_nothing(self, site):
        topic, payload = wire.encode_up(replace(site.a_tap(), device="mill-2"), site.key)
        assert heard(site, receive(topic.replace("mill-2", "mill-1"), payload)) == []
        assert site.events("dropped") == ["bad-signature"]

    def test_a_device_without_a_key_cannot_sign(self, site):
        Device.objects.update(key_sealed=None)
        assert heard(site, signed(site, site.a_tap(), site.key)) == []

    def test_a_signed_copy_is_as_inert_as_any(self, site):
        copy = signed(site, site.a_tap(), site.key, retain=True)
        assert heard(site, copy) == []
        assert site.events("dropped") == ["retained"]

    def test_a_copy_from_before_the_key_raises_no_alarm(self, site):
        heard(site, signed(site, site.a_state(), FORGED, retain=True))
        assert site.events("alarm") == []


class TestUnsigned:
    def test_where_nobody_asks_for_it_a_key_changes_nothing(self, site):
        said = heard(site, signed(site, site.a_tap(), None))
        assert [out.topic for out in said] == ["bk/1/mill-1/down/answer"]

    @pytest.mark.parametrize("because", ["staff say so", "the machine is dangerous"])
    def test_a_device_that_must_sign_is_not_heard_without(self, site, because):
        if because == "staff say so":
            Device.objects.update(must_sign=True)
        else:
            site.world.tool_class.risk = "high"
            site.world.tool_class.save()
        assert heard(site, signed(site, site.a_tap(), None)) == []
        assert (site.events("dropped"), site.events("tap")) == (["unsigned"], [])
        assert site.events("alarm") == ["unsigned"]
        assert site.tap().grant  # and signed it is

    def test_one_that_must_and_has_no_key_is_heard_not_at_all(self, site):
        Device.objects.update(must_sign=True, key_sealed=None)
        for key in (None, site.key):
            assert heard(site, signed(site, site.a_tap(), key)) == []

    def test_an_unsigned_second_makes_no_tap_stale(self, site, keeper):  # noqa: F811
        Device.objects.update(must_sign=True)
        site.handle(site.a_state())
        late = signed(site, site.a_state(up=4_000_000_000), None)
        keeper._hear(late)
        assert site.tap().grant
        keeper._hear(signed(site, site.a_state(up=site.up + 6), site.key))
        assert site.handle(site.a_tap()) == []  # a signed one does


class TestANewKey:
    def test_until_the_device_has_it_the_old_one_counts_both_ways(self, site):
        keys.new_key(site.device, by=None, now=site.now)
        assert site.tap().grant

    def test_the_first_word_under_the_new_one_ends_the_old(self, site):
        old, site.key = site.key, keys.new_key(site.device, by=None, now=site.now)
        assert site.tap().grant
        assert site.events("key") == ["changed"]
        assert site.box().key_before_sealed is None
        assert heard(site, signed(site, site.a_state(), old)) == []

    def test_its_list_is_looked_at_then(self, site):
        site.watch.greeted.clear()
        site.key = keys.new_key(site.device, by=None, now=site.now)
        site.handle(site.a_state())
        assert site.watch.greeted == {site.device.pk}

    def test_a_copy_under_the_new_one_does_not(self, site):
        new = keys.new_key(site.device, by=None, now=site.now)
        heard(site, signed(site, site.a_state(), new, retain=True))
        assert site.box().key_before_sealed is not None

    def test_one_that_leaked_counts_no_more_at_once(self, site):
        keys.new_key(site.device, by=None, now=site.now, at_once=True)
        assert heard(site, signed(site, site.a_tap(), site.key)) == []


def test_signing_costs_a_tap_no_statement(site):
    counts = []
    for key in (None, site.key):
        with CaptureQueriesContext(connection) as queries:
            heard(site, signed(site, site.a_tap("charlie"), key))
        counts.append(len(queries))
    assert counts[0] == counts[1]
