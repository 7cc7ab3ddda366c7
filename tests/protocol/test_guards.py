"""Take one guard away, and the same world breaks: what the invariants watch for, they see.

Each scene is the shortest story in which that guard, of the device (D) or the server (S), matters.
With all guards in place each of them ends well. The long hunts tell no story: they let the world
live until it breaks, and without its guard it must.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

import access.services.running
from access import decision, following, running, sessions
from access.records import Bench
from access.services import (
    alone,
    answers,
    doors,
    first_tap,
    journals,
    messages,
    states,
    sweeping,
    taps,
)
from access.services.taps import handle_tap
from tests.protocol import happenings
from tests.protocol.lives import site_of, undone
from tests.protocol.place import SITES
from tests.protocol.test_wild import on_postgres
from tests.protocol.wild import Wild
from wire import offline, rules

LIVES = 120  # at most, of a hunt; the first few suffice
LONG_LIFE = 1_000


@pytest.fixture
def wild(db, request):
    """At the site of the scene, if it names one."""
    scene = GUARDS[request.getfixturevalue("guard")][0]
    site, gatekeepers = getattr(scene, "place", (SITES[0], 1))
    wild = Wild(random.Random(0), gatekeepers, site)
    wild.restart()
    wild.pass_time(2)
    return wild


def site_with(name):
    return next(site for site in SITES if name in site)


def at(name, gatekeepers=1):
    """The scene is played where this machine stands."""

    def place(scene):
        scene.place = site_with(name), gatekeepers
        return scene

    return place


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
    (keeper,) = wild.keepers
    keeper.alive = True
    wild.hand_out_retained(-1)
    assert not wild.going, "a retained tap was answered"


def the_answer_is_lost_and_the_tap_repeated(wild):
    box = begin(wild)
    (tap,) = [n for n, (_device, message) in enumerate(wild.said) if message.kind == "tap"]
    wild.say_again(tap)
    assert box.relay, "the repeat was taken for a second tap"
    wild.eyes.come_to_rest()


@at("cut", gatekeepers=2)
def two_hear_one_tap(wild):
    """The first has committed, and said nothing yet, when the second handles it."""
    begin(wild)
    assert wild.met["handled between commit and answer"]
    wild.eyes.come_to_rest()


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


def listed(wild, seconds=600, ahead=0):
    """Alice has booked, and the list says so."""
    box = wild.boxes["alone"]
    wild.book(box, "alice", seconds, ahead)
    wild.pass_time(2)
    return box


def tapped_alone(wild, seconds=600, ahead=0):
    """Now the network is gone, and she taps."""
    box = listed(wild, seconds, ahead)
    wild.plug(box, False)
    wild.pass_time(6)
    wild.tap(box, "alice")
    return box


@at("alone")
def an_older_list_is_handed_out_again(wild):
    """Alice was listed, and is no more; then some queue gives her back."""
    box = listed(wild)
    wild.revoke("alice")
    wild.pass_time(2)
    assert box.store.list.e == (), "whose certification is gone is still listed"
    (first, *_newer) = [m for _device, m in wild.said if m.kind == "list"]
    wild.arrive(box.name, first)
    wild.plug(box, False)
    wild.pass_time(6)
    wild.tap(box, "alice")


@at("alone")
def a_listed_time_has_not_come(wild):
    tapped_alone(wild, ahead=60)


@at("alone")
def an_entry_runs_out(wild):
    assert tapped_alone(wild, seconds=60).relay
    wild.pass_time(100)


@at("alone")
def the_network_goes_for_a_moment(wild):
    box = listed(wild)
    wild.plug(box, False)
    wild.pass_time(1)
    wild.tap(box, "alice")
    wild.pass_time(1)
    wild.plug(box, True)
    wild.pass_time(2)


def back_from_being_alone(wild):
    """It began by itself, and the network is back."""
    box = listed(wild)
    wild.work_alone(box, "alice")
    assert box.relay
    return box


@at("alone")
def what_was_begun_alone_is_found(wild):
    back_from_being_alone(wild)
    wild.pass_time(80)


@at("alone")
def what_was_begun_alone_may_not_go_on(wild):
    box = tapped_alone(wild)
    assert box.relay
    wild.revoke("alice")
    wild.plug(box, True)
    wild.pass_time(60)


@at("alone")
def rows_are_shown_again(wild):
    box = back_from_being_alone(wild)
    wild.pass_time(2)
    (shown, *_others) = [n for n, (_, m) in enumerate(wild.said) if m.kind == "journal"]
    wild.say_again(shown)
    assert box.relay
    wild.eyes.come_to_rest()


@at("pair")
def one_of_two_comes(wild):
    box = wild.boxes["pair"]
    wild.book(box, "alice", 600)
    wild.tap(box, "alice")
    wild.deliver()
    wild.pass_time(1)


@at("pair")
def the_first_of_two_has_gone(wild):
    wild.come_both(wild.boxes["pair"], "alice", "dana", 50)
    wild.pass_time(1)


@at("pair")
def the_supervisor_loses_the_right_to(wild):
    box = wild.boxes["lesson"]
    wild.book(box, "charlie", 600)
    wild.come_both(box, "charlie", "dana", 4)
    wild.pass_time(2)
    assert box.relay
    wild.revoke("dana")
    wild.pass_time(30)


@at("shared")
def the_next_is_there_at_once(wild):
    """Alice's time is over for some seconds."""
    wild.leave_on(wild.boxes["shared"], "alice", "dana", 8)
    wild.pass_time(3)


