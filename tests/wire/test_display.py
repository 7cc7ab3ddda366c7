"""What the person at the machine sees, in every state."""

import pytest

import wire
from tests.device.bench import BOOT, Bench
from wire.display import length
from wire.events import Tick


def after_the_notice(bench):
    """The words of the answer have gone from the display."""
    bench.do(Tick(), bench.up + 8)
    return bench


def test_a_locked_machine_asks_for_a_badge():
    display = Bench().display
    assert (display.state, display.big, display.small) == ("LOCKED", "LOCKED", "Tap your badge.")
    assert (display.lamp, display.left) == ("off", None)


def test_a_machine_without_a_network_says_so():
    bench = Bench().lose()
    bench.do(Tick())
    assert bench.display.small == "No connection."
    bench.tap()
    assert bench.display.small == "No connection. Trying."


def test_a_refusal_is_red_for_eight_seconds():
    bench = Bench()
    nonce = bench.tap()
    bench.hear(bench.answer(nonce, ok=False, text="Book it first."))
    assert (bench.display.small, bench.display.lamp) == ("Book it first.", "red")
    after_the_notice(bench)
    assert (bench.display.small, bench.display.lamp) == ("Tap your badge.", "off")


def test_an_armed_machine_says_press_start_and_how_long():
    bench = after_the_notice(Bench().arm(left=5400))
    assert (bench.display.state, bench.display.big) == ("ARMED", "PRESS START")
    assert bench.display.small == "Press start. 1 h 29 left."
    assert bench.display.lamp == "blue-slow"
    assert not bench.display.warning


def test_a_running_machine_shows_the_time_left():
    bench = after_the_notice(Bench().start(left=5400))
    assert (bench.display.state, bench.display.lamp) == ("RUNNING", "green")
    assert (bench.display.small, bench.display.left) == ("1 h 29 left.", 5390)


def test_a_refused_stranger_leaves_the_lamp_of_a_running_machine_alone():
    bench = Bench().start()
    nonce = bench.tap("B0B0")
    bench.hear(bench.answer(nonce, ok=False, text="In use until 15:00."))
    assert (bench.display.small, bench.display.lamp) == ("In use until 15:00.", "green")
    assert not bench.display.refused


def test_the_last_minutes_are_a_warning():
    bench = after_the_notice(Bench(warn_s=120).start(left=130))
    assert bench.display.small == "Time is nearly up: 2 min left."
    assert bench.display.warning


def test_a_lease_that_is_not_renewed_is_a_warning():
    bench = after_the_notice(Bench().start(exp=130, left=3600))
    bench.do(Tick(), 122)
    assert (bench.display.small, bench.display.warning) == ("No connection. Off in 8 s.", True)


def test_grace_counts_down_to_its_own_end():
    bench = Bench().start(exp=130, fin=60)
    bench.run_to(131)
    assert (bench.display.state, bench.display.big) == ("GRACE", "FINISHING")
    assert (bench.display.small, bench.display.left) == ("Job finishing. Off in 59 s.", 59)
    assert (bench.display.lamp, bench.display.warning) == ("amber-slow", True)


def test_a_fault_says_what_to_do():
    bench = Bench()
    bench.draw(3400)
    bench.run_to(102)
    assert (bench.display.state, bench.display.lamp) == ("FAULT", "red-fast")
    assert "e-stop" in bench.display.small


def test_words_of_an_earlier_answer_do_not_cover_a_fault():
    bench = Bench().start()
    bench.hear(bench.off(text="Finished and locked."))
    bench.run_to(bench.up + 3)
    assert bench.st == "fault"
    assert "e-stop" in bench.display.small


def test_words_of_an_earlier_grant_do_not_cover_how_long_a_job_may_finish():
    bench = Bench().start(exp=103, fin=60)
    bench.run_to(104)
    assert bench.st == "grace"
    assert bench.display.small == "Job finishing. Off in 59 s."
    nonce = bench.tap("B0B0")
    bench.hear(bench.answer(nonce, ok=False, text="Finishing until 15:02."))
    assert bench.display.small == "Finishing until 15:02."


def test_a_display_is_drawn_only_when_it_changes():
    bench = Bench()
    assert bench.do(Tick(), 100.1) == []


def test_why_a_session_ended_is_shown():
    bench = Bench().arm()
    bench.hear(
        wire.Off(boot=BOOT, sid="*", mode="stop", code="lockout", text="Locked out by Dana.")
    )
    assert (bench.display.state, bench.display.small) == ("LOCKED", "Locked out by Dana.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (5400, "1 h 30"),
        (3660, "1 h 01"),
    ],
)
def test_lengths_read_as_people_say_them(seconds, words):
    assert length(seconds) == words
