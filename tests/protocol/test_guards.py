"""Take one guard away, and the same world breaks: what the invariants watch for, they see.

Each scene is the shortest story in which that guard, of the device (D) or the server (S), matters.
With all guards in place each of them ends well.
"""

import random

import pytest

from access import sessions
from access.services import messages, states, sweeping
from access.services.taps import handle_tap
from tests.protocol.wild import Wild
from wire import rules


@pytest.fixture
def wild(db):
    wild = Wild(random.Random(0))
    wild.restart()
    wild.pass_time(2)
    return wild


def begin(wild, name="cut", seconds=600):
    """Alice has booked, taps, and the machine is on."""
    box = wild.boxes[name]
    wild.book(box, "alice", seconds)
    wild.tap(box, "alice")
    wild.deliver()
    wild.pass_time(1)
    assert box.relay
    return box


def the_gatekeeper_dies(wild):
    begin(wild, seconds=20)
    wild.die()
    wild.pass_time(60)


def the_grant_is_late(wild):
    box = wild.boxes["cut"]
    wild.book(box, "alice", 600)
    wild.tap(box, "alice")
    wild.delay = 8
    wild.deliver()
    wild.pass_time(6)  # the retries are as late
    wild.delay = 0
    wild.pass_time(12)


def the_machine_is_locked_out(wild):
    wild.lock_out(begin(wild), "stop")
    wild.pass_time(10)


def a_job_goes_on_and_the_answers_stop_again_and_again(wild):
    """GRACE, a lease, GRACE: what is left of the seconds must not begin anew."""
    box = begin(wild, "finish")
    box.running = True
    wild.pass_time(4)
    for _ in range(4):
        wild.die()
        while box.rules.memory.st == "running":
            wild.pass_time(0.5)
        wild.pass_time(8)
        wild.restart()
        wild.pass_time(12)


def a_state_overtakes_the_grant(wild):
    box = wild.boxes["cut"]
    wild.book(box, "alice", 600)
    wild.tap(box, "alice")
    wild.delay = 2
    wild.deliver()
    wild.delay = 0
    wild.plug(box, False)
    wild.plug(box, True)
    wild.deliver()  # a state, said before the grant can have arrived
    wild.delay = 10
    wild.pass_time(1.5)
    wild.delay = 0
    wild.pass_time(3)


def a_kept_tap_is_handed_out(wild):
    """Alice taps while nobody answers; the broker kept it, and hands it out to a new gatekeeper."""
    box = wild.boxes["cut"]
    wild.book(box, "alice", 600)
    wild.die()
    wild.tap(box, "alice")
    wild.deliver()
    wild.alive = True
    wild.hand_out_retained(-1)
    assert not wild.going, "a retained tap was answered"


def answer_retained(batch, context, _inbound, message):
    if message.kind == "tap":
        handle_tap(batch, context, message)


def unchanged(_batch, _context, session):
    return session


def spend_anew(memory, lease, _up):
    session = memory.session
    session.exp, session.hard, session.last_re = lease.exp, lease.hard, lease.re
    memory.st = "running"


GUARDS = {
    "D2 time is looked at": (
        the_gatekeeper_dies,
        [
            (rules, "lapse", lambda *_: None),
            (rules, "energised", lambda memory, _up: memory.session is not None),
        ],
    ),
    "D3 a grant answers a tap that waits": (
        the_grant_is_late,
        [
            (rules, "grant_refused", lambda *_: None),
            (rules, "answer_refused", lambda *_: None),
        ],
    ),
    "D4 seconds of GRACE stay spent": (
        a_job_goes_on_and_the_answers_stop_again_and_again,
        [(rules, "renew", spend_anew)],
    ),
    "D7 off is obeyed": (the_machine_is_locked_out, [(rules, "switch_off", lambda *_: None)]),
    "S1 what is retained is no fact": (
        a_kept_tap_is_handed_out,
        [(messages, "_retained", answer_retained)],
    ),
    "S4 a session ends on proof": (
        a_state_overtakes_the_grant,
        [(sessions, "proves_over", lambda *_: True)],
    ),
    "S5 a session is decided again": (
        the_machine_is_locked_out,
        [(states, "redecide", unchanged), (sweeping, "redecide", unchanged)],
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_with_it_the_story_ends_well(wild, guard):
    scene, _without = GUARDS[guard]
    scene(wild)
    wild.come_to_rest()


@pytest.mark.parametrize("guard", GUARDS)
def test_without_it_the_world_breaks(wild, monkeypatch, guard):
    scene, without = GUARDS[guard]
    for module, name, instead in without:
        monkeypatch.setattr(module, name, instead)
    with pytest.raises(AssertionError):
        scene(wild)