@at("shared")
def who_was_taken_over_is_told(wild):
    """The old session never comes back: its device has been told, and the next has begun."""
    box = wild.boxes["shared"]
    wild.leave_on(box, "alice", "dana", 70)
    wild.pass_time(4)
    assert wild.met["taken over"] == 1
    assert wild.eyes.people_of(box.sid) == ("dana",)
    for number in range(len(wild.said)):
        wild.say_again(number)
        assert box.sid is None or wild.eyes.people_of(box.sid) == ("dana",)
    wild.pass_time(4)


@at("shared")
def a_tap_comes_long_before_the_end(wild):
    box = begin(wild, "shared", 1000)
    box.running = True
    wild.pass_time(6)
    wild.tap(box, "alice")
    wild.deliver()


@at("shared")
def stop_is_pressed(wild):
    wild.press_stop(begin(wild, "shared"))
    wild.pass_time(5)


@at("shared")
def the_machine_beside_the_extractor_is_finished(wild):
    box = begin(wild, "shared")
    wild.pass_time(10)
    assert wild.boxes["extractor"].relay
    wild.tap(box, "alice")
    wild.pass_time(80)
    assert not wild.boxes["extractor"].relay


@at("shared")
def somebody_is_at_the_door_an_hour_late(wild):
    """Or the clock is wrong, and comes right just while she taps again."""
    box = wild.boxes["door"]
    wild.jump(3600)
    wild.pass_time(10)
    wild.tap(box, "alice")
    wild.deliver()
    wild.pass_time(4)
    wild.tap(box, "alice")
    wild.jump(-3600)
    wild.deliver()
    assert box.relay


@at("shared")
def a_member_is_at_the_door(wild):
    wild.tap(wild.boxes["door"], "alice")
    wild.deliver()
    assert wild.boxes["door"].relay
    wild.pass_time(8)


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


def anybody_listed(memory, config, badge, up):
    """Whenever it is."""
    found = memory.store.list.e
    return found[0] if found and memory.utc_at_boot is not None else None


def alone_for_ever(memory, config, entry, up, begin=offline.begin):
    begin(memory, config, entry, up)
    memory.session.exp += 1_000
    memory.session.hard += 1_000


def for_one(facts, now, by_claim=decision._by_claim):
    return by_claim(replace(facts, two_person=False), now)


def only_the_first(facts, at, judged=decision._judged):
    if facts.companion is None:
        return judged(facts, at)
    return judged(replace(facts, companion=None, judge=decision._trainee(facts)), at)


def always(*_args, **_kwargs):
    return True


