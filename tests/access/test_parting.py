"""What a revoked device is told before the broker throws it out, and what it is believed then."""

import pytest

import wire
from access.models import AccessEvent, Device
from access.parting import WITHIN, Partings
from access.records import receive
from access.services import revoke_device
from access.services.credentials import issue_credential
from access.services.lists import allow_lists, issue
from access.services.parting import say_farewell
from tests.access.world import BOOT, Site

BYE = "bye-mill-1"


@pytest.fixture
def site(db):
    site = Site()
    site.credential = issue_credential(
        device=site.device, seen_at=None, by=site.world.dana, now=site.now
    )
    Device.objects.update(caps=["relay", "reader", "list-hmac"], online=True)
    return site


def revoke(site):
    revoke_device(device=site.device, by=site.world.dana, now=site.now)


def farewell(site, partings=None):
    """What it is told, in order."""
    partings = Partings() if partings is None else partings
    said = say_farewell(partings, now=site.now, mono=site.mono, watch=site.watch)
    key = site.credential.key
    assert all(out.retain == out.topic.endswith("/list") for out in said)
    return [wire.parse_down(out.topic, out.payload, key if out.retain else None) for out in said]


def a_list(site):
    site.book()
    allow_lists(device=site.device, allowed=True, by=site.world.dana, now=site.now)
    said = issue(device_id=site.device.pk, now=site.now)
    return wire.parse_down(said.topic, said.payload, site.credential.key)


class TestWords:
    def test_a_list_without_names_then_off_then_a_question(self, site):
        before = a_list(site)
        assert before.e
        revoke(site)
        after, off, sync = farewell(site)
        assert (after.seq, after.e) == (before.seq + 1, ())
        assert (off.sid, off.mode, off.code) == ("*", "stop", "device-revoked")
        assert sync.id == BYE

    def test_one_that_never_had_a_list_gets_none(self, site):
        revoke(site)
        assert [message.kind for message in farewell(site)] == ["off", "sync"]

    def test_it_is_said_once(self, site):
        revoke(site)
        partings = Partings()
        assert farewell(site, partings)
        assert farewell(site, partings) == []

    def test_one_that_is_not_there_is_not_waited_for(self, site):
        Device.objects.update(online=False)
        revoke(site)
        partings = Partings()
        assert [message.kind for message in farewell(site, partings)] == ["off"]
        assert not partings.wait(site.mono)

    def test_nobody_else_is_told_anything(self, site):
        assert farewell(site) == []
        Device.objects.update(profile="stock", speaks="tasmota")
        revoke(site)
        assert farewell(site) == []

    def test_it_is_signed_for_one_that_signs(self, site):
        Device.objects.update(caps=["relay", "mac"])
        revoke(site)
        said = say_farewell(Partings(), now=site.now, mono=site.mono, watch=site.watch)
        for out in said:
            assert wire.parse_down(out.topic, out.payload, site.credential.key)


class TestWaiting:
    def answer(self, device="mill-1", relay=False, id=BYE):
        return wire.State(device, BOOT, up=1, n=1, st="locked", relay=relay, id=id)

    @pytest.mark.parametrize(
        ("changes", "waits"),
        [({}, False), ({"relay": True}, True), ({"id": "q-1"}, True), ({"device": "x"}, True)],
    )
    def test_its_answer_that_it_is_off_ends_the_wait(self, changes, waits):
        partings = Partings()
        assert partings.ask("mill-1", 10) == BYE
        partings.hear(self.answer(**changes))
        assert partings.wait(10.1) == waits

    def test_it_is_waited_for_but_a_moment(self):
        partings = Partings()
        partings.ask("mill-1", 10)
        assert partings.wait(10 + WITHIN - 0.01)
        assert not partings.wait(10.01 + WITHIN)


class TestLastWord:
    """Alice is at the mill; its device signs, and is revoked."""

    @pytest.fixture
    def signing(self, site):
        site.arm()
        Device.objects.update(caps=["relay", "reader", "mac"])
        revoke(site)
        return site

    def say(self, site, key):
        site.handle(receive(*wire.encode_up(site.a_state(), key)))
        return site.session.state

    def test_it_counts_under_its_key(self, signing):
        assert self.say(signing, signing.credential.key) == "ended"

    @pytest.mark.parametrize("key", [None, bytes(32)])
    def test_it_does_not_count_without(self, signing, key):
        assert self.say(signing, key) == "closing"

    def test_said_twice_at_once_it_ends_the_session_once(self, signing):
        key = signing.credential.key
        said = [receive(*wire.encode_up(signing.a_state(), key)) for _twice in range(2)]
        signing.handle(*said)
        ends = AccessEvent.objects.filter(kind="session", code="device-revoked")
        assert ends.count() == 1

    def test_a_word_from_before_it_began_is_no_proof(self, site):
        """A heartbeat on its way while the grant was, which the device takes up right after."""
        site.book()
        site.sid = site.tap().grant.sid
        revoke(site)
        site.state()
        assert site.session.state == "closing"
        site.state("armed", site.sid)
        assert site.session.state == "closing"
