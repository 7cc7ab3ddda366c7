"""The kit believes our own device, and finds every guard that is taken out of it."""

from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest

import wire
from device.client import Address
from device.conformance.__main__ import FAIL, OK, main, run
from device.conformance.checks import ALL, jobs, whole
from device.conformance.hands import Control, NoHands, People
from device.conformance.server import Server
from device.conformance.trial import Trial
from tests.device.bench import ALICE, BOB, SID
from tests.device.broken import GUARDS, KEY
from tests.device.process import forged_server, running_boxes, running_device

pytestmark = pytest.mark.broker

RULES = {check.title: check for check in ALL}
# What each guard is for: a part of the title of the rule that must be found broken without it.
FINDS = {
    "avail comes last": "boots locked",
    "no will": "leaves a will",
    "nothing retained": "leaves its last avail",
    "reconnect reboots": "names the same boot",
    "sync not answered": "answers a sync by one state",
    "sync for all": "answers no sync for another boot",
    "slow heartbeat": "says every ten seconds",
    "grant of any boot": "a grant for another boot",
    "grant of any length": "a grant for longer than 60 s",
    "grant for no question": "a grant that answers a state which asked for nothing",
    "want for ever": "a grant more than 5 s late",
    "want said once": "asks again each second",
    "grant while armed": "while a session is on",
    "grant in grace": "a grant for a device in GRACE",
    "offer while armed": "while a session is on",
    "offer of any boot": "an offer for another boot",
    "grant of an ended session": "an off that overtakes its grant",
    "offer of an ended session": "a session switched off before it was offered",
    "a no with a grant": "a grant in an answer that says no",
    "answer of any boot": "a grant in an answer for another boot",
    "answer to any tap": "a grant in the answer to another tap",
    "answer at any time": "a tap is answered within 5 s",
    "never lapses": "it locks when the lease ends",
    "lease of any boot": "a lease for another boot",
    "lease of any session": "a lease for another session",
    "lease of any length": "a lease for longer than 60 s",
    "lease of the past": "a lease that has expired",
    "lease out of order": "an older lease that comes late",
    "lease from the future": "a lease that answers a state not sent",
    "lease while closing": "off after the job lets it finish",
    "lease not taken": "a lease moves the end later",
    "off not heard": "off stops its session",
    "off in known modes only": "off in a mode it does not know",
    "off of any boot": "off for another boot or another session",
    "off of any session": "off for another boot or another session",
    "nothing ends for good": "an ended session is neither asked for",
    "stop asks the server": "the stop button",
    "grace while armed": "what cannot be seen to run",
    "more than fin": "a running job has fin seconds",
    "more than hard": "GRACE never passes hard",
    "grace spent twice": "a lease in GRACE leads back",
    "never idle": "a job that ends in GRACE",
    "never runs": "two seconds of current",
    "no repetition": "a tap without an answer",
    "answer not heard": "an answer ends the repetitions",
    "any answer will do": "the answer to something else",
    "one nonce": "each tap has a nonce",
    "badge left on the reader": "a badge that stays",
    "digits sent once": "typed digits go with the next tap",
    "digits kept": "typed digits go with one tap",
    "digits for ever": "digits typed more than 10 s",
    "door for any answer": "a door stays closed",
    "door for ten minutes": "a door stays closed",
    "door stays open": "a door opens for its pulse",
    "contactor not watched": "current behind an open relay",
    "no lists": "a listed badge starts",
    "rows dropped when shown": "rows are handed over",
    "any badge alone": "a badge that is not listed",
    "list without end": "a list that has expired",
    "older list": "an older list",
    "any signature": "a grant that is not signed",
    "list of any key": "an older list",
    "grant not heard": "a grant it asked for arms it",
    "grant of the past": "a grant that has expired",
    "grant of any session": "a grant for another session than was wanted",
    "grant for any tap": "a grant that answers a tap which never was",
    "lease begins anew": "a lease after the end revives nothing",
    "off for one alone": "off for * stops",
    "empty list not kept": "an empty list takes everything back",
    "clock of its own": "who was not told the time",
    "contactor at once": "a job that is cut and runs down",
    "avail of no boot": "every message was protocol v1",
    "numbers left out": "were numbered 1, 2, 3",
    "grace_end at any time": "in every state the relay was on exactly",
}
# Rules that are found broken without a guard of others, too.
FINDS_TOO = {
    "a grant kept by the broker is inert": "grant for no question",
    "a grant inside the answer to its tap": "answer not heard",
    "a lease that answers a state before the session": "lease out of order",
    "off after the job locks a machine": "grace while armed",
    "a running job is cut when the lease ends": "more than fin",
    "off stops a job in GRACE": "off not heard",
    "a no opens no door": "a no with a grant",
}


def rule(part):
    (found,) = (check for title, check in RULES.items() if part in title)
    return found


def devices(port, names, guards):
    """Running devices {name: control port}, each without its guard."""
    arguments = [f"{name}={guard}" for name, guard in zip(names, guards, strict=True)]
    return running_boxes("tests.device.broken", names, port, *arguments)