def opened_wide(memory, pulse_ms, up):
    memory.pulse_end = up + 60


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
    "S2 a tap that another has decided is known": (
        two_hear_one_tap,
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
    "D10 an older list never counts again": (
        an_older_list_is_handed_out_again,
        [(offline, "list_refused", nothing)],
        "an older list counts again",
    ),
    "D10 an entry is for a time": (
        a_listed_time_has_not_come,
        [(offline, "entry_for", anybody_listed)],
        "not listed for this time",
    ),
    "D10 a session ends with its entry": (
        an_entry_runs_out,
        [(offline, "begin", alone_for_ever)],
        "on for longer than its list allows",
    ),
    "D10 a list is asked when the network is gone": (
        the_network_goes_for_a_moment,
        [(offline, "silent", nothing)],
        "a list was asked at once",
    ),
    "S6 a session of the device's own is adopted, or ended": (
        what_was_begun_alone_is_found,
        [(alone, "is_awaited", lambda *_: True)],
        "neither adopted nor ended",
    ),
    "S6 it is decided afresh": (
        what_was_begun_alone_may_not_go_on,
        [(states, "redecide", unchanged), (sweeping, "redecide", unchanged)],
        "told nothing, or deaf",
    ),
    "S6 a row is filed once": (
        rows_are_shown_again,
        [(journals, "_filed", lambda *_: {})],
        "a message broke its own handling",
    ),
    "two people are two": (
        one_of_two_comes,
        [(decision, "_by_claim", for_one)],
        "one person alone",
    ),
    "they come together": (
        the_first_of_two_has_gone,
        [(first_tap, "WITHIN", 3_600), (first_tap, "RECEIVED", timedelta(hours=1))],
        "the first of two had gone",
    ),
    "both are judged": (
        the_supervisor_loses_the_right_to,
        [(decision, "_judged", only_the_first)],
        "told nothing, or deaf",
    ),
    "nobody is taken over at once": (
        the_next_is_there_at_once,
        [(Bench, "take_over", timedelta(0))],
        "taken over in its own time",
    ),
    "who is taken over is told off": (
        who_was_taken_over_is_told,
        [(access.services.running, "end", nothing)],
        "assert",
    ),
    "a tap extends in the last minutes": (
        a_tap_comes_long_before_the_end,
        [(running, "may_extend", lambda *_: True)],
        "extended long before its end",
    ),
    "D11 stop is stop": (
        stop_is_pressed,
        [(rules, "stop", nothing)],
        "on, and STOP was pressed",
    ),
    "what runs with machines ends with them": (
        the_machine_beside_the_extractor_is_finished,
        [(following, "follow", lambda run, **_: run), (following, "is_wanted", always)],
        "the extractor",
    ),
    "a door has hours": (
        somebody_is_at_the_door_an_hour_late,
        [(doors, "refusals", lambda *_: ())],
        "opened to nobody who may come in",
    ),
    "D12 a pulse is a moment": (
        a_member_is_at_the_door,
        [(rules, "open_door", opened_wide)],
        "the door stays open",
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_with_it_the_story_ends_well(wild, guard):
    scene, _without, _why = GUARDS[guard]
    scene(wild)
    wild.eyes.come_to_rest()


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
    "D10": [(offline, "list_refused", nothing)],
    "the second of two": [(decision, "_by_claim", for_one)],
    "D11": [(rules, "stop", nothing)],
    "the hours of a door": [(doors, "refusals", lambda *_: ())],
}
ONLY_AT = {  # elsewhere it would never be missed
    "D10": "alone",
    "the second of two": "pair",
    "the hours of a door": "door",
}


@pytest.mark.long
@pytest.mark.parametrize("guard", HUNTED)
def test_without_it_chance_alone_breaks_the_world(db, monkeypatch, guard, figure, caplog):
    for module, name, instead in HUNTED[guard]:
        monkeypatch.setattr(module, name, instead)
    caplog.set_level("CRITICAL")  # the server says at length what it makes of it
    for seed in range(LIVES):
        with undone():
            site = site_with(ONLY_AT[guard]) if guard in ONLY_AT else site_of(seed)
            wild = Wild(random.Random(seed), 1 + seed % 2, site)
            try:
                happenings.live(wild, LONG_LIFE)
            except AssertionError as broken:
                why = str(broken).partition("\n")[0]
                figure(f"without {guard}: life {seed}, step {wild.steps:,}: {why}")
                return
    pytest.fail(f"{LIVES} lives without {guard}, and nothing was missed")


@pytest.mark.long
@pytest.mark.postgres
def test_two_gatekeepers_at_once_break_it_if_they_take_no_turns(new_postgres_url):
    with pytest.raises(AssertionError, match="a message broke its own handling"):
        on_postgres(new_postgres_url("wild"), "unheld", 0, 500)
