"""The device rules one by one, with honest messages and with forged ones."""

import pytest

import wire
from tests.device.bench import ALICE, BOB, BOOT, OTHER_BOOT, OTHER_SID, SID, Bench
from wire import rules
from wire.events import (
    Aux,
    Beep,
    Boot,
    Connected,
    Disconnected,
    Publish,
    Relay,
    Tapped,
    Tick,
    Typed,
)

# D1 -----------------------------------------------------------------------------------------------


def test_d1_the_first_thing_a_booting_device_does_is_open_the_relay():
    bench = Bench()
    assert bench.effects[0] == Relay(on=False)
    assert bench.st == "locked"


def test_d1_a_connected_device_says_available_hello_state_in_this_order():
    bench = Bench()
    assert [m.kind for m in bench.published()] == ["avail", "hello", "state"]
    assert bench.published("avail") == [wire.Avail(device="laser-1", on=True, boot=BOOT)]
    assert bench.state.n == 1


def test_d1_a_device_without_a_network_says_nothing():
    bench = Bench().lose()
    bench.effects.clear()
    bench.run_to(130)
    assert bench.published() == []


# D2 -----------------------------------------------------------------------------------------------


def test_d2_the_relay_is_on_until_the_lease_ends_and_not_a_tick_longer():
    bench = Bench().arm(exp=130)
    bench.do(Tick(), 129.9)
    assert bench.relay
    bench.do(Tick(), 130)
    assert not bench.relay
    assert bench.st == "locked"


def test_d2_grace_never_passes_hard():
    bench = Bench().start(exp=130, hard=140, fin=60)
    bench.run_to(130)
    assert (bench.st, bench.state.grace_end) == ("grace", 140)
    bench.run_to(140)
    assert (bench.st, bench.relay) == ("locked", False)


def test_d2_a_lease_in_the_tick_after_the_end_revives_nothing():
    bench = Bench().arm(exp=130)
    bench.up = 130.05
    bench.hear(bench.lease(exp=160))
    assert (bench.st, bench.relay) == ("locked", False)


def test_d2_the_relay_opens_before_the_state_says_so():
    bench = Bench().arm(exp=130)
    effects = bench.do(Tick(), 130)
    assert isinstance(effects[0], Relay)
    assert effects[1].message.relay is False


# D3 -----------------------------------------------------------------------------------------------


def test_d3_a_grant_inside_the_answer_to_a_tap_switches_on():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, grant=bench.grant(nonce)))
    assert (bench.st, bench.relay, bench.state.sid) == ("armed", True, SID)
    assert bench.switched == [False, True]


def test_d3_a_grant_on_its_own_may_answer_a_tap_too():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.grant(nonce))
    assert bench.st == "armed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"boot": OTHER_BOOT}, "of another boot"),
        ({"exp": 100}, "expired"),
        ({"exp": 99}, "expired"),
        ({"exp": 161}, "longer than a lease may be"),
        ({"re": "f" * 24}, "answers nothing asked here in the last 5 s"),
        ({"re": 1}, "answers nothing asked here in the last 5 s"),
        ({"re": 0}, "answers nothing asked here in the last 5 s"),
    ],
)
def test_d3_a_forged_grant_switches_nothing_on(changes, why):
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.grant(**{"re": nonce} | changes))
    assert bench.why == why
    assert (bench.st, bench.relay) == ("locked", False)


def test_d3_the_longest_lease_is_sixty_seconds():
    assert Bench().arm(exp=160).relay


def test_d3_a_forged_grant_inside_an_honest_answer_switches_nothing_on():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, grant=bench.grant("f" * 24)))
    assert not bench.relay
    assert bench.display.refused
    assert bench.published("state", bench.last)


def test_d3_a_refusal_with_a_grant_in_it_is_a_refusal():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, ok=False, code="no-booking", grant=bench.grant(nonce)))
    assert not bench.relay


@pytest.mark.parametrize("age", [5.01, 6, 29])
def test_d3_an_answer_that_took_over_five_seconds_switches_nothing_on(age):
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, grant=bench.grant(nonce)), 100 + age)
    assert not bench.relay


def test_d3_an_answer_at_five_seconds_is_in_time():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, grant=bench.grant(nonce)), 105)
    assert bench.relay


