"""The kit for servers believes our own, and finds every guard that is taken out of it."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest

from device.client import Address
from device.conformance.__main__ import FAIL, OK, main, run
from device.conformance.played import Played
from device.conformance.server_checks import ALL
from device.conformance.visit import Visit
from tests.hardware.broken import GUARDS
from tests.hardware.conftest import running_site
from tests.hardware.scene import BADGES

pytestmark = pytest.mark.broker
TRIES = 3
AT_ONCE = 7  # devices that try the server at the same time
UNSEEN = sum(bool({"mac", "list-hmac"} & check.caps) for check in ALL) + 1  # the list needs a key

# What each guard is for: a part of the title of the rule that must be found broken without it.
FINDS = {
    "any boot": "a boot that has not answered",
    "late states": "an old state that comes late",
    "late taps": "a tap that comes late",
    "leases for ever": "each state of a session",
    "unknown sessions": "a session it does not know",
    "off said once": "repeated each second",
    "any signature": "not with the key",
    "no time of day": "hands over the time",
    "rows not filed": "acked each time",
    "rows from anywhere": "rows that do not follow one another",
    "rubbish": "what is no message changes nothing",
    "no question": "a boot that it does not know is asked",
    "grants for ever": "on the clock of the device",
    "refusals unsaid": "whoever has not is refused",
    "repeats unanswered": "a tap that is repeated",
    "repeats unknown": "good for one badge alone",
    "anybody's tap ends": "a stranger's tap leaves a session alone",
    "any want": "what was never offered",
    "any boot's session": "a new boot ends the session",
    "sessions for ever": "has let go of",
    "no signature": "signed with the key of the device",
    "lists for two days": "valid for a day at most",
    "sessions untold": "that no row tells of",
}


def arguments(site, *more):
    broker = f"127.0.0.1:{site.broker.port}"
    badges = ("--known", BADGES["alice"], "--other", BADGES["charlie"])
    return ["--server", "--broker", broker, *badges, *more, "mill"]


def tried(broker, name, key, checks):
    """The verdict on each rule, tried as that device, and a line about it."""
    played = Played(name, Address("127.0.0.1", broker.port), bytes.fromhex(key))
    lines = []
    try:
        visit = Visit(played, BADGES["alice"], BADGES["charlie"])
        return list(zip(run(visit, checks, lines.append), lines, strict=True))
    finally:
        played.close()


def test_our_server_keeps_every_rule(site):
    """Tried by several devices at once, each at a machine of its own: the rules mostly wait.

    A computer that stood still for a moment breaks a rule once; a server without a guard, each
    time.
    """
    devices = iter(site.run("copies", "mill", AT_ONCE * TRIES).items())
    rules = list(ALL)
    for _ in range(TRIES):
        shares = [rules[first::AT_ONCE] for first in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = pool.map(lambda share, device: tried(site.broker, *device, share),
                            shares, islice(devices, AT_ONCE))  # fmt: skip
            told = [each for share, said in zip(shares, done, strict=True)
                    for each in zip(share, said, strict=True)]  # fmt: skip
        rules = [rule for rule, (verdict, _) in told if verdict != OK]
        if not rules:
            return
    pytest.fail("\n".join(line for _, (verdict, line) in told if verdict != OK))


@pytest.mark.long  # a minute: one rule after the other
@pytest.mark.parametrize("signs", [False, True])
def test_the_program_says_so_rule_by_rule(site, capsys, signs):
    key = ["--key", site.run("alone", "mill")] if signs else []
    site.run("book", "mill", 1200)
    assert main(arguments(site, *key)) == 0
    said = capsys.readouterr().out
    assert f" 0 FAIL, {0 if signs else UNSEEN} not seen" in said, said


@pytest.mark.long
@pytest.mark.parametrize("guard", GUARDS)
def test_a_server_without_a_guard_is_found_out(tmp_path, own_broker, migrated, guard):
    with running_site(tmp_path, own_broker, migrated) as site:
        key = site.run("alone", "mill")
        site.run("book", "mill", 1200)
        site.start_gatekeeper("-m", "tests.hardware.broken", guard)
        rules = [check for check in ALL if FINDS[guard] in check.title]
        for _ in range(TRIES):  # on a busy computer a list may come too late to be seen
            [(verdict, line)] = tried(own_broker, "mill", key, rules)
            if verdict == FAIL:
                return
        pytest.fail(line)


def test_every_guard_has_its_rule_and_every_rule_its_guard():
    titles = [check.title for check in ALL]
    assert FINDS.keys() == GUARDS.keys()
    found = [title for part in FINDS.values() for title in titles if part in title]
    assert sorted(found) == sorted(titles)  # and each rule its guard
    assert len(titles) == len(set(titles))
