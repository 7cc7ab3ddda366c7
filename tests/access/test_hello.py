"""What a device says of itself, and which of its boots is believed about it."""

from dataclasses import replace

import pytest

import wire
from access import services
from access.models import Device
from access.records import receive
from access.services import keys
from access.watch import Watch
from tests.access.world import BOOT, OTHER_BOOT, Site

CAPS = ("relay", "reader", "list-hmac")
HELLO = wire.Hello("mill-1", BOOT, 1, "1", "kit", "power", CAPS, 0, 0)
ANOTHER = replace(HELLO, boot=OTHER_BOOT, fw="2", model="board", caps=("relay",))


@pytest.fixture
def site(db):
    """A device with a key, that has said what it can."""
    site = Site()
    site.new_key = keys.new_key(site.device, by=None, now=site.now)
    site.handle(HELLO)
    return site


def told(site):
    box = site.box()
    return box.firmware, box.model, tuple(box.caps)


def heard(site, message, key=None):
    """What leaves, as bytes, upon a message that is signed with `key`."""
    inbound = receive(*wire.encode_up(message, key), retain=False)
    return services.handle([inbound], now=site.now, mono=site.mono, watch=site.watch)


def starts_anew(site, hello, key=None, watch=None):
    """It boots, says hello, is asked, and answers."""
    (asked,) = heard(site, hello, key)
    sync = wire.parse_down(asked.topic, asked.payload, key)
    site.watch = watch or site.watch
    heard(site, site.a_state(boot=hello.boot, up=2, n=1, id=sync.id), key)


def test_a_boot_that_may_be_an_old_one_changes_nothing(site):
    site.handle(ANOTHER)
    assert told(site) == ("1", "kit", CAPS)


def test_what_it_said_holds_from_the_moment_it_is_the_newest(site):
    starts_anew(site, ANOTHER)
    assert told(site) == ("2", "board", ("relay",))


def test_a_late_word_of_the_boot_before_changes_nothing_then(site):
    starts_anew(site, ANOTHER)
    site.handle(HELLO)
    assert told(site) == ("2", "board", ("relay",))


def test_of_two_that_ask_the_one_that_answers_is_believed(site):
    (sync,) = site.handle(ANOTHER)
    site.handle(replace(ANOTHER, boot="cafe" * 4, fw="0"))
    site.handle(site.a_state(boot=OTHER_BOOT, n=1, id=sync.id))
    assert told(site)[0] == "2"


def test_nobodys_first_word_is_taken_at_once(db):
    site = Site()
    Device.objects.update(boot="")
    site.handle(HELLO)
    assert told(site) == ("1", "kit", CAPS)


def test_what_lists_it_keeps_waits_as_well(site):
    site.watch.greeted.clear()
    site.handle(replace(ANOTHER, caps=CAPS, list=7))
    assert (site.box().list_seq, site.watch.greeted) == (0, set())
    starts_anew(site.wait(2), replace(ANOTHER, caps=CAPS, list=7))
    assert (site.box().list_seq, site.watch.greeted) == (7, {site.device.pk})


def test_it_is_one_line_in_the_log_to_a_second_gatekeeper_too(site):
    site.watch = Watch()
    site.handle(HELLO)
    assert site.events("hello") == ["power"]
    site.handle(replace(HELLO, up=9))  # connected again
    assert site.events("hello") == ["power", "power"]


class TestWhoSigns:
    """The firmware was changed: one that signs hears nothing unsigned, and the other way round."""

    def test_one_that_begins_to_sign_is_asked_signed_and_spoken_to_so(self, site):
        starts_anew(site, replace(ANOTHER, caps=("relay", "mac")), site.new_key)
        assert told(site)[2] == ("relay", "mac")

    def test_one_that_ceases_to_is_asked_unsigned(self, site):
        heard(site, replace(HELLO, caps=(*CAPS, "mac")), site.new_key)
        starts_anew(site, ANOTHER)
        assert told(site)[2] == ("relay",)

    def test_what_is_said_unsigned_in_its_name_takes_its_signatures_from_nobody(self, site):
        heard(site, replace(HELLO, caps=(*CAPS, "mac")), site.new_key)
        heard(site, ANOTHER)
        (out,) = heard(site, site.a_tap(), site.new_key)
        assert wire.parse_down(out.topic, out.payload, site.new_key).kind == "answer"

    def test_a_gatekeeper_that_has_not_heard_its_hello_speaks_as_it_does(self, site):
        starts_anew(site, replace(ANOTHER, caps=(*CAPS, "mac")), site.new_key, watch=Watch())
        assert told(site)[2] == (*CAPS, "mac")
        starts_anew(site.wait(2), replace(ANOTHER, boot="cafe" * 4), watch=Watch())
        assert told(site)[2] == CAPS