@pytest.mark.parametrize("session", ["arm", "start"])
def test_d3_only_a_locked_device_takes_a_grant(session):
    bench = Bench()
    getattr(bench, session)()
    nonce = bench.tap(BOB, bench.up + 4)
    bench.hear(bench.grant(nonce, sid=OTHER_SID))
    assert bench.why == f"{bench.st}, not locked"
    assert bench.state.sid == SID


def test_d3_grace_takes_no_grant():
    bench = Bench().start(exp=130)
    bench.run_to(131)
    nonce = bench.tap(BOB)
    bench.hear(bench.grant(nonce, sid=OTHER_SID))
    assert bench.why == "grace, not locked"


def test_d3_a_session_that_ended_here_is_never_granted_again():
    bench = Bench().arm(exp=110)
    bench.run_to(112)
    nonce = bench.tap()
    bench.hear(bench.grant(nonce))
    assert bench.why == "session has ended"
    assert not bench.relay


def test_d3_the_same_answer_twice_arms_once():
    bench = Bench()
    nonce = bench.tap()
    answer = bench.answer(nonce, grant=bench.grant(nonce))
    bench.hear(answer)
    bench.hear(bench.off())
    bench.hear(answer)
    assert bench.why == "answers no tap that waits"
    assert not bench.relay


def test_d3_a_tap_is_good_for_one_grant():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.grant(nonce))
    bench.hear(bench.off())
    bench.hear(bench.grant(nonce, sid=OTHER_SID))
    assert bench.why == "answers nothing asked here in the last 5 s"
    assert not bench.relay


def test_d3_the_age_of_a_tap_is_looked_at_even_if_no_tick_has_dropped_it():
    bench = Bench()
    grant = bench.grant(bench.tap())
    assert rules.grant_refused(bench.memory, grant, 105) is None
    assert rules.grant_refused(bench.memory, grant, 105.1)


def test_d3_a_reader_without_a_relay_takes_no_grant_and_no_offer():
    bench = Bench(caps=("reader",))
    nonce = bench.tap()
    bench.hear(bench.grant(nonce))
    assert bench.why == "no relay here"
    bench.hear(wire.Offer(boot=BOOT, sid=SID))
    assert bench.why == "no relay here"
    assert bench.memory.want is None


# D3 by offer --------------------------------------------------------------------------------------


def offered(**config):
    bench = Bench(**config)
    bench.hear(wire.Offer(boot=BOOT, sid=SID))
    return bench


def test_an_offer_switches_nothing_on_but_is_asked_for():
    bench = offered()
    assert not bench.relay
    assert (bench.state.st, bench.state.want, bench.state.sid) == ("locked", SID, None)


def test_the_grant_that_answers_the_asking_state_switches_on():
    bench = offered()
    bench.hear(bench.grant(bench.state.n))
    assert (bench.st, bench.relay) == ("armed", True)
    assert (bench.state.sid, bench.state.want) == (SID, None)


def test_a_lost_grant_is_asked_for_again_each_second():
    bench = offered()
    bench.run_to(103)
    asking = [s.n for s in bench.published("state") if s.want == SID]
    assert len(asking) == 4
    bench.hear(bench.grant(asking[0]))
    assert bench.relay


def test_an_offer_not_granted_in_five_seconds_is_given_up_and_said_so():
    bench = offered()
    bench.run_to(105.2)
    assert bench.state.want is None
    assert bench.state.n > 1
    bench.hear(bench.grant(2))
    assert not bench.relay


@pytest.mark.parametrize("changes", [{"sid": OTHER_SID}, {"re": 1}, {"re": 3}])
def test_a_grant_for_something_else_than_the_state_asked_switches_nothing_on(changes):
    bench = offered()
    assert bench.state.n == 2
    bench.hear(bench.grant(**{"re": 2} | changes))
    assert not bench.relay


def test_an_offer_from_before_the_reboot_is_not_asked_for():
    bench = Bench()
    bench.hear(wire.Offer(boot=OTHER_BOOT, sid=SID))
    assert bench.why == "of another boot"
    assert bench.memory.want is None


def test_an_offer_of_an_ended_session_is_not_asked_for():
    bench = Bench().arm()
    bench.hear(bench.off())
    bench.hear(wire.Offer(boot=BOOT, sid=SID))
    assert bench.why == "session has ended"


