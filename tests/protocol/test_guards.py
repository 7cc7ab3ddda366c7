"""Take one guard away, and the same world breaks: what the invariants watch for, they see.

Each scene is the shortest story in which that guard, of the device (D) or the server (S), matters.
With all guards in place each of them ends well. The long hunts tell no story: they let the world
live until it breaks, and without its guard it must.
"""

import random

import pytest

from access import sessions
from access.services import answers, messages, states, sweeping, taps
from access.services.taps import handle_tap
from tests.protocol.test_wild import undone
from tests.protocol.wild import Wild
from wire import rules

LIVES = 120  # at most, of a hunt; the first few suffice
LONG_LIFE = 1_000


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


def the_answer_is_lost_and_the_tap_repeated(wild):
    box = begin(wild)
    (tap,) = [n for n, (_device, message) in enumerate(wild.said) if message.kind == "tap"]
    wild.say_again(tap)
    assert box.relay, "the repeat was taken for a second tap"
    wild.come_to_rest()


def a_member_taps(wild):
    begin(wild)


def the_database_is_put_back(wild):
    """The interlock holds a session that is on no record any more."""
    begin(wild)
    wild.put_database_back()
    wild.pass_time(15)


def a_lockout_is_written_by_hand(wild):
    """No service moved the epoch; the next lease is decided on the facts all the same."""
    wild.lock_out(begin(wild), "stop", announced=False)
    wild.pass_time(15)


def nothing(*_args, **_kwargs):
    return None


def answer_retained(batch, context, _inbound, message):
    if message.kind == "tap":
        handle_tap(batch, context, message)


def unchanged(_batch, _context, session):
    return session


def spend_anew(memory, lease, _up):
    session = memory.session
    if session is None:
        return
    session.exp, session.hard, session.last_re = lease.exp, lease.hard, lease.re
    memory.st = "running"


GUARDS = {
    "D2 time is looked at": (
        the_gatekeeper_dies,
        [
            (rules, "lapse", nothing),
            (rules, "energised", lambda memory, _up: memory.session is not None),
        ],
        "without a ground",
    ),
    "D3 a grant answers a tap that waits": (
        the_grant_is_late,
        [
            (rules, "grant_refused", nothing),
            (rules, "answer_refused", nothing),
        ],
        "a session that is over switched on",
    ),
    "D4 seconds of GRACE stay spent": (
        a_job_goes_on_and_the_answers_stop_again_and_again,
        [(rules, "renew", spend_anew)],
        "GRACE was spent twice",
    ),
    "D7 off is obeyed": (
        the_machine_is_locked_out,
        [(rules, "switch_off", nothing)],
        "told nothing, or deaf",
    ),
    "S1 what is retained is no fact": (
        a_kept_tap_is_handed_out,
        [(messages, "_retained", answer_retained)],
        "a retained tap was answered",
    ),
    "S2 a repeated tap is known": (
        the_answer_is_lost_and_the_tap_repeated,
        [(taps, "_repeated", lambda *_: False)],
        "a message broke its own handling",
    ),
    "S2 what is answered is written down": (
        a_member_taps,
        [(answers, "record", nothing), (taps, "record", nothing)],
        "answered and not on record",
    ),
    "S3 a session nobody knows is switched off": (
        the_database_is_put_back,
        [(states, "_switch_off_unknown", nothing)],
        "told nothing, or deaf",
    ),
    "S3 a lease is decided afresh": (
        a_lockout_is_written_by_hand,
        [(states, "redecide", unchanged)],
        "told nothing, or deaf",
    ),
    "S4 a session ends on proof": (
        a_state_overtakes_the_grant,
        [(sessions, "proves_over", lambda *_: True)],
        "a session that is over switched on",
    ),
    "S5 a session is decided again": (
        the_machine_is_locked_out,
        [(states, "redecide", unchanged), (sweeping, "redecide", unchanged)],
        "told nothing, or deaf",
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_with_it_the_story_ends_well(wild, guard):
    scene, _without, _why = GUARDS[guard]
    scene(wild)
    wild.come_to_rest()


@pytest.mark.parametrize("guard", GUARDS)
def test_without_it_the_world_breaks(wild, monkeypatch, guard):
    scene, without, why = GUARDS[guard]
    for module, name, instead in without:
        monkeypatch.setattr(module, name, instead)
    with pytest.raises(AssertionError, match=why):
        scene(wild)


HUNTED = {
    "D3": [(rules, "grant_refused", nothing), (rules, "answer_refused", nothing)],
    "D4": [(rules, "lease_refused", nothing), (rules, "renew", spend_anew)],
    "D7": [(rules, "switch_off", nothing)],
    "S2, known": [(taps, "_repeated", lambda *_: False)],
    "S2, written down": [(answers, "record", nothing), (taps, "record", nothing)],
    "S3, unknown": [(states, "_switch_off_unknown", nothing)],
    "S3, afresh": [(states, "redecide", unchanged)],
}


@pytest.mark.long
@pytest.mark.parametrize("guard", HUNTED)
def test_without_it_chance_alone_breaks_the_world(db, monkeypatch, guard, figure, caplog):
    for module, name, instead in HUNTED[guard]:
        monkeypatch.setattr(module, name, instead)
    caplog.set_level("CRITICAL")  # the server says at length what it makes of it
    for seed in range(LIVES):
        with undone():
            wild = Wild(random.Random(seed), gatekeepers=1 + seed % 2)
            try:
                wild.live(LONG_LIFE)
            except AssertionError as broken:
                why = str(broken).partition("\n")[0]
                figure(f"without {guard}: life {seed}, step {wild.steps:,}: {why}")
                return
    pytest.fail(f"{LIVES} lives without {guard}, and nothing was missed")
