"""Who speaks without being known here waits in a list, powerless; the list stays short."""

from dataclasses import replace
from datetime import timedelta

import pytest

import wire
from access.models import AccessEvent, Stranger
from access.records import receive
from access.services import strangers
from access.watch import STRANGER_EVERY, STRANGERS_A_MINUTE
from tests.access.world import BOOT, Site


@pytest.fixture
def site(db):
    return Site()


def hello(name="saw-1", up=5):
    return wire.Hello(
        device=name, boot=BOOT, up=up, fw="1.2", model="box", why="power", caps=(), list=0, jrn=0
    )


def test_it_is_listed_and_told_nothing(site):
    tap = wire.Tap(device="saw-1", boot=BOOT, up=5, nonce="a" * 24, badge="04A11CE0")
    want = wire.State(device="saw-1", boot=BOOT, up=5, n=1, st="locked", relay=False, want="f" * 24)
    assert site.handle(hello(), tap, want) == []
    assert site.sweep() == []
    stranger = Stranger.objects.get()
    assert (stranger.name, stranger.firmware, stranger.model) == ("saw-1", "1.2", "box")
    assert not AccessEvent.objects.exclude(kind="dropped").exists()


def test_it_is_written_about_once_in_a_while(site):
    site.handle(*[hello() for _ in range(8)])
    assert Stranger.objects.get().messages == 1
    site.wait(STRANGER_EVERY).handle(hello())
    assert Stranger.objects.get().messages == 2
    assert Stranger.objects.get().last_at == site.now


def test_made_up_names_are_soon_passed_over(site):
    site.handle(*[hello(f"ghost-{n}") for n in range(2 * STRANGERS_A_MINUTE)])
    assert Stranger.objects.count() == STRANGERS_A_MINUTE
    site.wait(60).handle(hello("late"))
    assert Stranger.objects.filter(name="late").exists()


def test_the_list_is_short_and_keeps_the_newest(site):
    for minute in range(5):
        site.handle(*[hello(f"ghost-{minute}-{n}") for n in range(STRANGERS_A_MINUTE)])
        site.wait(60)
    assert Stranger.objects.count() == strangers.MOST
    assert Stranger.objects.filter(name=f"ghost-4-{STRANGERS_A_MINUTE - 1}").exists()


def test_the_silent_are_forgotten(site):
    site.handle(hello())
    assert strangers.forget_strangers(site.now + timedelta(days=6)) == 0
    assert strangers.forget_strangers(site.now + timedelta(days=8)) == 1


@pytest.mark.parametrize("name", ["#", "+", "admin/x", "Saw", "x" * 33, ""])
def test_a_name_no_device_may_have_is_not_listed(site, name):

    topic, payload = wire.encode_up(hello())
    site.handle(receive(topic.replace("saw-1", name), payload))
    assert not Stranger.objects.exists()


def test_a_known_device_is_none(site):
    site.handle(replace(hello(), device="mill-1"))
    assert not Stranger.objects.exists()