def test_an_offer_during_a_session_is_not_asked_for():
    bench = Bench().arm()
    bench.hear(wire.Offer(boot=BOOT, sid=OTHER_SID))
    assert bench.why == "armed, not locked"


def test_a_repeated_offer_does_not_make_its_five_seconds_longer():
    bench = offered()
    bench.hear(wire.Offer(boot=BOOT, sid=SID), 103)
    assert bench.why == "asked for already"
    bench.run_to(105.2)
    assert bench.memory.want is None


@pytest.mark.parametrize("sid", [SID, "*"])
def test_an_off_takes_the_offer_back(sid):
    bench = offered()
    asked = bench.state.n
    bench.hear(bench.off(sid=sid))
    bench.hear(bench.grant(asked))
    assert bench.why == "session has ended"
    assert not bench.relay


# D4 -----------------------------------------------------------------------------------------------


def test_d4_a_lease_moves_the_end():
    bench = Bench().arm(exp=130)
    bench.run_to(110)
    bench.hear(bench.lease(exp=140))
    bench.run_to(139)
    assert bench.relay
    bench.run_to(140)
    assert not bench.relay


def test_d4_an_earlier_end_counts_too():
    bench = Bench().arm(exp=130)
    bench.hear(bench.lease(exp=105))
    bench.run_to(105)
    assert not bench.relay


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"boot": OTHER_BOOT}, "of another boot"),
        ({"sid": OTHER_SID}, "not the session here"),
        ({"re": 1}, "answers an older state than the last lease did"),
        ({"re": 3}, "answers a state not sent yet"),
        ({"exp": 100}, "expired"),
        ({"exp": 161}, "longer than a lease may be"),
    ],
)
def test_d4_a_forged_lease_changes_nothing(changes, why):
    bench = Bench().arm(exp=130)
    assert bench.state.n == 2  # the locked state had n = 1, the arming one has n = 2
    bench.hear(bench.lease(**changes))
    assert bench.why == why
    assert bench.memory.session.exp == 130


def test_d4_the_arming_state_may_be_answered_by_a_lease():
    bench = Bench().arm(exp=130)
    bench.hear(bench.lease(re=2, exp=125))
    assert bench.memory.session.exp == 125


def test_d4_an_older_lease_that_arrives_late_is_ignored():
    bench = Bench().arm(exp=130)
    bench.run_to(120)
    n = bench.memory.n
    bench.hear(bench.lease(re=n, exp=150))
    bench.hear(bench.lease(re=n, exp=149))
    bench.hear(bench.lease(re=n - 1, exp=145))
    assert bench.memory.session.exp == 150


def test_d4_a_lease_switches_nothing_on():
    bench = Bench()
    bench.hear(bench.lease())
    assert bench.why == "not the session here"
    assert not bench.relay


def test_d4_a_lease_in_grace_returns_to_running():
    bench = Bench().start(exp=130, fin=60)
    bench.run_to(131)
    assert bench.st == "grace"
    bench.hear(bench.lease(exp=160))
    assert (bench.st, bench.relay) == ("running", True)
    assert bench.state.grace_end is None


def test_d4_seconds_of_grace_are_spent_once():
    bench = Bench().start(exp=130, fin=20)
    bench.run_to(134.5)  # 130 to 134 were touched: five seconds are gone
    bench.hear(bench.lease(exp=150))
    bench.run_to(150)
    assert (bench.st, bench.state.grace_end) == ("grace", 165)


def test_d4_short_graces_add_up_to_no_more_than_fin():
    bench = Bench().start(exp=110, fin=5)
    graces = 0
    for _ in range(20):
        bench.run_to(bench.memory.session.exp + 0.2)
        if bench.st == "locked":
            break
        graces += 1
        bench.hear(bench.lease(exp=int(bench.up) + 10))
    assert (graces, bench.st) == (5, "locked")


# D5 -----------------------------------------------------------------------------------------------


def test_d5_two_seconds_of_current_are_a_running_job():
    bench = Bench().arm()
    bench.draw(800)
    bench.run_to(101.9)
    assert bench.st == "armed"
    bench.run_to(102)
    assert (bench.st, bench.state.ma) == ("running", 800)


