"""Which messages wait a moment for others: heartbeats alone, and never for longer than that."""

from dataclasses import replace

import pytest

import wire
from access.gathering import KEPT, LONGEST, Gathering
from access.records import receive

STATE = wire.State("mill-1", "00000000000000ab", up=100, n=7, st="armed", relay=True, sid="1" * 24)
TAP = wire.Tap("mill-1", STATE.boot, up=100, nonce="2" * 24, badge="04A1B2C3")
NOW = 1000.0


def arrived(message, retain=False):
    return receive(*wire.encode_up(message), retain=retain)


@pytest.fixture
def gathering():
    """One that knows what the mill does, with nothing waiting."""
    gathering = Gathering()
    gathering.hear(arrived(STATE), NOW)
    gathering.clear()
    return gathering


def test_a_heartbeat_waits_and_not_too_long(gathering):
    gathering.hear(arrived(replace(STATE, up=110, n=8, ma=1700)), NOW)
    assert gathering.left(NOW) == pytest.approx(LONGEST)
    gathering.hear(arrived(replace(STATE, up=110, n=9)), NOW + 0.04)
    assert gathering.left(NOW + 0.04) == pytest.approx(LONGEST - 0.04)
    assert gathering.left(NOW + LONGEST) == 0


@pytest.mark.parametrize(
    "news",
    [
        {"st": "running"},
        {"st": "grace", "grace_end": 130},
        {"st": "fault", "fault": "contactor-stuck"},
        {"relay": False},
        {"sid": "3" * 24},
        {"sid": None},
        {"boot": "00000000000000cd"},
        {"want": "3" * 24},
        {"id": "4" * 16},
    ],
    ids=str,
)
def test_a_state_that_says_something_new_asks_or_answers_does_not_wait(gathering, news):
    gathering.hear(arrived(replace(STATE, n=8, **news)), NOW)
    assert gathering.left(NOW) == 0


@pytest.mark.parametrize("st", ["grace", "fault"])
def test_nor_does_any_of_a_device_in_grace_or_at_fault(gathering, st):
    for n in (8, 9):
        gathering.clear()
        gathering.hear(arrived(replace(STATE, n=n, st=st)), NOW)
        assert gathering.left(NOW) == 0


@pytest.mark.parametrize(
    "message",
    [
        TAP,
        wire.Button("mill-1", STATE.boot, up=100, nonce="2" * 24, name="stop"),
        wire.Avail("mill-1", on=False),
    ],
    ids=lambda message: message.kind,
)
def test_nor_does_anything_else_and_it_takes_those_that_wait_along(gathering, message):
    gathering.hear(arrived(replace(STATE, n=8)), NOW)
    assert gathering.left(NOW) > 0
    gathering.hear(arrived(message), NOW + 0.01)
    assert gathering.left(NOW + 0.01) == 0
    gathering.hear(arrived(replace(STATE, n=9)), NOW + 0.02)
    assert gathering.left(NOW + 0.02) == 0


def test_nor_does_the_first_word_of_a_device():
    gathering = Gathering()
    gathering.hear(arrived(STATE), NOW)
    assert gathering.left(NOW) == 0


def test_what_a_broker_kept_neither_waits_nor_tells_what_a_device_does():
    gathering = Gathering()
    for _ in range(2):
        gathering.hear(arrived(STATE, retain=True), NOW)
    assert gathering.left(NOW) == 0
    assert not gathering.said


def test_rubbish_does_not_wait(gathering):
    gathering.hear(receive("bk/1/mill-1/up/state", b"{"), NOW)
    assert gathering.left(NOW) == 0


def test_made_up_names_fill_no_memory(gathering):
    for number in range(KEPT):
        gathering.hear(arrived(replace(STATE, device=f"made-up-{number}")), NOW)
    assert len(gathering.said) == KEPT
    assert "mill-1" not in gathering.said
