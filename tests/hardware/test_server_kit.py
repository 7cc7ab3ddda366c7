"""The kit for servers believes our own, and finds every guard that is taken out of it."""

import pytest

from device.client import Address
from device.conformance.__main__ import FAIL, main, run
from device.conformance.played import Played
from device.conformance.server_checks import ALL
from device.conformance.visit import Visit
from tests.hardware.broken import GUARDS
from tests.hardware.conftest import running_site
from tests.hardware.scene import BADGES

pytestmark = pytest.mark.broker

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
}


def arguments(site, *more):
    broker = f"127.0.0.1:{site.broker.port}"
    badges = ("--known", BADGES["alice"], "--other", BADGES["charlie"])
    return ["--server", "--broker", broker, *badges, *more, "mill"]


@pytest.mark.long
def test_our_server_keeps_every_rule(site, capsys):
    site.run("book", "mill", 1200)
    assert main(arguments(site)) == 0
    said = capsys.readouterr().out
    assert " 0 FAIL" in said, said
    assert "S5" in said


def test_and_those_about_keys_and_lists(site, capsys):
    key = site.run("alone", "mill")
    site.run("book", "mill", 1200)
    assert main(arguments(site, "--key", key)) == 0
    said = capsys.readouterr().out
    assert f"{len(ALL)} ok, 0 FAIL, 0 not seen" in said, said


@pytest.mark.long
@pytest.mark.parametrize("guard", GUARDS)
def test_a_server_without_a_guard_is_found_out(tmp_path, own_broker, migrated, guard):
    with running_site(tmp_path, own_broker, migrated) as site:
        key = bytes.fromhex(site.run("alone", "mill"))
        site.run("book", "mill", 1200)
        site.start_gatekeeper("-m", "tests.hardware.broken", guard)
        lines = []
        played = Played("mill", Address("127.0.0.1", own_broker.port), key)
        try:
            visit = Visit(played, BADGES["alice"], BADGES["charlie"])
            rules = [check for check in ALL if FINDS[guard] in check.title]
            assert run(visit, rules, lines.append) == [FAIL], lines
        finally:
            played.close()


def test_every_guard_has_its_rule():
    titles = [check.title for check in ALL]
    assert FINDS.keys() == GUARDS.keys()
    assert all(sum(part in title for title in titles) == 1 for part in FINDS.values())
    assert len(titles) == len(set(titles))