def test_d5_a_short_surge_is_not_a_job():
    bench = Bench().arm()
    bench.draw(3400)
    bench.draw(0, 101.5)
    bench.draw(3400, 101.6)
    bench.run_to(103.5)
    assert bench.st == "armed"


def test_d5_a_job_that_pauses_shorter_than_idle_s_goes_on():
    bench = Bench().start(idle_s=20)
    bench.hear(bench.lease(exp=160))
    bench.draw(0)
    bench.run_to(bench.up + 19.9)
    assert bench.st == "running"
    bench.run_to(bench.up + 0.1)
    assert (bench.st, bench.relay) == ("armed", True)


@pytest.mark.parametrize("config", [{"caps": ("relay", "reader")}, {}])
def test_d5_without_feedback_nothing_runs_and_there_is_no_grace(config):
    bench = Bench(**config)
    bench.arm(exp=130, run_ma=0)
    bench.draw(5000)
    bench.run_to(129)
    assert bench.st == "armed"
    bench.run_to(130)
    assert bench.st == "locked"


# D6 -----------------------------------------------------------------------------------------------


def test_d6_an_armed_machine_locks_when_the_lease_ends():
    bench = Bench().arm(exp=130, fin=60)
    bench.run_to(130)
    assert (bench.st, bench.relay) == ("locked", False)


def test_d6_a_running_machine_without_seconds_to_finish_locks_when_the_lease_ends():
    bench = Bench().start(exp=130, fin=0)
    bench.run_to(130)
    assert (bench.st, bench.relay) == ("locked", False)


def test_d6_a_running_job_may_finish():
    bench = Bench().start(exp=130, fin=60)
    bench.run_to(130)
    assert (bench.st, bench.relay, bench.state.grace_end) == ("grace", True, 190)
    bench.run_to(189.9)
    assert bench.relay
    bench.run_to(190)
    assert (bench.st, bench.relay) == ("locked", False)


def test_d6_a_device_that_was_busy_gives_no_second_more():
    bench = Bench().start(exp=130, fin=60)
    bench.do(Tick(), 131.9)
    assert bench.state.grace_end == 190


def test_d6_a_device_that_slept_through_grace_locks_at_once():
    bench = Bench().start(exp=130, fin=60)
    bench.do(Tick(), 190)
    assert (bench.st, bench.relay) == ("locked", False)


def test_d6_a_job_that_ends_in_grace_locks():
    bench = Bench().start(exp=130, fin=60, idle_s=20)
    bench.run_to(135)
    bench.draw(0)
    bench.run_to(154.9)
    assert bench.st == "grace"
    bench.run_to(155)
    assert (bench.st, bench.relay) == ("locked", False)


def test_d6_a_device_that_cannot_see_current_has_no_seconds_to_finish():
    bench = Bench(caps=("relay", "reader"))
    bench.arm(fin=60)
    assert bench.memory.session.fin == 0


# D7 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sid", [SID, "*"])
@pytest.mark.parametrize("mode", ["stop", "a-word-from-a-later-version"])
@pytest.mark.parametrize("session", ["arm", "start"])
def test_d7_stop_opens_the_relay_at_once(session, mode, sid):
    bench = Bench()
    getattr(bench, session)()
    effects = bench.hear(bench.off(sid=sid, mode=mode))
    assert effects[0] == Relay(on=False)
    assert bench.st == "locked"
    assert bench.state.sid is None


def test_d7_stop_ends_grace_too():
    bench = Bench().start(exp=130)
    bench.run_to(131)
    bench.hear(bench.off())
    assert (bench.st, bench.relay) == ("locked", False)


def test_d7_an_off_for_another_boot_is_ignored():
    bench = Bench().arm()
    bench.hear(bench.off(boot=OTHER_BOOT))
    assert bench.why == "of another boot"
    assert bench.relay


def test_d7_an_off_for_another_session_leaves_this_one_alone():
    bench = Bench().arm()
    bench.hear(bench.off(sid=OTHER_SID))
    assert bench.relay


def test_d7_an_off_that_overtakes_its_grant_wins():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.off())
    bench.hear(bench.answer(nonce, grant=bench.grant(nonce)))
    assert bench.why == "session has ended"
    assert not bench.relay