def tried(broker, trials):
    """[(guard, checks)] -> the lines about each, all at the same time."""

    def one(name, control, checks):
        lines = []
        server = Server(name, Address("127.0.0.1", broker.port), KEY)
        server.signs = name.startswith("mac")
        hands = Control("127.0.0.1", control)
        try:
            server.hear(wire.State, 12)  # its first boot is there, so that the next is told from it
            trial = Trial(server, hands, run_ma=800)
            trial.meet()
            run(trial, checks, lines.append)
        finally:
            hands.close()
            server.close()
        return lines

    kinds = ["mac" if "mac" in checks[0].caps else "trial" for _, checks in trials]
    batch = token_hex(3)  # the broker keeps the last words of devices of the same name
    names = [f"{kind}-{batch}-{number}" for number, kind in enumerate(kinds)]
    with (
        devices(broker.port, names, [guard for guard, _ in trials]) as controls,
        ThreadPoolExecutor(len(trials)) as pool,
    ):
        started = [
            pool.submit(one, name, control, checks)
            for (name, control), (_, checks) in zip(controls.items(), trials, strict=True)
        ]
        return [lines.result() for lines in started]


@pytest.mark.long  # waits for a real device by the clock
def test_the_reference_device_keeps_every_rule(broker):
    trials = [("none", [check]) for check in ALL if check not in whole.book.checks]
    trials.append(("none", [jobs.book.checks[3], *whole.book.checks]))
    lines = [line for lines in tried(broker, trials) for line in lines]
    assert [line for line in lines if not line.startswith(OK)] == []
    assert len(lines) == len(ALL) + 1


@pytest.mark.long  # waits for a real device by the clock
def test_each_guard_that_is_taken_out_is_found(broker):
    pairs = [*FINDS.items(), *((guard, part) for part, guard in FINDS_TOO.items())]
    trials = [(guard, _and_before(rule(part))) for guard, part in pairs]
    found = zip(pairs, tried(broker, trials), strict=True)
    assert [(pair, lines) for pair, lines in found if not lines[-1].startswith(FAIL)] == []


def _and_before(check):
    """What looks at a whole trial needs a session in it."""
    return [rule("a grant it asked for arms it"), check] if check in whole.book.checks else [check]


def test_each_rule_of_the_kit_is_found_broken_by_some_device():
    found = {rule(part).title for part in (*FINDS.values(), *FINDS_TOO)}
    assert found == RULES.keys()
    assert FINDS.keys() == GUARDS.keys() >= {*FINDS_TOO.values()}


def test_the_kit_says_what_it_could_not_see(broker, capsys):
    options = ("--caps", "reader")
    with running_device("blind-1", broker.port, *options) as device:
        device.until(connected=True)
        port = device._socket.getpeername()[1]
        code = main(
            ["blind-1", f"--broker=127.0.0.1:{broker.port}", f"--control=127.0.0.1:{port}"]
            + ["--only", "D12"]
        )
    said = capsys.readouterr().out.splitlines()
    assert code == 0
    assert said[0] == (
        "not seen  D12    a door opens for its pulse, and holds no session: it has no door"
    )
    assert said[-1] == "0 ok, 0 FAIL, 3 not seen"


def test_played_devices_tap_and_report_what_they_were_told(broker, capsys):
    arguments = ["play", f"--broker=127.0.0.1:{broker.port}", "--play-devices=2"]
    with (
        forged_server("play-1", broker.port) as first,
        forged_server("play-2", broker.port) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        code = pool.submit(main, [*arguments, f"--badges={ALICE},{BOB}"])
        for server in (first, second):
            server.grant(server.next("tap", badge=ALICE), SID)
            assert server.next("state", st="armed").relay
            tap = server.next("tap", badge=BOB)
            if server is first:
                server.say(
                    wire.Answer(tap.boot, tap.nonce, ok=False, code="no-booking", text="Book it.")
                )
        assert code.result(20) == 1
    said = {line.rpartition(" (")[0] or line for line in capsys.readouterr().out.splitlines()}
    assert said == {
        f"play-1  {ALICE}  granted: Yours until 15:00.",
        f"play-2  {ALICE}  granted: Yours until 15:00.",
        f"play-1  {BOB}  no-booking: Book it.",
        f"play-2  {BOB}  no answer",
    }


def test_a_kit_without_a_device_says_so(broker, capsys):
    assert main(["nobody-1", f"--broker=127.0.0.1:{broker.port}"]) == 2
    assert capsys.readouterr().out == (
        "nobody-1 could not be tried: no state as expected within 12 s\n"
    )


def test_a_kit_without_a_broker_says_so(capsys):
    assert main(["nobody-1", "--broker=127.0.0.1:1"]) == 2
    assert "could not be tried" in capsys.readouterr().out


def test_a_device_out_of_reach_is_tried_as_far_as_a_server_can(broker, capsys):
    with running_device("far-1", broker.port, "--heartbeat", "1") as device:
        device.until(connected=True)
        assert main(["far-1", f"--broker=127.0.0.1:{broker.port}", "--only=D7"]) == 0
        assert main(["far-1", f"--broker=127.0.0.1:{broker.port}", "--only=D8"]) == 0
    said = capsys.readouterr().out
    assert "ok        D7     off stops its session at once" in said
    assert "not seen  D7     off stops a job in GRACE: needs hands at the device" in said
    assert "not seen  D8" in said


def test_people_are_asked_for_what_only_hands_can_do(capsys):
    people = People()
    people.tap()
    people.type("4711")
    people.network(up=False)
    people.load(on=True)
    assert capsys.readouterr().out.splitlines() == [
        ">>> Please hold one and the same badge to the reader, once.",
        ">>> Please type 4 7 1 1 on the keypad now.",
        ">>> Please take the device off the network.",
        ">>> Please start the machine.",
    ]
    with pytest.raises(NoHands):
        people.weld(on=True)