def test_d7_the_last_sixteen_ended_sessions_are_remembered():
    bench = Bench()
    for n in range(17):
        bench.hear(bench.off(sid=f"{n:024x}"))
    assert bench.memory.ended == tuple(f"{n:024x}" for n in range(1, 17))


def test_d7_after_job_locks_a_machine_that_does_nothing():
    bench = Bench().arm()
    bench.hear(bench.off(mode="after-job"))
    assert (bench.st, bench.relay) == ("locked", False)


def test_d7_after_job_lets_the_job_finish_from_now():
    bench = Bench().start(exp=130, fin=60)
    bench.hear(bench.off(mode="after-job"), 110)
    assert (bench.st, bench.relay, bench.state.grace_end) == ("grace", True, 170)


def test_d7_after_job_stops_what_has_no_seconds_to_finish():
    bench = Bench().start(fin=0)
    bench.hear(bench.off(mode="after-job"))
    assert (bench.st, bench.relay) == ("locked", False)


def test_d7_after_job_in_grace_leaves_its_end_and_refuses_every_lease():
    bench = Bench().start(exp=130, fin=60)
    bench.run_to(135)
    bench.hear(bench.off(mode="after-job"))
    assert (bench.st, bench.memory.session.grace_end) == ("grace", 190)
    bench.hear(bench.lease(exp=160))
    assert bench.why == "session is closing"
    assert bench.st == "grace"


def test_d7_a_closing_session_takes_no_lease():
    bench = Bench().start(exp=130, fin=60)
    bench.hear(bench.off(mode="after-job"))
    bench.hear(bench.lease())
    assert bench.why == "session is closing"


def test_d7_stop_replaces_after_job():
    bench = Bench().start(exp=130, fin=60)
    bench.hear(bench.off(mode="after-job"))
    bench.hear(bench.off(mode="stop"))
    assert (bench.st, bench.relay) == ("locked", False)


# D8 -----------------------------------------------------------------------------------------------


def test_d8_a_tap_without_an_answer_is_sent_five_times_unchanged():
    bench = Bench()
    bench.tap()
    bench.run_to(110)
    taps = bench.published("tap")
    assert len(taps) == 5
    assert len(set(taps)) == 1


def test_d8_retries_come_a_second_apart():
    bench = Bench()
    bench.tap()
    when = []
    while bench.up < 106:
        if bench.published("tap", bench.do(Tick(), round(bench.up + 0.1, 3))):
            when.append(bench.up)
    assert when == [101, 102, 103, 104]


def test_d8_after_five_seconds_there_is_no_connection_and_a_state_proves_nothing_is_held():
    bench = Bench()
    bench.tap()
    bench.run_to(105)
    assert bench.display.small == "One moment."
    n = bench.state.n
    bench.run_to(105.1)
    assert bench.display.small == "No connection. Tap again in a moment."
    assert (bench.state.n, bench.state.sid) == (n + 1, None)


def test_d8_an_answer_ends_the_retries():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, ok=False, code="no-booking", text="Book it first."), 100.5)
    bench.run_to(106)
    assert len(bench.published("tap")) == 1
    assert bench.display.small == "Book it first."
    assert (bench.display.refused, bench.display.lamp) == (True, "red")


def test_d8_a_badge_left_on_the_reader_taps_once():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, ok=False))
    for tenth in range(1, 100):
        bench.do(Tapped(ALICE, next(bench.nonces)), 100 + tenth / 10)
    assert len(bench.published("tap")) == 1
    bench.tap(up=113)
    assert len(bench.published("tap")) == 2


KEYPAD = ("relay", "reader", "display", "pin")


def typing(bench, keys, up=None):
    for key in keys:
        bench.do(Typed(key), up)


@pytest.mark.parametrize(("caps", "sent"), [(KEYPAD, "73914"), (("relay", "reader"), None)])
def test_d8_a_pin_goes_with_its_tap_and_the_repetitions_from_a_reader_that_has_a_keypad(caps, sent):
    bench = Bench(caps=caps)
    typing(bench, "73914")
    bench.tap(ALICE)
    bench.run_to(102.5)
    assert [tap.pin for tap in bench.published("tap")] == [sent] * 3
    bench.run_to(110)
    bench.tap(BOB)
    assert bench.published("tap")[-1].pin is None


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        ("73914#", "73914"),  # as one is used to end it
        ("739*4711", "4711"),  # typed wrong, begun anew
        ("7A3B914", "73914"),
        ("4711*", None),
        ("1234567890" * 2, "5678901234567890"),  # as many as a tap may have
        ("٤٧", None),  # digits, though none that a tap may have
        ("", None),
    ],
)
def test_d8_of_the_keys_the_digits_count_and_a_star_takes_them_back(keys, sent):
    bench = Bench(caps=KEYPAD)
    typing(bench, keys)
    bench.tap(ALICE)
    assert bench.published("tap")[-1].pin == sent


def test_d8_a_digit_waits_ten_seconds_for_a_badge_whether_or_not_others_follow():
    bench = Bench(caps=KEYPAD)
    typing(bench, "99", 100)  # somebody else, who has gone
    typing(bench, "4711", 100.1)
    bench.run_to(110.05)
    bench.tap(ALICE, 110.1)
    assert bench.published("tap")[-1].pin == "4711"
    typing(bench, "4711", 120)
    bench.run_to(130.1)
    assert bench.device.memory.typed == ()
    bench.tap(BOB, 130.2)
    assert bench.published("tap")[-1].pin is None


def test_d8_digits_wait_while_a_badge_that_lies_there_is_no_tap():
    """Whoever is asked for a PIN, types it and taps too soon need not type it again."""
    bench = Bench(caps=KEYPAD)
    bench.hear(bench.answer(bench.tap(ALICE), ok=False, code="needs-pin"))
    typing(bench, "4711", 101)
    bench.tap(ALICE, 102)
    assert bench.why == "the same badge, still there"
    bench.tap(ALICE, 105.1)
    assert bench.published("tap")[-1].pin == "4711"


def test_d8_what_is_typed_is_neither_shown_nor_said():
    bench = Bench(caps=KEYPAD)
    before = bench.display
    typing(bench, "73914", 101)
    assert bench.last == []
    assert bench.display == before
    typing(bench, "7", 102)
    assert "7" not in repr(Typed("7"))
    assert "typed" not in repr(bench.device.memory)


def test_d8_another_badge_waits_until_the_first_has_its_answer():
    bench = Bench()
    nonce = bench.tap(ALICE)
    bench.tap(BOB, 101)
    assert bench.why == "the tap before has no answer yet"
    bench.hear(bench.answer(nonce, ok=False))
    bench.tap(BOB, 104.1)
    assert [tap.badge for tap in bench.published("tap")] == [ALICE, BOB]


@pytest.mark.parametrize("changes", [{"nonce": "f" * 24}, {"boot": OTHER_BOOT}])
def test_d8_an_answer_to_something_else_is_not_shown(changes):
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(**{"nonce": nonce, "text": "Hello Mallory."} | changes))
    assert bench.why
    assert bench.display.small == "One moment."


def test_d8_a_device_without_a_reader_taps_nothing():
    bench = Bench(caps=("relay", "current"))
    bench.tap()
    assert bench.published("tap") == []


def test_d8_a_tap_made_offline_is_sent_if_the_network_is_back_in_time():
    bench = Bench().lose()
    nonce = bench.tap()
    assert bench.published("tap") == []
    bench.run_to(102.5)
    bench.do(Connected())
    bench.run_to(103)
    assert [tap.nonce for tap in bench.published("tap")] == [nonce]


# D9 -----------------------------------------------------------------------------------------------


def test_d9_current_behind_an_open_relay_is_a_stuck_contactor():
    bench = Bench()
    bench.draw(3400)
    bench.run_to(101.9)
    assert bench.st == "locked"
    bench.run_to(102)
    assert (bench.st, bench.state.fault, bench.relay) == ("fault", "contactor-stuck", False)


def test_d9_a_closed_auxiliary_contact_is_one_too():
    bench = Bench(caps=("relay", "reader", "aux"))
    bench.do(Aux(closed=True))
    bench.run_to(102)
    assert (bench.st, bench.state.aux) == ("fault", True)


def test_d9_a_cut_under_load_gets_two_seconds_to_run_down():
    bench = Bench().start()
    bench.draw(3400, 120)  # current has flowed for long; what counts is when the relay opened
    bench.hear(bench.off())
    bench.run_to(121.9)
    assert bench.st == "locked"
    bench.draw(0)
    bench.run_to(130)
    assert bench.st == "locked"


def test_d9_a_contactor_that_stays_closed_after_the_cut_is_found():
    bench = Bench().start()
    bench.hear(bench.off(), 120)
    bench.run_to(122)
    assert bench.st == "fault"


def test_d9_what_counts_as_current_comes_with_the_grant():
    bench = Bench(stray_ma=500)
    bench.arm(run_ma=800)
    bench.hear(bench.off())
    bench.draw(800)
    bench.run_to(bench.up + 5)
    assert bench.st == "locked"
    bench.draw(801)
    bench.run_to(bench.up + 5)
    assert bench.st == "fault"


def test_d9_a_fault_takes_no_grant_and_goes_with_nothing_but_a_reboot():
    bench = Bench()
    bench.draw(3400)
    bench.run_to(102)
    bench.draw(0)
    bench.hear(bench.off(sid="*"))
    bench.do(Disconnected())
    bench.do(Connected())
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, grant=bench.grant(nonce)))
    assert bench.why == "fault, not locked"
    assert (bench.st, bench.relay) == ("fault", False)
    assert Bench().st == "locked"


@pytest.mark.parametrize("session", ["arm", "start"])
def test_d9_a_connection_lost_and_found_changes_nothing(session):
    bench = Bench()
    getattr(bench, session)()
    before = bench.st, bench.memory.session.exp, bench.switched
    bench.do(Disconnected())
    bench.do(Connected())
    assert (bench.st, bench.memory.session.exp, bench.switched) == before
    assert bench.published("hello")[-1].boot == BOOT


# D11 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("session", ["arm", "start"])
def test_d11_stop_opens_the_relay_first_and_tells_then(session):
    bench = Bench()
    getattr(bench, session)()
    effects = bench.press("stop")
    assert effects[0] == Relay(on=False)
    assert bench.published("button", effects)[0].name == "stop"
    assert (bench.st, bench.state.sid) == ("locked", None)
    assert SID in bench.memory.ended


def test_d11_stop_needs_no_network():
    bench = Bench().arm().lose()
    bench.press("stop")
    assert not bench.relay
    bench.do(Connected())
    assert bench.published("button") == []


def test_d11_stop_ends_grace_too():
    bench = Bench().start(exp=130)
    bench.run_to(131)
    bench.press("stop")
    assert (bench.st, bench.relay) == ("locked", False)


def test_d11_a_grant_under_way_to_a_stopped_device_switches_nothing_on():
    bench = Bench()
    nonce = bench.tap()
    bench.press("stop")
    bench.hear(bench.answer(nonce, grant=bench.grant(nonce)))
    assert not bench.relay


def test_d11_a_stopped_device_does_not_take_what_it_asked_for():
    bench = Bench()
    bench.hear(wire.Offer(boot=BOOT, sid=SID))
    asked = bench.memory.n
    bench.press("stop")
    assert bench.state.want is None
    bench.hear(bench.grant(asked))
    assert bench.why == "session has ended"
    assert not bench.relay


def test_d11_arm_asks_and_switches_nothing_on():
    bench = Bench()
    bench.press("arm")
    assert [button.name for button in bench.published("button")] == ["arm"]
    assert (bench.st, bench.relay) == ("locked", False)


def test_d11_arm_says_nothing_while_a_session_is_on():
    bench = Bench().arm()
    bench.press("arm")
    assert bench.published("button") == []
    assert bench.relay


# D12 ----------------------------------------------------------------------------------------------

DOOR = ("reader", "door")


def test_d12_a_door_opens_for_its_pulse_and_holds_no_session():
    bench = Bench(caps=DOOR)
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, pulse_ms=3000))
    assert (bench.st, bench.relay, bench.state.sid) == ("locked", True, None)
    assert (bench.display.state, bench.display.lamp) == ("OPEN", "green")
    bench.run_to(102.9)
    assert bench.relay
    bench.run_to(103)
    assert not bench.relay
    assert bench.display.state == "LOCKED"


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "f" * 24},
        {"boot": OTHER_BOOT},
        {"ok": False},
        {"pulse_ms": 0},
        {"pulse_ms": 10_001},
    ],
)
def test_d12_a_forged_answer_opens_nothing(changes):
    bench = Bench(caps=DOOR)
    nonce = bench.tap()
    bench.hear(bench.answer(**{"nonce": nonce, "pulse_ms": 3000} | changes))
    assert not bench.relay


def test_d12_an_answer_opens_once():
    bench = Bench(caps=DOOR)
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, pulse_ms=1000))
    bench.run_to(102)
    bench.hear(bench.answer(nonce, pulse_ms=1000))
    assert not bench.relay


def test_d12_an_answer_after_five_seconds_opens_nothing():
    bench = Bench(caps=DOOR)
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, pulse_ms=3000), 105.1)
    assert not bench.relay


def test_d12_a_machine_is_no_door():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, pulse_ms=3000))
    assert bench.why == "no door here"
    assert not bench.relay


def test_d12_a_pulse_leaves_a_session_alone():
    bench = Bench(caps=("relay", "reader", "door")).arm(exp=130)
    nonce = bench.tap(BOB, 110)
    bench.hear(bench.answer(nonce, pulse_ms=9000), 111)
    assert bench.why == "armed, not locked"
    bench.hear(bench.off(), 112)
    assert not bench.relay


@pytest.mark.parametrize("end", ["off", "stop"])
def test_d12_a_pulse_can_be_cut_short(end):
    bench = Bench(caps=DOOR)
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, pulse_ms=9000))
    if end == "off":
        bench.hear(bench.off(sid="*"))
    else:
        bench.press("stop")
    assert not bench.relay


# Sync, text, state --------------------------------------------------------------------------------


def test_a_sync_is_answered_by_one_state_with_its_id():
    bench = Bench()
    bench.hear(wire.Sync(id="s-1"))
    assert bench.state.id == "s-1"
    bench.run_to(115)
    assert bench.state.id is None


def test_a_sync_for_another_boot_is_not_answered():
    bench = Bench()
    bench.hear(wire.Sync(id="s-1", boot=OTHER_BOOT))
    assert bench.state.id is None


def test_the_time_counts_only_in_answer_to_a_recent_state():
    bench = Bench()
    bench.hear(wire.Sync(id="s-1", utc=1_795_000_000))
    assert bench.memory.utc_at_boot is None
    bench.hear(wire.Sync(id="s-1", re=bench.memory.n, utc=1_795_000_000), 103)
    assert bench.memory.utc_at_boot == 1_795_000_000 - 103


@pytest.mark.parametrize(("re", "up"), [(1, 105.1), (9, 101)])
def test_a_late_or_forged_time_is_ignored(re, up):
    bench = Bench()
    bench.hear(wire.Sync(id="s-1", re=re, utc=1_000_000_000), up)
    assert bench.memory.utc_at_boot is None


def test_a_sync_that_brings_the_time_is_not_answered():
    bench = Bench()
    effects = bench.hear(wire.Sync(id="s-1", re=1, utc=1_795_000_000))
    assert bench.published(among=effects) == []


def test_a_state_goes_out_every_ten_seconds_and_its_number_rises_by_one():
    bench = Bench()
    bench.run_to(135)
    states = bench.published("state")
    assert [(s.up, s.n) for s in states] == [(100, 1), (110, 2), (120, 3), (130, 4)]


def test_a_high_risk_device_has_a_faster_heartbeat():
    bench = Bench(heartbeat=5)
    bench.run_to(111)
    assert [s.up for s in bench.published("state")] == [100, 105, 110]


def test_words_from_the_server_are_shown_for_their_time():
    bench = Bench()
    effects = bench.hear(wire.Text(text="Closing in 10 minutes.", secs=30, beep=2))
    assert Beep(2) in effects
    bench.run_to(129)
    assert bench.display.small == "Closing in 10 minutes."
    bench.run_to(130)
    assert bench.display.small == "Tap your badge."


def test_the_clock_never_runs_backwards():
    bench = Bench().arm(exp=130)
    bench.do(Tick(), 130)
    bench.do(Boot("power"), 3)
    assert bench.memory.up == 130
    assert not bench.relay


def test_nothing_is_published_between_disconnect_and_connect():
    bench = Bench().arm(exp=130).lose()
    bench.effects.clear()
    bench.tap(BOB, 110)
    bench.run_to(140)
    assert not [e for e in bench.effects if isinstance(e, Publish)]
    assert not bench.relay
